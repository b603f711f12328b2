/** Formats in which an image variant can be encoded. */
export const IMAGE_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const

/** One of {@link IMAGE_FORMATS}. */
export type ImageFormat = (typeof IMAGE_FORMATS)[number]

/**
 * A format of an output, or `source`: the format of the original if browsers show it, otherwise PNG for a picture with
 * transparency and JPEG for every other.
 */
export type OutputFormat = ImageFormat | 'source'

/** The settings of one image format. */
export interface ImageFormatFacts {
  readonly contentType: string
  readonly defaultQuality: number
  /** Whether a lower quality makes smaller files. A PNG below 100 has a palette. */
  readonly hasQuality: boolean
  readonly minEffort: number
  /** Equal to `minEffort` where the format's encoder has no such setting. */
  readonly maxEffort: number
  readonly defaultEffort: number
}

/**
 * The facts of every image format. A changed default changes the digest of every recipe that relies on it, and so makes
 * every such variant stale.
 *
 * AVIF's effort is 2, not the encoder's 4: at the same SSIM it takes an eighth of the CPU time for 6 % more bytes, by
 * `pnpm bench avif`. WebP stays at 4: 2 is only 1.5 times faster, for 3 % more bytes. GIF has its encoder's own default.
 */
export const IMAGE_FORMAT_FACTS: Readonly<Record<ImageFormat, ImageFormatFacts>> = {
  jpeg: {
    contentType: 'image/jpeg',
    defaultQuality: 80,
    hasQuality: true,
    minEffort: 0,
    maxEffort: 0,
    defaultEffort: 0,
  },
  png: {
    contentType: 'image/png',
    defaultQuality: 100,
    hasQuality: true,
    minEffort: 0,
    maxEffort: 9,
    defaultEffort: 6,
  },
  webp: {
    contentType: 'image/webp',
    defaultQuality: 80,
    hasQuality: true,
    minEffort: 0,
    maxEffort: 6,
    defaultEffort: 4,
  },
  avif: {
    contentType: 'image/avif',
    defaultQuality: 50,
    hasQuality: true,
    minEffort: 0,
    maxEffort: 9,
    defaultEffort: 2,
  },
  gif: {
    contentType: 'image/gif',
    defaultQuality: 100,
    hasQuality: false,
    minEffort: 1,
    maxEffort: 10,
    defaultEffort: 7,
  },
  tiff: {
    contentType: 'image/tiff',
    defaultQuality: 100,
    hasQuality: false,
    minEffort: 0,
    maxEffort: 0,
    defaultEffort: 0,
  },
}
