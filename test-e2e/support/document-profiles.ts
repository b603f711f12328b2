import { defineProfile } from '@rindle/core'

/** A profile of files without variants. */
export const documentProfiles = {
  document: defineProfile({ storage: 'main', accept: { types: ['application/pdf'], maxBytes: 64 * 1024 * 1024 } }),
}
