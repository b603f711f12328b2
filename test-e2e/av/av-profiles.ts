import { defineProfile } from '@rindle/core'

/** Every preset of the AV lane, for one family of media. */
const lesson = defineProfile({
  storage: 'main',
  accept: { types: ['video/*', 'audio/*'], maxBytes: 200_000_000, maxDurationMs: 600_000 },
  variants: {
    poster: { kind: 'image', preset: 'video_poster_scene' },
    strip: { kind: 'image', preset: 'video_thumbnail_strip' },
    video: { kind: 'video', preset: 'web_720p' },
    sound: { kind: 'audio', preset: 'm4a_128k' },
    waveform: { kind: 'waveform', preset: 'overview' },
  },
})

/** One encoding, for tests that stop it. */
const clip = defineProfile({
  storage: 'main',
  accept: { types: ['video/*'], maxBytes: 200_000_000 },
  variants: { video: { kind: 'video', preset: 'web_720p' } },
})

/** The profiles of an application with both lanes. */
export const avProfiles = { lesson, clip }
