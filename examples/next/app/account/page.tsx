import { Picture } from '@rindle/react'
import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactElement } from 'react'
import { Avatar } from '../../components/avatar.tsx'
import { SubmitButton } from '../../components/submit-button.tsx'
import { requireMember } from '../../data/session.ts'
import { ownAvatarOf } from '../../media/avatars.ts'
import { leave } from '../sign-in/actions.ts'
import { describeMyself } from './actions.ts'
import { AvatarFocus } from './avatar-focus.tsx'
import { ChangeAvatar } from './change-avatar.tsx'

export const metadata: Metadata = { title: 'Your account' }

export default async function AccountPage(): Promise<ReactElement> {
  const member = await requireMember()
  const avatar = await ownAvatarOf(member)
  return (
    <div className="narrow">
      <h1>Your account</h1>
      <section className="profile" aria-label="Avatar">
        <div className="portrait">
          {avatar === null ? <Avatar name={member.name} url={null} /> : <Picture picture={avatar.portrait} />}
        </div>
        <ChangeAvatar />
        {avatar !== null && <AvatarFocus key={avatar.id} asset={avatar} picture={avatar.whole} />}
      </section>
      <form action={describeMyself} className="form">
        <label htmlFor="name">Name</label>
        <input id="name" name="name" defaultValue={member.name} required maxLength={60} />
        <label htmlFor="about">About you</label>
        <textarea id="about" name="about" defaultValue={member.about} rows={3} maxLength={500} />
        <SubmitButton>Save</SubmitButton>
      </form>
      <section className="form" aria-labelledby="ways-out">
        <h2 id="ways-out">Ways out</h2>
        <div className="form-row">
          <form action={leave}>
            <SubmitButton className="quiet-button">Sign out</SubmitButton>
          </form>
          <Link href="/account/leave" className="quiet-button danger">
            Erase this account…
          </Link>
        </div>
      </section>
    </div>
  )
}
