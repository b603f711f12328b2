/** Places of an overlay. */
export const OVERLAY_PLACES = [
  'centre',
  'top',
  'right top',
  'right',
  'right bottom',
  'bottom',
  'left bottom',
  'left',
  'left top',
] as const

/** One of {@link OVERLAY_PLACES}. */
export type OverlayPlace = (typeof OVERLAY_PLACES)[number]

/**
 * A file of the application beside its configuration: `new URL('./logo.png', import.meta.url)`, or an absolute path. It is
 * read when the recipe is made, so that the recipe's digest tells its bytes; its name and place do not count.
 */
export interface ApplicationFile {
  /** A `file:` URL, or an absolute path. */
  readonly file: URL | string
  /**
   * The SHA-256 of the file, in hex. State it where a process holds the profile but not the file, as a bundled web
   * server does: only workers need the bytes. Where the file is there, it must have this hash.
   * @default that of the file
   */
  readonly sha256?: string | undefined
}

/** A picture over the picture. */
export interface OverlayOptions extends ApplicationFile {
  /** The corner, edge or middle of the picture that it is at. @default 'right bottom' */
  readonly place?: OverlayPlace | undefined
  /** Pixels between the overlay and the edges that it is at, and between tiles: 0 to 16,383. @default 16 */
  readonly margin?: number | undefined
  /** Its width as a share of the output's width: above 0, up to 1. @default its own size, within the output */
  readonly scale?: number | undefined
  /** 0 to 1; 1 is the overlay as it is. @default 1 */
  readonly opacity?: number | undefined
  /** Repeats it over the whole picture. @default false */
  readonly tile?: boolean | undefined
}

/** A function of the application over a picture, and its options. */
export interface TransformFile extends ApplicationFile {
  /** JSON that the function gets; part of the digest. @default {} */
  readonly options?: Readonly<Record<string, unknown>> | undefined
}

/** Options that change the picture. They apply in the order in which they are listed, whatever order you give. */
export interface EffectOptions {
  /**
   * Cuts off edges that look like the corner at the top left. A number is the difference of colour that still counts as
   * the same, 0 to 255; `true` is 10. It needs a separate decode. A picture of one colour stays whole.
   * @default false
   */
  readonly trim?: boolean | number | undefined
  /**
   * Degrees clockwise, -360 to 360. Quarter turns cost next to nothing; any other angle needs a separate decode, and
   * its corners get `background`.
   * @default 0
   */
  readonly rotate?: number | undefined
  /** Mirrors top and bottom, after `rotate`. @default false */
  readonly flip?: boolean | undefined
  /** Mirrors left and right, after `rotate`. @default false */
  readonly flop?: boolean | undefined
  /** Shades of grey. @default false */
  readonly grayscale?: boolean | undefined
  /** Blurs with this sigma, in pixels of the output: 0.3 to 100. @default none */
  readonly blur?: number | undefined
  /**
   * `true`: mildly, and fast. A number is the sigma of the mask, in pixels of the output: 0.3 to 10.
   * @default false
   */
  readonly sharpen?: boolean | number | undefined
  /** Gives every pixel the hue of this colour, and keeps its brightness: `#rgb` or `#rrggbb`. @default none */
  readonly tint?: string | undefined
  /** A watermark. It is scaled to the output, so that every size of a picture carries it alike. @default none */
  readonly overlay?: OverlayOptions | undefined
  /**
   * Rounds the corners by this many pixels. `circle` is half of the shorter side: a square becomes a circle. The corners
   * are transparent, and have the `background` in `jpeg`.
   * @default 0
   */
  readonly radius?: number | 'circle' | undefined
}
