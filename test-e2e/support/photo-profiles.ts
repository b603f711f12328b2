import { join } from 'node:path'
import { defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'
import { SLOTS } from './slots.ts'

/** The profile most tests use: a thumbnail, a fitted picture and one of the slow class. */
export const photo = defineProfile({
  storage: 'main',
  slots: SLOTS,
  accept: { types: ['image/*'], maxBytes: 20_000_000, maxPixels: 100_000_000 },
  variants: {
    thumb: image.crop(32, 32, { format: 'webp' }),
    small: image.fit(64, null, { format: 'jpeg' }),
    modern: image.fit(48, null, { format: 'avif' }),
  },
})

/** The profiles of an application that a test does not configure itself. */
export const photoProfiles = { photo }

/** Local storage in a directory; its URLs lead nowhere, tests hand them to `serveFile`. */
export function storageIn(directory: string): ReturnType<typeof localStorage> {
  return localStorage({
    directory: join(directory, 'storage'),
    baseUrl: 'http://127.0.0.1/media',
    signingKey: 'a key for tests only, thirty-two characters or more',
  })
}
