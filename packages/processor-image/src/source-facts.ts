import type { Correction } from './decoder/correction.ts'
import type { Picture } from './decoder/picture.ts'

/** The part of a source's header that decisions need. */
export interface SourceFacts {
  readonly contentType: string
  /** Pixels, of one frame, as displayed: EXIF orientation is applied. */
  readonly width: number
  /** Pixels, of one frame, as displayed. */
  readonly height: number
  /** The EXIF orientation, 1 to 8; 1 without one. */
  readonly orientation: number
  /** 1 unless it is an animation that sharp can read. */
  readonly frames: number
  /** One per frame, as far as the file has them. */
  readonly delaysMs: readonly number[]
  /** sharp's name: `srgb`, `rgb16`, `b-w`, `cmyk`. */
  readonly space: string
  readonly is16Bit: boolean
  /** The colour space in the header of the embedded ICC profile, `RGB`, `GRAY`, `CMYK`; `null` without one. */
  readonly profileSpace: string | null
  readonly hasAlpha: boolean
  readonly isVector: boolean
  /** The correction of its pixels before sharp gets them, which uses up its profile. `null`: none. */
  readonly correction: Correction | null
  /** The decoder besides sharp for its pixels, and how many it decodes. `null`: sharp decodes them. */
  readonly addedDecoder: Picture['addedDecoder']
}

const ANIMATIONS: ReadonlySet<string> = new Set(['image/gif', 'image/webp', 'image/apng'])

/** The facts of a header of that type. Pure. */
export function factsOf(contentType: string, picture: Picture): SourceFacts {
  const isAnimation = ANIMATIONS.has(contentType)
  const { width, height, orientation } = asDisplayed(picture)
  return {
    contentType,
    width,
    height,
    orientation,
    // Pages of a TIFF are other pictures; only the first is ever decoded.
    frames: isAnimation ? picture.pages : 1,
    delaysMs: picture.delaysMs ?? [],
    space: picture.space,
    // CMYK is always converted to 8 bits.
    is16Bit: picture.depth === 'ushort' && picture.space !== 'cmyk',
    profileSpace: picture.correction === null ? picture.profileSpace : null,
    hasAlpha: picture.hasAlpha,
    isVector: picture.format === 'svg',
    correction: picture.correction,
    addedDecoder: picture.addedDecoder,
  }
}

// sharp reports sides swapped for every orientation of 5 or more, but does nothing for those that do not exist.
function asDisplayed({ width, height, orientation }: Picture): Pick<SourceFacts, 'width' | 'height' | 'orientation'> {
  if (orientation < 1 || orientation > 8) return { width, height, orientation: 1 }
  return orientation < 5 ? { width, height, orientation } : { width: height, height: width, orientation }
}
