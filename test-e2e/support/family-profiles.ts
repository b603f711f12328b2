import { join } from 'node:path'
import { defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'

const accept = { types: ['image/*'], maxBytes: 20_000_000 } as const
/** Small sizes, which no encoder needs long for. */
const hero = image.responsive({ widths: [40, 80, 160, 320], formats: ['avif', 'webp', 'jpeg'], make: 'on_demand' })
const card = image.responsive({ widths: [32, 64], formats: ['webp', 'jpeg'], ratio: 2 })

/** A private profile and a public one, each with a family on demand and an eager one. */
export const familyProfiles = {
  photo: defineProfile({
    storage: 'main',
    accept,
    variants: { hero, card, thumb: image.crop(16, 16, { format: 'jpeg' }) },
    delivery: { authorize: ({ actor }) => actor !== 'stranger' },
  }),
  open: defineProfile({ storage: 'main', accept, variants: { hero }, delivery: { public: true } }),
}

/** The options of the images of families, at a route that only tests answer. */
export const imagesOptions = {
  baseUrl: 'http://app.test/rindle',
  signingKeys: ['a key for images of tests only, of thirty-two characters or more'],
} as const

/** Local storage with public URLs, too; they lead nowhere. */
export function openStorageIn(directory: string): ReturnType<typeof localStorage> {
  return localStorage({
    directory: join(directory, 'storage'),
    baseUrl: 'http://app.test/rindle',
    publicBaseUrl: 'http://cdn.test',
    signingKey: 'a key for tests only, thirty-two characters or more',
  })
}
