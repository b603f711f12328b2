import { RindleError, type SourceFile } from '@rindle/core'
import type { MediaLimits } from '@rindle/core/adapter'
import { unlessCancelled } from './cancellation.ts'
import type { Picture } from './decoder/picture.ts'
import type { DecoderPool } from './decoder-pool.ts'
import { mapError } from './map-error.ts'
import { factsOf, type SourceFacts } from './source-facts.ts'
import { HEVC_PACKAGE, isHevc, SOURCE_TYPES } from './source-types.ts'

/** A source's header: the facts for decisions, and the whole picture. */
export interface SourceHeader {
  readonly facts: SourceFacts
  readonly picture: Picture
}

/** The dependencies of reading a header. */
export interface HeaderContext {
  readonly decoders: DecoderPool
  /** Those of sharp and of the decoders besides it. */
  readonly readableTypes: ReadonlySet<string>
  readonly acceptedTypes: ReadonlySet<string>
}

/** A request for a source's header. */
export interface HeaderRequest {
  readonly source: SourceFile
  readonly limits: MediaLimits
  /** The caller waits no longer when it is aborted: other headers may be read in the same process. */
  readonly signal?: AbortSignal
}

/**
 * Reads the header of a source, and no pixels. `unsupported_codec` if this build cannot decode such bytes or no profile
 * accepts them, `corrupt_media` if the header is damaged or belongs to another type, `limit_exceeded`,
 * `variant_source_not_found`, `variant_processing_cancelled`.
 */
export async function readHeader(
  { source, limits, signal }: HeaderRequest,
  { decoders, readableTypes, acceptedTypes }: HeaderContext,
): Promise<SourceHeader> {
  const { contentType } = source
  if (!readableTypes.has(contentType)) throw undecodable(contentType)
  if (!acceptedTypes.has(contentType)) throw switchedOff(contentType)
  const picture = await readPicture(source, decoders, signal)
  if (picture.addedDecoder === null && picture.format !== SOURCE_TYPES.get(contentType)?.format) {
    const message = `The file was verified as ${contentType}, but opens as ${picture.format}.`
    throw new RindleError('corrupt_media', message, { details: { contentType, format: picture.format } })
  }
  if (!picture.isDecodable) throw undecodable(contentType)
  const facts = factsOf(contentType, picture)
  assertWithin(facts, limits)
  return { facts, picture }
}

async function readPicture(
  source: SourceFile,
  decoders: DecoderPool,
  signal: AbortSignal | undefined,
): Promise<Picture> {
  try {
    return await unlessCancelled(decoders.readPicture(source), signal)
  } catch (error) {
    throw mapError(error, { step: 'read', contentType: source.contentType })
  }
}

function assertWithin(facts: SourceFacts, { maxPixels }: MediaLimits): void {
  const { contentType, width, height, frames, addedDecoder } = facts
  const shown = width * height * frames
  const pixels = Math.max(shown, addedDecoder?.pixels ?? 0)
  if (pixels <= maxPixels) return
  const cropped = pixels === shown ? '' : `, cropped from ${pixels}`
  const size = `${width} × ${height}${frames === 1 ? '' : ` × ${frames} frames`} = ${shown} pixels${cropped}`
  throw new RindleError('limit_exceeded', `The ${contentType} has ${size}; its profile allows ${maxPixels}.`, {
    details: { contentType, width, height, frames, maxPixels },
  })
}

function undecodable(contentType: string): RindleError {
  const install = isHevc(contentType)
    ? `Add \`heic()\` of ${HEVC_PACKAGE} to \`decoders\` of imageProcessor. Or convert`
    : 'Convert'
  return new RindleError(
    'unsupported_codec',
    `This build of sharp cannot decode ${contentType}. ${install} such files to JPEG before the upload, or take the type ` +
      'out of `accept` of the profile, or use a sharp that was built with a libvips that decodes it.',
    { details: { contentType } },
  )
}

function switchedOff(contentType: string): RindleError {
  const message = `No profile of this instance accepts ${contentType}, so its decoder is off; add it to one's \`accept\`.`
  return new RindleError('unsupported_codec', message, { details: { contentType } })
}
