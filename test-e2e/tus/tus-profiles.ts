import { defineProfile } from '@rindle/core'

/** Files that nothing here decodes, so that only their way matters. */
export const tusProfiles = {
  film: defineProfile({
    storage: 'main',
    accept: { types: ['video/mp4', 'application/pdf'], maxBytes: 2 * 1024 ** 3 },
    slots: ['lesson'],
  }),
  note: defineProfile({ storage: 'main', accept: { types: ['application/pdf'], maxBytes: 1_000_000 } }),
}
