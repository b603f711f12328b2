'use client'

import type { ReactElement } from 'react'

export default function ErrorPage({ reset }: { readonly reset: () => void }): ReactElement {
  return (
    <div className="notice" role="alert">
      <h1>That did not work</h1>
      <p>Nothing of it was kept. Please try again in a moment.</p>
      <button type="button" className="button" onClick={reset}>
        Try again
      </button>
    </div>
  )
}
