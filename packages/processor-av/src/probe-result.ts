import type { Json } from '@rindle/core'
import type { ProbeResult } from '@rindle/core/adapter'
import { isVariableRate } from './frame-rate.ts'
import type { MediaReport } from './read-media.ts'

// The place of a recording is private to its owner.
const PRIVATE_TAGS = /location|gps|©xyz|^xyz$/i

/** Turns a report into the result of a probe; `metadata` is as untrusted as the file. Pure. */
export function probeResult({ facts, report }: MediaReport): ProbeResult {
  const { video, audio, sounds, cover, durationMs } = facts
  const tags = Object.entries(report.format?.tags ?? {}).filter(([name]) => !PRIVATE_TAGS.test(name))
  const metadata: Record<string, Json> = { hasCover: cover !== null, tags: Object.fromEntries(tags) }
  const { format_name: format, bit_rate: bitRate } = report.format ?? {}
  if (format !== undefined) metadata['format'] = format
  if (bitRate !== undefined) metadata['bitRate'] = Number(bitRate)
  if (video !== null) {
    const { codec, profile, pixelFormat, rotation, pixelAspect, frameRate, isHdr } = video
    const rate = { frameRate, isVariableRate: isVariableRate(video) }
    metadata['video'] = { codec, profile, pixelFormat, rotation, pixelAspect, ...rate, isHdr }
  }
  if (audio !== null) {
    const { codec, sampleRate, channels } = audio
    metadata['audio'] = { codec, sampleRate, channels }
  }
  if (sounds.length > 1) metadata['soundTracks'] = sounds.length
  return {
    kind: video === null ? 'audio' : 'video',
    ...(video === null ? {} : { width: video.width, height: video.height }),
    durationMs,
    hasVideoTrack: video !== null,
    hasAudioTrack: audio !== null,
    metadata,
  }
}
