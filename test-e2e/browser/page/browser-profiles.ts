import { defineProfile, type Rindle } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'

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
  document: defineProfile({ storage: 'main', accept: { types: ['application/pdf'], maxBytes: 1024 ** 3 } }),
  clip: defineProfile({ storage: 'main', accept: { types: ['video/mp4'], maxBytes: 200_000_000 } }),
}

/** The server's instance, as far as the page knows it. */
export type BrowserRindle = Rindle<typeof browserProfiles>
