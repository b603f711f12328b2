import Link from 'next/link'
import type { ReactElement } from 'react'
import { Avatar } from './avatar.tsx'

interface BylineProps {
  readonly author: { readonly id: string; readonly name: string }
  readonly avatarUrl: string | null | undefined
  readonly date: Date
}

/** The author and the date. */
export function Byline({ author, avatarUrl, date }: BylineProps): ReactElement {
  return (
    <p className="byline">
      <Avatar name={author.name} url={avatarUrl} />
      <Link href={`/members/${author.id}`}>{author.name}</Link>
      <time dateTime={date.toISOString()}>{DATE.format(date)}</time>
    </p>
  )
}

const DATE = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' })
