import type { Correction } from './decoder/correction.ts'
import type { Picture } from './decoder/read-picture.ts'

/** What the header of a source says, as far as the work is decided by it. */
export interface SourceFacts {
  readonly contentType: string
  /** Pixels, of one frame, as displayed: EXIF orientation is applied. */
  readonly width: number
  /** Pixels, of one frame, as displayed. */
  readonly height: number
  /** Of the EXIF orientation tag, 1 to 8; 1 without one. */
  readonly orientation: number
  /** 1 unless it is an animation that sharp can read. */
  readonly frames: number
  /** One per frame, as far as the file tells. */
  readonly delaysMs: readonly number[]
  /** As sharp names it: `srgb`, `rgb16`, `b-w`, `cmyk`. */
  readonly space: string
  readonly is16Bit: boolean
  /** The colour space of the embedded ICC profile as its header names it, `RGB`, `GRAY`, `CMYK`; `null` without one. */
  readonly profileSpace: string | null
  readonly hasAlpha: boolean
  readonly isVector: boolean
  /** What is put right in its pixels before sharp has them; its profile is used up by that. `null`: nothing. */
  readonly correction: Correction | null
}

const ANIMATIONS: ReadonlySet<string> = new Set(['image/gif', 'image/webp', 'image/apng'])

/** What follows from the header of a source of that type. Pure. */
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
    // CMYK is converted to 8 bits, whatever it has.
    is16Bit: picture.depth === 'ushort' && picture.space !== 'cmyk',
    profileSpace: picture.correction === null ? picture.profileSpace : null,
    hasAlpha: picture.hasAlpha,
    isVector: picture.format === 'svg',
    correction: picture.correction,
  }
}

// sharp reports sides swapped for every orientation of 5 or more, but does nothing for those that do not exist.
function asDisplayed({ width, height, orientation }: Picture): Pick<SourceFacts, 'width' | 'height' | 'orientation'> {
  if (orientation < 1 || orientation > 8) return { width, height, orientation: 1 }
  return orientation < 5 ? { width, height, orientation } : { width: height, height: width, orientation }
}
