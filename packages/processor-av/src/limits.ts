import { type MediaLimits, RindleError } from '@rindle/core'
import type { MediaFacts } from './media-facts.ts'

/**
 * Throws `limit_exceeded` for media that is larger or longer than its profile allows, and `corrupt_media` for a file
 * without any track. Pure.
 */
export function assertWithinLimits(
  { kind, video, cover, durationMs }: MediaFacts,
  contentType: string,
  { maxPixels, maxDurationMs }: MediaLimits,
): void {
  if (kind === null) {
    throw new RindleError('corrupt_media', `The ${contentType} holds neither pictures nor sound that can be played.`, {
      details: { contentType },
    })
  }
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
