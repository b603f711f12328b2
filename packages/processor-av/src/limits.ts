import { RindleError } from '@rindle/core'
import type { MediaLimits } from '@rindle/core/adapter'
import type { MediaFacts } from './media-facts.ts'

/**
 * Throws `limit_exceeded` for media that is larger or longer than its profile allows, `unsupported_codec` for a file
 * whose tracks all have unknown codecs, and `corrupt_media` for a file without a track. Pure.
 */
export function assertWithinLimits(
  { kind, video, cover, durationMs, hasUnknownTrack }: MediaFacts,
  contentType: string,
  { maxPixels, maxDurationMs }: MediaLimits,
): void {
  if (kind === null) throw nothingToPlay(contentType, hasUnknownTrack)
  const sizes = video === null ? [] : [video, { width: video.codedWidth, height: video.codedHeight }]
  for (const { width, height } of cover === null ? sizes : [...sizes, cover]) {
    if (width * height <= maxPixels) continue
    const message = `The ${contentType} has pictures of ${width} × ${height} pixels; its profile allows ${maxPixels}.`
    throw new RindleError('limit_exceeded', message, { details: { contentType, width, height, maxPixels } })
  }
  if (maxDurationMs === undefined || (durationMs ?? 0) <= maxDurationMs) return
  const message = `The ${contentType} lasts ${durationMs} ms; its profile allows ${maxDurationMs} ms.`
  throw new RindleError('limit_exceeded', message, { details: { contentType, durationMs, maxDurationMs } })
}

function nothingToPlay(contentType: string, hasUnknownTrack: boolean): RindleError {
  if (hasUnknownTrack) {
    const message = `This FFmpeg cannot decode any track of the ${contentType}. Convert the file to H.264 and AAC in MP4 before the upload.`
    return new RindleError('unsupported_codec', message, { details: { contentType } })
  }
  return new RindleError('corrupt_media', `The ${contentType} has neither pictures nor sound that can be played.`, {
    details: { contentType },
  })
}
