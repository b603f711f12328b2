/** Formats in which an image variant can be encoded. */
export const IMAGE_FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const

/** One of {@link IMAGE_FORMATS}. */
export type ImageFormat = (typeof IMAGE_FORMATS)[number]

/** The settings of one image format. */
export interface ImageFormatFacts {
  readonly contentType: string
  readonly defaultQuality: number
  readonly minEffort: number
  /** Equal to `minEffort` where the format's encoder has no such setting. */
  readonly maxEffort: number
  readonly defaultEffort: number
}

/**
 * The facts of every image format. A changed default changes the digest of every recipe that relies on it, and so makes
 * every such variant stale.
 *
 * AVIF's effort is 2, not the encoder's 4: measured on 12–24 megapixel photos it is 6.5 times faster for 2 % more
 * bytes. WebP stays at 4: 2 is only 1.5 times faster, for 3 % more bytes.
 */
export const IMAGE_FORMAT_FACTS: Readonly<Record<ImageFormat, ImageFormatFacts>> = {
  jpeg: { contentType: 'image/jpeg', defaultQuality: 80, minEffort: 0, maxEffort: 0, defaultEffort: 0 },
  png: { contentType: 'image/png', defaultQuality: 100, minEffort: 0, maxEffort: 9, defaultEffort: 6 },
  webp: { contentType: 'image/webp', defaultQuality: 80, minEffort: 0, maxEffort: 6, defaultEffort: 4 },
  avif: { contentType: 'image/avif', defaultQuality: 50, minEffort: 0, maxEffort: 9, defaultEffort: 2 },
}
