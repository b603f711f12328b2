import { defineProfile } from '@rindle/core'

const PICTURES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif']

// A lesson is watched for longer than a picture takes to load, and a player requests its parts while it plays.
const LESSON_URL_SECONDS = 6 * 3600

/** A member's face: always a square, cut around the centre of attention. */
export const avatar = defineProfile({
  storage: 'main',
  accept: { types: PICTURES, maxBytes: 10_000_000 },
  variants: {
    small: { mode: 'crop', width: 96, height: 96, format: 'webp', position: 'attention' },
    large: { mode: 'crop', width: 320, height: 320, format: 'webp', position: 'attention' },
  },
  slots: ['avatar'],
})

/** One photo of a gallery: a square tile for lists, and the whole photo in the widths of screens. */
export const photo = defineProfile({
  storage: 'main',
  accept: { types: PICTURES, maxBytes: 30_000_000 },
  variants: {
    tile: { mode: 'crop', width: 480, height: 480, format: 'webp' },
    medium: { mode: 'fit', width: 960, height: 960, format: 'webp' },
    large: { mode: 'fit', width: 1920, height: 1920, format: 'webp' },
    fallback: { mode: 'fit', width: 960, height: 960, format: 'jpeg' },
  },
  slots: ['gallery'],
})

/** A recording: all variants of a video, but only the sound of a sound. */
export const lesson = defineProfile({
  storage: 'main',
  accept: { types: ['video/*', 'audio/*'], maxBytes: 2_000_000_000, maxDurationMs: 3 * 3_600_000 },
  variants: {
    video: { kind: 'video', preset: 'web_720p' },
    poster: { kind: 'image', preset: 'video_poster_scene' },
    strip: { kind: 'image', preset: 'video_thumbnail_strip' },
    sound: { kind: 'audio', preset: 'm4a_128k', normalize: true },
    waveform: { kind: 'waveform', preset: 'overview' },
  },
  slots: ['recording'],
  delivery: { expiresInSeconds: LESSON_URL_SECONDS },
})
