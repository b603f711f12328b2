import type { Metadata, Viewport } from 'next'
import Link from 'next/link'
import type { ReactElement, ReactNode } from 'react'
import { Avatar } from '../components/avatar.tsx'
import { SiteNavigation } from '../components/site-navigation.tsx'
import { isOperator } from '../data/is-operator.ts'
import { currentMember } from '../data/session.ts'
import { smallAvatarsOf } from '../media/avatars.ts'
import { hasLessons } from '../media/lane.ts'
import './styles/base.css'
import './styles/head.css'
import './styles/buttons.css'
import './styles/forms.css'
import './styles/uploads.css'
import './styles/members.css'
import './styles/posts.css'
import './styles/lessons.css'

export const metadata: Metadata = {
  title: { default: 'Commonroom', template: '%s · Commonroom' },
  description: 'A small community that learns together.',
}

export const viewport: Viewport = { colorScheme: 'light dark' }

export default async function Layout({ children }: { readonly children: ReactNode }): Promise<ReactElement> {
  const member = await currentMember()
  const avatars = await smallAvatarsOf(member === null ? [] : [member.id])
  return (
    <html lang="en">
      <body>
        <a className="skip-link" href="#content">
          Skip to the content
        </a>
        <header className="site-header">
          <Link href="/" className="site-name">
            Commonroom
          </Link>
          {member !== null && (
            <>
              <SiteNavigation hasLessons={hasLessons} isOperator={isOperator(member)} />
              <Link href="/account" className="account-link">
                <Avatar name={member.name} url={avatars.get(member.id)} />
                <span className="account-name">{member.name}</span>
              </Link>
            </>
          )}
        </header>
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </body>
    </html>
  )
}
