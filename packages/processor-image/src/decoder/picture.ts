import type { Correction } from './correction.ts'

/** The part of a file's header that decisions need: plain data, because it crosses processes. */
export interface Picture {
  /** sharp's name of the format; `bmp` and `ico` for formats that sharp does not read. */
  readonly format: string
  readonly contentType: string | null
  /** Pixels of one frame, as stored. */
  readonly width: number
  /** Pixels of one frame, as stored. */
  readonly height: number
  /** The EXIF tag, whatever is in it; 1 without one. */
  readonly orientation: number
  readonly pages: number
  /** One per frame, as far as the file has them; `null` if it has none. */
  readonly delaysMs: readonly number[] | null
  readonly space: string
  readonly depth: string
  readonly channels: number
  readonly hasAlpha: boolean
  readonly hasProfile: boolean
  /** The colour space in the header of the embedded ICC profile; `null` without one. */
  readonly profileSpace: string | null
  readonly isProgressive: boolean
  /** Whether this build of sharp has a decoder for its pixels. */
  readonly isDecodable: boolean
  /** The decoder besides sharp for its pixels, and how many it decodes; `null`: sharp decodes them. */
  readonly addedDecoder: { readonly name: string; readonly pixels: number } | null
  /** The correction that its pixels need and sharp would not make; `null`: none. */
  readonly correction: Correction | null
  /** Its EXIF, XMP, IPTC, comments and gain maps, by sharp's names. */
  readonly extras: readonly string[]
}
