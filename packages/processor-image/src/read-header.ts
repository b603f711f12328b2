import { type MediaLimits, RindleError, type SourceFile } from '@rindle/core'
import sharp, { type Metadata } from 'sharp'
import { mapError } from './map-error.ts'
import { openSource } from './open-source.ts'
import { SOURCE_TYPES } from './source-types.ts'

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
}

/** A source's header: what it decides, and all that sharp read. */
export interface SourceHeader {
  readonly facts: SourceFacts
  readonly metadata: Metadata
}

/**
 * Reads the header of a source, and no pixels. `unsupported_codec` when this build cannot decode such bytes or no
 * profile accepts them, `corrupt_media` when the header is damaged or is of another type, `limit_exceeded`,
 * `variant_source_not_found`.
 */
export async function readHeader(
  source: SourceFile,
  limits: MediaLimits,
  acceptedTypes: ReadonlySet<string>,
): Promise<SourceHeader> {
  const { contentType } = source
  const type = SOURCE_TYPES.get(contentType)
  if (type === undefined) throw undecodable(contentType)
  if (!acceptedTypes.has(contentType)) throw switchedOff(contentType)
  const metadata = await readMetadata(source)
  if (metadata.format !== type.format) {
    const message = `The file was verified as ${contentType}, but opens as ${metadata.format}.`
    throw new RindleError('corrupt_media', message, { details: { contentType, format: metadata.format } })
  }
  if (metadata.compression === 'hevc' && !canDecodeHevc()) throw undecodable(contentType)
  const facts = factsOf(contentType, metadata)
  assertWithin(facts, limits)
  return { facts, metadata }
}

async function readMetadata(source: SourceFile): Promise<Metadata> {
  try {
    // The limit is checked on what comes back, where its message can name the figures.
    const pipeline = await openSource(source, { limitInputPixels: false })
    return await pipeline.metadata()
  } catch (error) {
    throw mapError(error, { step: 'read', contentType: source.contentType })
  }
}

function factsOf(contentType: string, metadata: Metadata): SourceFacts {
  const isAnimation = metadata.format === 'gif' || metadata.format === 'webp'
  const { width, height, orientation } = asDisplayed(metadata)
  return {
    contentType,
    width,
    height,
    orientation,
    // Pages of a TIFF are other pictures; only the first is ever decoded.
    frames: isAnimation ? (metadata.pages ?? 1) : 1,
    delaysMs: metadata.delay ?? [],
    space: metadata.space,
    is16Bit: metadata.depth === 'ushort',
    // Bytes 16 to 19 of an ICC profile.
    profileSpace: metadata.icc?.toString('latin1', 16, 20).trim() ?? null,
    hasAlpha: metadata.hasAlpha,
    isVector: metadata.format === 'svg',
  }
}

// sharp reports sides swapped for every orientation of 5 or more, but does nothing for those that do not exist.
function asDisplayed({
  width,
  height,
  orientation = 1,
}: Metadata): Pick<SourceFacts, 'width' | 'height' | 'orientation'> {
  if (orientation < 1 || orientation > 8) return { width, height, orientation: 1 }
  return orientation < 5 ? { width, height, orientation } : { width: height, height: width, orientation }
}

function assertWithin({ contentType, width, height, frames }: SourceFacts, { maxPixels }: MediaLimits): void {
  const pixels = width * height * frames
  if (pixels <= maxPixels) return
  const size = `${width} × ${height}${frames === 1 ? '' : ` × ${frames} frames`} = ${pixels} pixels`
  throw new RindleError('limit_exceeded', `The ${contentType} has ${size}; its profile allows ${maxPixels}.`, {
    details: { contentType, width, height, frames, maxPixels },
  })
}

function canDecodeHevc(): boolean {
  return sharp.format.heif.input.fileSuffix?.includes('.heic') === true
}

function undecodable(contentType: string): RindleError {
  return new RindleError(
    'unsupported_codec',
    `This build of sharp cannot decode ${contentType}. Convert such files to JPEG before the upload, or take the type ` +
      'out of `accept` of the profile, or use a sharp that was built with a libvips that decodes it.',
    { details: { contentType } },
  )
}

function switchedOff(contentType: string): RindleError {
  const message = `No profile of this instance accepts ${contentType}, so its decoder is off; add it to one's \`accept\`.`
  return new RindleError('unsupported_codec', message, { details: { contentType } })
}
