import { defineProfile } from '@rindle/core'
import { avProcessor } from '@rindle/processor-av'
import { poster, video } from '@rindle/processor-av/recipes'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'

/** The files that the application accepts, and the variants that it makes from them. */
export const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg', 'image/png', 'image/webp'], maxBytes: 20_000_000 },
    variants: {
      thumb: image.crop(320, 320, { format: 'webp' }),
      large: image.fit(1600, 1600, { format: 'webp' }),
    },
    slots: { gallery: 'many' },
  }),
  film: defineProfile({
    storage: 'main',
    accept: { types: ['video/*'], maxBytes: 2_000_000_000, maxDurationMs: 7_200_000 },
    variants: {
      video: video.mp4({ height: 720 }),
      poster: poster(),
    },
    slots: { gallery: 'many' },
  }),
}

/** They make the variants: sharp for photos, FFmpeg for films. */
export const processors = [imageProcessor(), avProcessor()]
