import { createRindle, defineProfile, type Rindle, type RindleOptions, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { storageIn } from '../support/photo-profiles.ts'

/** A family whose members are made on demand, and one whose encode takes about a second. */
export const heroProfiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 20_000_000 },
    variants: {
      thumb: image.crop(8, 8),
      hero: image.responsive({ widths: [8, 16, 24, 32], formats: ['webp', 'jpeg'], make: 'on_demand' }),
      vast: image.responsive({ widths: [1_200], formats: ['avif'], make: 'on_demand' }),
    },
  }),
}

/** What the instances of one application have in common; requests wait as long as a test does. */
export const heroImages = {
  baseUrl: '/rindle',
  signingKeys: ['a key for tests only, thirty-two characters or more'],
  waitMs: 120_000,
}

/** An instance of an application with these profiles, as a process of its own has it. */
export function heroInstance(
  databaseUrl: string,
  directory: string,
  options: Partial<RindleOptions<typeof heroProfiles>> = {},
): Rindle<typeof heroProfiles> {
  return createRindle({
    database: databaseUrl,
    storages: { main: storageIn(directory) },
    processors: [imageProcessor()],
    jobs: pgBossJobs({ heartbeatSeconds: 10 }),
    logger: silentLogger,
    images: heroImages,
    ...options,
    profiles: heroProfiles,
  })
}

/** Asks for an image of a family, as a page does. */
export async function askFor(
  rindle: Rindle<typeof heroProfiles>,
  assetId: string,
  { family = 'hero', query = 'w=16' }: { readonly family?: 'hero' | 'vast'; readonly query?: string } = {},
): Promise<Response> {
  const asset = await rindle.asset(assetId)
  if (asset === null) throw new Error('The asset is gone.')
  const url = await rindle.familyUrl(asset, family)
  if (url === null) throw new Error('Nothing of the family can be made.')
  return rindle.serveImage(new Request(`http://127.0.0.1${url}?${query}`))
}
