import { isRindleError, RindleError } from '@rindle/core'
import type { DamageReader } from './damage-reader.ts'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import type { VideoTrack } from './media-facts.ts'
import type { MediaInput } from './media-input.ts'

/** The source that pictures were read from, and the variant that they were read for. */
export interface ReadFor {
  readonly input: Pick<MediaInput, 'contentType'>
  readonly variant: string
}

/** Throws `corrupt_media` when more than `bearablePictures` are damaged. Pure. */
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
 * Whether an error may come from the decoded pictures, so that other pictures may succeed. Other pictures do not help
 * against any other error. Pure.
 */
export function isOfPictures(error: unknown): error is RindleError {
  return isRindleError(error, 'corrupt_media') || isRindleError(error, 'program_failed')
}

/**
 * Returns options that make a decoder report damage. The HEVC decoder reports data that end in the wrong place only if
 * it must give up there. Other decoders must not get this option, because some crash. Pure.
 */
export function carefulDecoding({ codec }: Pick<VideoTrack, 'codec'>): FfmpegOptions {
  return codec === 'hevc' ? { err_detect: 'explode' } : {}
}
