import type { ReactElement } from 'react'

/** A member's face beside their name, so it has no text of its own; their initial without one. */
export function Avatar({
  name,
  url,
}: {
  readonly name: string
  readonly url: string | null | undefined
}): ReactElement {
  return (
    <span className="avatar" aria-hidden="true">
      {url ? <img src={url} alt="" width={96} height={96} loading="lazy" decoding="async" /> : name.slice(0, 1)}
    </span>
  )
}
