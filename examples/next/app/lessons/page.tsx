import { Picture } from '@rindle/react'
import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactElement } from 'react'
import { Byline } from '../../components/byline.tsx'
import { database } from '../../data/database.ts'
import { smallAvatarsOf } from '../../media/avatars.ts'
import { postersOf } from '../../media/recordings.ts'

export const metadata: Metadata = { title: 'Lessons' }

const MOST_LESSONS = 30

export default async function LessonsPage(): Promise<ReactElement> {
  const lessons = await database.lesson.findMany({
    include: { author: true },
    orderBy: { createdAt: 'desc' },
    take: MOST_LESSONS,
  })
  const [posters, avatars] = await Promise.all([
    postersOf(lessons.map(({ id }) => id)),
    smallAvatarsOf(lessons.map(({ authorId }) => authorId)),
  ])
  return (
    <>
      <div className="page-head">
        <h1>Lessons</h1>
        <Link href="/lessons/new" className="button">
          New lesson
        </Link>
      </div>
      {lessons.length === 0 && <p className="empty">No lessons yet. Record one, and teach us something.</p>}
      <div className="lesson-grid">
        {lessons.map((lesson) => {
          const poster = posters.get(lesson.id)
          return (
            <article key={lesson.id} className="card lesson-card">
              <div className="poster">
                {poster === undefined ? <span aria-hidden="true">♪</span> : <Picture picture={poster} />}
              </div>
              <h2>
                <Link href={`/lessons/${lesson.id}`}>{lesson.title}</Link>
              </h2>
              <Byline author={lesson.author} avatarUrl={avatars.get(lesson.authorId)} date={lesson.createdAt} />
            </article>
          )
        })}
      </div>
    </>
  )
}
