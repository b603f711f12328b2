import { defineProfile } from '@rindle/core'
import { audio, poster, stream, strip, video, waveform } from '@rindle/processor-av/recipes'
import { image } from '@rindle/processor-image/recipes'

const PICTURES = ['image/jpeg', 'image/png', 'image/webp', 'image/avif'] as const

// A lesson is watched for longer than a picture takes to load, and a player requests its parts while it plays.
const LESSON_URL_SECONDS = 6 * 3600

/** A member's face: always a square, cut around the point that they chose, and before that around the face. */
export const avatar = defineProfile({
  storage: 'main',
  accept: { types: PICTURES, maxBytes: 10_000_000 },
  variants: {
    small: image.crop(96, 96, { format: 'webp', position: 'focal' }),
    portrait: image.responsive({
      widths: [160, 320],
      formats: ['webp', 'jpeg'],
      ratio: 1,
      position: 'focal',
      make: 'on_demand',
    }),
    // The whole picture, on which its owner chooses the point.
    whole: image.fit(640, 640, { format: 'webp' }),
  },
  slots: { avatar: 'one' },
  placeholder: 'thumbhash',
})

/** One photo of a gallery: a square tile for lists, and the whole photo in the widths of the screens that ask for it. */
export const photo = defineProfile({
  storage: 'main',
  accept: { types: PICTURES, maxBytes: 30_000_000 },
  variants: {
    tile: image.responsive({ widths: [240, 480], formats: ['webp', 'jpeg'], ratio: 1, position: 'attention' }),
    screen: image.responsive({ widths: [640, 1280, 1920], formats: ['avif', 'webp', 'jpeg'], make: 'on_demand' }),
  },
  slots: { gallery: 'many' },
  placeholder: 'thumbhash',
})

/** A recording: all variants of a video, but only the sound of a sound. */
export const lesson = defineProfile({
  storage: 'main',
  accept: { types: ['video/*', 'audio/*'], maxBytes: 2_000_000_000, maxDurationMs: 3 * 3_600_000 },
  variants: {
    // In the sizes that suit the visitor's network, and one file for browsers that play no stream.
    film: stream({ heights: [720, 360] }),
    video: video.mp4({ height: 480 }),
    poster: poster(),
    strip: strip(),
    sound: audio.aac({ normalize: true }),
    waveform: waveform(),
  },
  slots: { recording: 'one' },
  placeholder: 'thumbhash',
  delivery: { expiresInSeconds: LESSON_URL_SECONDS },
})
