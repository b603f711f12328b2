import type { OutputFormat } from './formats.ts'

/** The ways to store colour beside brightness: at half the resolution, or in full. */
export const CHROMA = ['4:2:0', '4:4:4'] as const

/** Options of the encoder. */
export interface EncodeOptions {
  /**
   * The format of the output. `source`: that of the original if browsers show it (JPEG, PNG, WebP, AVIF, GIF),
   * otherwise PNG if it has transparency, and JPEG if not; `quality` then is on the scale of that format.
   * @default 'jpeg'
   */
  readonly format?: OutputFormat | undefined
  /**
   * 1 to 100. A PNG of quality 100 is lossless; below that it has a palette. GIF and TIFF have no such setting.
   * @default 80 for jpeg and webp, 50 for avif, 100 for png
   */
  readonly quality?: number | undefined
  /**
   * How hard the encoder tries to save bytes: 0 to 6 for webp, 0 to 9 for png (its compression level) and avif, 1 to 10
   * for gif; jpeg and tiff have no such setting. At the same SSIM, AVIF at 2 takes an eighth of the CPU time of its
   * encoder's own default of 4, for 6 % more bytes, and at 3 a quarter, for 1 %; WebP at 2 is 1.5 times faster than at 4, for 3 % more bytes.
   * @default 4 for webp, 6 for png, 2 for avif, 7 for gif
   */
  readonly effort?: number | undefined
  /**
   * The colour behind the picture, for mode `fill`, for the corners of a `rotate` that is no quarter turn, and for
   * `jpeg`, which flattens transparency onto it: `#rgb`, `#rgba`, `#rrggbb` or `#rrggbbaa`; opaque for `jpeg`.
   * @default '#ffffff'
   */
  readonly background?: string | undefined
  /**
   * Keeps the source's colour space and its ICC profile instead of converting to sRGB. Not with options that bring
   * colours of their own.
   * @default false
   */
  readonly keepIcc?: boolean | undefined
  /**
   * Only for `webp`, `gif` and `source`, and not with `entropy` or `attention`: an animated source stays animated.
   * Otherwise only its first frame is used.
   * @default false
   */
  readonly animated?: boolean | undefined
  /**
   * Only for `jpeg`, `png` and `gif`: a coarse picture shows first while a slow line brings the rest. A PNG and a GIF
   * get larger by it, which is why it is off.
   * @default false
   */
  readonly progressive?: boolean | undefined
  /**
   * Only for `jpeg` and `avif`: the resolution of colour. `4:4:4` keeps red text and thin coloured lines sharp.
   * @default '4:2:0' for jpeg, '4:4:4' for avif, as their encoders have it
   */
  readonly chroma?: (typeof CHROMA)[number] | undefined
  /**
   * Only for `webp` and `avif`: keeps every pixel as it is. It takes about ten times as long, in a job of its own. PNG
   * (of quality 100) and TIFF always are lossless.
   * @default false
   */
  readonly lossless?: boolean | undefined
  /**
   * `copyright` keeps the names of artist and copyright holder, and the licence, from EXIF, IPTC and XMP, as EXIF and
   * XMP; nothing else: never a place, a time, a camera or its serial number. Not for `gif`, which cannot hold them.
   * @default 'none'
   */
  readonly metadata?: 'none' | 'copyright' | undefined
  /**
   * `p3` keeps the colours of Display P3 that sRGB lacks, and attaches that profile. It needs a separate decode. Not
   * for `gif`.
   * @default 'srgb'
   */
  readonly colourSpace?: 'srgb' | 'p3' | undefined
  /**
   * The most bytes of the output, for `jpeg`, `webp` and `avif`: quality is lowered until it fits, down to 30, by at
   * most 8 encodes. If it does not fit even then, the variant fails with `output_mismatch`. Measured on one photo of
   * 1,280 pixels: 0.13 s for JPEG, 1.5 s for WebP, 5.5 s for AVIF.
   * @default no limit
   */
  readonly maxBytes?: number | undefined
}
