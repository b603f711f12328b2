import type { FamilyView } from './wire.ts'

/** Options of {@link imageUrl}. */
export interface ImageUrlOptions {
  /** Pixels. The answer has the next larger width that the family declares, or its largest. */
  readonly width: number
  /** A format of the family, such as `avif`. @default the best one that the browser accepts */
  readonly format?: string
}

/** An address of the family: from `rindle.familyUrl()` on a server, or of a {@link FamilyView} in a page. */
type FamilyAddress = string | { readonly url: string }

/**
 * The URL of a family's image in one width. Takes a {@link FamilyView} in a page, or the result of
 * `rindle.familyUrl()` on a server. `null` if the family has no URL. Pure.
 */
export function imageUrl(family: FamilyAddress, options: ImageUrlOptions): string
export function imageUrl(
  family: FamilyAddress | Pick<FamilyView, 'url'> | null,
  options: ImageUrlOptions,
): string | null
export function imageUrl(
  family: FamilyAddress | Pick<FamilyView, 'url'> | null,
  { width, format }: ImageUrlOptions,
): string | null {
  const url = typeof family === 'string' ? family : (family?.url ?? null)
  if (url === null) return null
  const pixels = Math.max(1, Math.ceil(width))
  const query = format === undefined ? `w=${pixels}` : `w=${pixels}&format=${encodeURIComponent(format)}`
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}

/** The request that `next/image` makes of a loader. */
export interface RindleImageLoaderProps {
  /** The URL of a family. */
  readonly src: string
  /** Pixels. */
  readonly width: number
  /** Ignored: the recipe of the family says how its images are encoded. */
  readonly quality?: number
}

/**
 * A loader for `next/image`, whose `src` is the URL of a family. The browser then takes images from Rindle, and Next
 * encodes none. Pure.
 */
export function rindleImageLoader({ src, width }: RindleImageLoaderProps): string {
  return imageUrl(src, { width })
}
