import { defineProfile } from '@rindle/core'

/** Files that nothing here decodes, so that only their way matters. */
const accept = { types: ['application/pdf'], maxBytes: 2 * 1024 ** 3 } as const

/** The same kind of file on a disk and in a bucket; one with a small limit, and one that is attached. */
export const tusProfiles = {
  local: defineProfile({ storage: 'main', accept, slots: { lesson: 'one' } }),
  remote: defineProfile({ storage: 'remote', accept }),
  note: defineProfile({ storage: 'main', accept: { ...accept, maxBytes: 1_000_000 } }),
}
