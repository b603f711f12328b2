import type { Metadata } from 'next'
import type { ReactElement } from 'react'
import { Avatar } from '../../components/avatar.tsx'
import { SubmitButton } from '../../components/submit-button.tsx'
import { database } from '../../data/database.ts'
import { smallAvatarsOf } from '../../media/avatars.ts'
import { enter, join } from './actions.ts'

export const metadata: Metadata = { title: 'Sign in' }

const MOST_MEMBERS = 50

export default async function SignInPage(): Promise<ReactElement> {
  const members = await database.member.findMany({ orderBy: { name: 'asc' }, take: MOST_MEMBERS })
  const avatars = await smallAvatarsOf(members.map(({ id }) => id))
  return (
    <div className="narrow">
      <h1>Who are you today?</h1>
      <p className="lead">This is an example, so there are no passwords: pick a member, or join as a new one.</p>
      <form action={enter}>
        <ul className="member-list">
          {members.map(({ id, name }) => (
            <li key={id}>
              <button type="submit" name="member" value={id} className="member-button">
                <Avatar name={name} url={avatars.get(id)} />
                {name}
              </button>
            </li>
          ))}
        </ul>
      </form>
      <form action={join} className="form">
        <h2>Somebody new</h2>
        <label htmlFor="name">Name</label>
        <div className="form-row">
          <input id="name" name="name" required maxLength={60} autoComplete="off" />
          <SubmitButton>Join</SubmitButton>
        </div>
      </form>
    </div>
  )
}
