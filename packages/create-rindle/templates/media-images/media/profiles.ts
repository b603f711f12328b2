import { defineProfile } from '@rindle/core'
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
}

/** They make the variants. */
export const processors = [imageProcessor()]
