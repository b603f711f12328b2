import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash'
import type { Asset } from '../../domain/entities.ts'
import type { AnyProfile } from '../../profile/profile.ts'

/** What a page shows in the place of a picture until that is there. */
export interface Placeholder {
  /**
   * A blurred picture of at most 32 × 32 pixels as a `data:` URL of some 4 kB, which needs no script and no request;
   * `null` where the profile's `placeholder` is `colour`.
   */
  readonly dataUrl: string | null
  /** The average colour: `#rrggbb`, or `#rrggbbaa` for a picture with transparency. */
  readonly colour: string
}

/**
 * The placeholder of an asset, as its profile wants it; `null`: none is made yet, or the profile wants none. Computed
 * from `thumbHash`, in less than a millisecond. Pure.
 */
export function placeholderOf(
  { thumbHash }: Pick<Asset, 'thumbHash'>,
  { placeholder }: Pick<AnyProfile, 'placeholder'>,
): Placeholder | null {
  if (thumbHash === null || placeholder === 'none') return null
  const hash = Buffer.from(thumbHash, 'base64')
  return { dataUrl: placeholder === 'thumbhash' ? thumbHashToDataURL(hash) : null, colour: colourOf(hash) }
}

function colourOf(hash: Uint8Array): string {
  const { r, g, b, a } = thumbHashToAverageRGBA(hash)
  const channels = a < 1 ? [r, g, b, a] : [r, g, b]
  return `#${channels.map(hexOf).join('')}`
}

function hexOf(share: number): string {
  return Math.round(share * 255)
    .toString(16)
    .padStart(2, '0')
}
