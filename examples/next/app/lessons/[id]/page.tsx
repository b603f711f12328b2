import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import type { ReactElement, ReactNode } from 'react'
import { Byline } from '../../../components/byline.tsx'
import { Deletion } from '../../../components/deletion.tsx'
import { database } from '../../../data/database.ts'
import { isUuid } from '../../../data/is-uuid.ts'
import { requireMember } from '../../../data/session.ts'
import { smallAvatarsOf } from '../../../media/avatars.ts'
import { type Recording, recordingOf } from '../../../media/recordings.ts'
import { AudioPlayer } from './audio-player.tsx'
import { Captions } from './captions.tsx'
import { deleteLesson } from './delete-lesson.ts'
import { LessonProgress } from './lesson-progress.tsx'
import { VideoPlayer } from './video-player.tsx'

interface LessonPageProps {
  readonly params: Promise<{ readonly id: string }>
}

export const metadata: Metadata = { title: 'Lesson' }

export default async function LessonPage({ params }: LessonPageProps): Promise<ReactElement> {
  const member = await requireMember()
  const { id } = await params
  const lesson = isUuid(id) ? await database.lesson.findUnique({ where: { id }, include: { author: true } }) : null
  if (lesson === null) notFound()
  const [recording, avatars] = await Promise.all([recordingOf(id), smallAvatarsOf([lesson.authorId])])
  return (
    <article>
      <h1>{lesson.title}</h1>
      <Byline author={lesson.author} avatarUrl={avatars.get(lesson.authorId)} date={lesson.createdAt} />
      <RecordingView recording={recording} title={lesson.title} />
      {lesson.text !== '' && <p className="prose">{lesson.text}</p>}
      {member.id === lesson.authorId && (
        <section className="author-tools" aria-label="Of the author">
          {recording !== null && 'tracks' in recording && <Captions lessonId={id} tracks={recording.tracks} />}
          <Deletion what="lesson" action={deleteLesson.bind(null, id)} />
        </section>
      )}
    </article>
  )
}

interface RecordingViewProps {
  readonly recording: Recording | null
  readonly title: string
}

function RecordingView({ recording, title }: RecordingViewProps): ReactElement {
  if (recording === null) return <p className="empty">This lesson has no recording.</p>
  if (recording.kind === 'failed') return <p className="error">The recording could not be used. {recording.message}</p>
  return (
    <>
      <RecordingPlayer recording={recording} title={title} />
      {!('isSettled' in recording && recording.isSettled) && <LessonProgress assetId={recording.assetId} />}
    </>
  )
}

/** The player, as soon as there is something to play or a poster. */
function RecordingPlayer({ recording, title }: { readonly recording: Recording; readonly title: string }): ReactNode {
  if (recording.kind === 'video') {
    const { player, assetId } = recording
    const isShown = player.sources.length > 0 || player.attributes.poster !== undefined
    return isShown && <VideoPlayer key={assetId} player={player} title={title} />
  }
  if (recording.kind !== 'audio' || recording.player.sources.length === 0) return null
  return <AudioPlayer key={recording.assetId} player={recording.player} loudness={recording.loudness} title={title} />
}
