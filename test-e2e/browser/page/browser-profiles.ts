import { defineProfile, type Rindle } from '@rindle/core'

/** Profiles of an application with a page: pictures with variants, and files that nothing here decodes. */
export const browserProfiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg', 'image/png'], maxBytes: 20_000_000 },
    variants: {
      thumb: { mode: 'crop', width: 64, height: 64, format: 'webp' },
      large: { mode: 'fit', width: 320, format: 'jpeg' },
    },
    slots: ['avatar'],
  }),
  document: defineProfile({ storage: 'main', accept: { types: ['application/pdf'], maxBytes: 1024 ** 3 } }),
  clip: defineProfile({ storage: 'main', accept: { types: ['video/mp4'], maxBytes: 200_000_000 } }),
}

/** The server's instance, as far as the page knows it. */
export type BrowserRindle = Rindle<typeof browserProfiles>
