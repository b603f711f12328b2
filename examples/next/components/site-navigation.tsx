'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactElement } from 'react'

const PAGES = [
  { href: '/', name: 'Posts' },
  { href: '/lessons', name: 'Lessons' },
  { href: '/members', name: 'Members' },
  { href: '/operator', name: 'Operator' },
] as const

/** The parts of the site, with the current one marked. */
export function SiteNavigation({ hasLessons }: { readonly hasLessons: boolean }): ReactElement {
  const path = usePathname()
  const isOpen = (href: string): boolean =>
    href === '/' ? path === '/' || path.startsWith('/posts') : path.startsWith(href)
  return (
    <nav aria-label="Main">
      <ul>
        {PAGES.filter(({ href }) => hasLessons || href !== '/lessons').map(({ href, name }) => (
          <li key={href}>
            <Link href={href} aria-current={isOpen(href) ? 'page' : undefined}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
