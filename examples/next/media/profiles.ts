import { defineProfile } from '@rindle/core'
import { audio, poster, strip, video, waveform } from '@rindle/processor-av/recipes'
import { image } from '@rindle/processor-image/recipes'

const PICTURES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif'] as const

// A lesson is watched for longer than a picture takes to load, and a player requests its parts while it plays.
const LESSON_URL_SECONDS = 6 * 3600

/** A member's face: always a square, cut around the centre of attention. */
export const avatar = defineProfile({
  storage: 'main',
  accept: { types: PICTURES, maxBytes: 10_000_000 },
  variants: {
    small: image.crop(96, 96, { format: 'webp', position: 'attention' }),
    large: image.crop(320, 320, { format: 'webp', position: 'attention' }),
  },
  slots: { avatar: 'one' },
})

/** One photo of a gallery: a square tile for lists, and the whole photo in the widths of screens. */
export const photo = defineProfile({
  storage: 'main',
  accept: { types: PICTURES, maxBytes: 30_000_000 },
  variants: {
    tile: image.crop(480, 480, { format: 'webp' }),
    medium: image.fit(960, 960, { format: 'webp' }),
    large: image.fit(1920, 1920, { format: 'webp' }),
    fallback: image.fit(960, 960, { format: 'jpeg' }),
  },
  slots: { gallery: 'many' },
})

/** A recording: all variants of a video, but only the sound of a sound. */
export const lesson = defineProfile({
  storage: 'main',
  accept: { types: ['video/*', 'audio/*'], maxBytes: 2_000_000_000, maxDurationMs: 3 * 3_600_000 },
  variants: {
    video: video.mp4({ height: 720 }),
    poster: poster(),
    strip: strip(),
    sound: audio.aac({ normalize: true }),
    waveform: waveform(),
  },
  slots: { recording: 'one' },
  delivery: { expiresInSeconds: LESSON_URL_SECONDS },
})
