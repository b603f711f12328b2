import { defineProfile, type Rindle } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'

const WIDTHS = [160, 320, 640]

/** Profiles of an application with a page: pictures with variants, and files that nothing here decodes. */
export const browserProfiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg', 'image/png'], maxBytes: 20_000_000 },
    variants: {
      thumb: image.crop(64, 64, { format: 'webp' }),
      large: image.fit(320, null, { format: 'jpeg' }),
    },
    slots: { avatar: 'one' },
  }),
  scene: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 20_000_000 },
    variants: {
      hero: image.responsive({ widths: WIDTHS, formats: ['avif', 'webp', 'jpeg'], make: 'on_demand' }),
      card: image.responsive({ widths: WIDTHS, formats: ['avif', 'jpeg'] }),
    },
    placeholder: 'thumbhash',
  }),
  portrait: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 20_000_000 },
    variants: { face: image.crop(64, 64, { format: 'png', position: 'focal' }) },
  }),
  document: defineProfile({ storage: 'main', accept: { types: ['application/pdf'], maxBytes: 1024 ** 3 } }),
  clip: defineProfile({ storage: 'main', accept: { types: ['video/mp4'], maxBytes: 200_000_000 } }),
}

/** The server's instance, as far as the page knows it. */
export type BrowserRindle = Rindle<typeof browserProfiles>
