import type { Metadata } from 'next'
import Image from 'next/image'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import type { ReactElement } from 'react'
import { Avatar } from '../../../components/avatar.tsx'
import { database } from '../../../data/database.ts'
import { isUuid } from '../../../data/is-uuid.ts'
import { requireMember } from '../../../data/session.ts'
import { portraitFor } from '../../../media/avatars.ts'
import { hasLessons } from '../../../media/lane.ts'

interface MemberPageProps {
  readonly params: Promise<{ readonly id: string }>
}

export const metadata: Metadata = { title: 'Member' }

const MOST_TITLES = 50

export default async function MemberPage({ params }: MemberPageProps): Promise<ReactElement> {
  await requireMember()
  const { id } = await params
  const newest = { orderBy: { createdAt: 'desc' }, take: MOST_TITLES } as const
  const member = isUuid(id)
    ? await database.member.findUnique({ where: { id }, include: { posts: newest, lessons: newest } })
    : null
  if (member === null) notFound()
  const portrait = await portraitFor(member)
  return (
    <>
      <div className="profile">
        <div className="portrait">
          {portrait === null ? (
            <Avatar name={member.name} url={null} />
          ) : (
            <Image {...portrait} width={128} height={128} />
          )}
        </div>
        <div>
          <h1>{member.name}</h1>
          {member.about !== '' && <p className="lead">{member.about}</p>}
        </div>
      </div>
      <h2>Posts</h2>
      <Titles path="/posts" records={member.posts} />
      {hasLessons && (
        <>
          <h2>Lessons</h2>
          <Titles path="/lessons" records={member.lessons} />
        </>
      )}
    </>
  )
}

interface TitlesProps {
  readonly path: string
  readonly records: readonly { readonly id: string; readonly title: string }[]
}

function Titles({ path, records }: TitlesProps): ReactElement {
  if (records.length === 0) return <p className="empty">None yet.</p>
  return (
    <ul className="titles">
      {records.map(({ id, title }) => (
        <li key={id}>
          <Link href={`${path}/${id}`}>{title}</Link>
        </li>
      ))}
    </ul>
  )
}
