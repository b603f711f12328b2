import { isRindleError, RindleError } from '@rindle/core'
import type { DamageReader } from './damage-reader.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import type { VideoTrack } from './media-facts.ts'
import type { MediaInput } from './media-input.ts'

/** The purpose for which pictures were read. */
export interface ReadFor {
  readonly input: Pick<MediaInput, 'contentType'>
  readonly variant: string
}

/** Throws `corrupt_media` when more pictures were damaged than are borne. Pure. */
export function assertUndamaged(
  { pictures, first }: Pick<DamageReader, 'pictures' | 'first'>,
  { input: { contentType }, variant }: ReadFor,
  bearablePictures = 0,
): void {
  if (pictures <= bearablePictures) return
  const message = `Could not make the ${contentType} for ${variant}: its pictures are damaged; upload it again (ffmpeg: ${first}).`
  throw new RindleError('corrupt_media', message, { details: { contentType, variant } })
}

/**
 * Whether an error may come from the pictures that were decoded, so that others may be whole: a lack of anything else is
 * not mended by other pictures. Pure.
 */
export function isOfPictures(error: unknown): error is RindleError {
  return isRindleError(error, 'corrupt_media') || isRindleError(error, 'ffmpeg_failed')
}

/**
 * Options under which a decoder tells of damage. The one of HEVC says nothing of data that do not end where they should, unless it
 * is to give up there; others must not be told to, for some crash. Pure.
 */
export function carefulDecoding({ codec }: Pick<VideoTrack, 'codec'>): FfmpegOptions {
  return codec === 'hevc' ? { err_detect: 'explode' } : {}
}
