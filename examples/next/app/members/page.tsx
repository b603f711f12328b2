import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactElement } from 'react'
import { Avatar } from '../../components/avatar.tsx'
import { database } from '../../data/database.ts'
import { requireMember } from '../../data/session.ts'
import { smallAvatarsOf } from '../../media/avatars.ts'

export const metadata: Metadata = { title: 'Members' }

const MOST_MEMBERS = 200

export default async function MembersPage(): Promise<ReactElement> {
  await requireMember()
  const members = await database.member.findMany({ orderBy: { name: 'asc' }, take: MOST_MEMBERS })
  const avatars = await smallAvatarsOf(members.map(({ id }) => id))
  return (
    <>
      <h1>Members</h1>
      <ul className="member-list">
        {members.map(({ id, name }) => (
          <li key={id}>
            <Link href={`/members/${id}`} className="member-button">
              <Avatar name={name} url={avatars.get(id)} />
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}
