import type { Picture } from '@rindle/core'
import type { ReactElement } from 'react'

/** A picture from Rindle's data, whose attributes have React's names. */
export function PictureElement({ picture: { sources, img } }: { readonly picture: Picture }): ReactElement {
  return (
    <picture>
      {sources.map((source) => (
        <source key={source.type} {...source} />
      ))}
      <img {...img} alt={img.alt} />
    </picture>
  )
}
