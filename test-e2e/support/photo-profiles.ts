import { join } from 'node:path'
import { defineProfile } from '@rindle/core'
import { localStorage } from '@rindle/storage-local'

/** The profile most tests use: a thumbnail, a fitted picture and one of the slow class. */
export const photo = defineProfile({
  storage: 'main',
  accept: { types: ['image/*'], maxBytes: 20_000_000, maxPixels: 100_000_000 },
  variants: {
    thumb: { mode: 'crop', width: 32, height: 32, format: 'webp' },
    small: { mode: 'fit', width: 64, format: 'jpeg' },
    modern: { mode: 'fit', width: 48, format: 'avif' },
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
