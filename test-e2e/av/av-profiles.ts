import { defineProfile } from '@rindle/core'
import { audio, poster, stream, strip, video, waveform } from '@rindle/processor-av/recipes'

/** Every preset of the AV lane, for one family of media. */
const lesson = defineProfile({
  storage: 'main',
  accept: { types: ['video/*', 'audio/*'], maxBytes: 200_000_000, maxDurationMs: 600_000 },
  variants: {
    poster: poster(),
    strip: strip(),
    video: video.mp4({ height: 720 }),
    sound: audio.aac(),
    waveform: waveform(),
  },
})

/** One encoding, for tests that stop it. */
const clip = defineProfile({
  storage: 'main',
  accept: { types: ['video/*'], maxBytes: 200_000_000 },
  variants: { video: video.mp4({ height: 720 }) },
})

/** A film to stream, in two sizes. */
const film = defineProfile({
  storage: 'main',
  accept: { types: ['video/*'], maxBytes: 200_000_000 },
  variants: { film: stream({ heights: [720, 90], segmentSeconds: 2 }) },
  slots: { trailer: 'one' },
})

/** The profiles of an application with both lanes. */
export const avProfiles = { lesson, clip, film }
