'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactElement } from 'react'

interface SiteNavigationProps {
  readonly hasLessons: boolean
  readonly isOperator: boolean
}

/** The parts of the site, with the current one marked. */
export function SiteNavigation({ hasLessons, isOperator }: SiteNavigationProps): ReactElement {
  const path = usePathname()
  const isOpen = (href: string): boolean =>
    href === '/' ? path === '/' || path.startsWith('/posts') : path.startsWith(href)
  const pages = [
    { href: '/', name: 'Posts' },
    ...(hasLessons ? [{ href: '/lessons', name: 'Lessons' }] : []),
    { href: '/members', name: 'Members' },
  ]
  return (
    <nav aria-label="Main">
      <ul>
        {pages.map(({ href, name }) => (
          <li key={href}>
            <Link href={href} aria-current={isOpen(href) ? 'page' : undefined}>
              {name}
            </Link>
          </li>
        ))}
        {isOperator && (
          <li>
            {/* The console is no page of Next, so the browser loads it. */}
            <a href="/operator">Operator</a>
          </li>
        )}
      </ul>
    </nav>
  )
}
