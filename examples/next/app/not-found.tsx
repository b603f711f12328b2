import Link from 'next/link'
import type { ReactElement } from 'react'

export default function NotFound(): ReactElement {
  return (
    <div className="notice">
      <h1>Nothing here</h1>
      <p>
        It was removed, or it never was. Try the <Link href="/">posts</Link>.
      </p>
    </div>
  )
}
