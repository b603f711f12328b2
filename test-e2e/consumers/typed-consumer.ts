// An application's code with the packages from npm. Only its types are checked: it never runs.

import { createClient, isClientError } from '@rindle/client'
import { createRindle, defineProfile, fromPgClient, isRindleError } from '@rindle/core'
import { createHandler, type RindleHandler, toNodeHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { migrate } from '@rindle/prisma'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { createRindleHooks } from '@rindle/react'
import { localStorage } from '@rindle/storage-local'
import { s3Storage } from '@rindle/storage-s3'

const avatar = defineProfile({
  storage: 'main',
  accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
  variants: { thumb: image.crop(160, 160, { format: 'webp' }) },
  slots: { avatar: 'one' },
})

export const rindle = createRindle({
  database: 'postgres://localhost/app',
  storages: {
    main: localStorage({ directory: 'media', baseUrl: 'http://localhost/rindle', signingKey: 'k' }),
    bucket: s3Storage({ bucket: 'media', region: 'eu-central-1' }),
  },
  processors: [imageProcessor()],
  jobs: pgBossJobs(),
  profiles: { avatar },
})

export const handler: RindleHandler = createHandler(rindle, {
  basePath: '/rindle',
  actor: (request) => ({ id: request.headers.get('x-user') ?? 'guest' }),
  // @ts-expect-error there is no such profile
  authorizeUpload: ({ profile }) => profile === 'avatr',
})
export const listener: ReturnType<typeof toNodeHandler> = toNodeHandler(handler)

export async function onServer(picture: Uint8Array): Promise<string | null> {
  await migrate('postgres://localhost/app')
  const owner = { type: 'member', id: 1 }
  const asset = await rindle.upload('avatar', picture, { filename: 'me.jpg', owner, slot: 'avatar' })
  const tx = fromPgClient({ query: async () => ({ rows: [] }) })
  await rindle.detach(owner, 'avatar', { tx })
  try {
    // @ts-expect-error there is no such variant
    await rindle.variantUrl(asset, 'thum')
  } catch (error) {
    if (isRindleError(error, 'unknown_variant')) return error.message
  }
  return rindle.variantUrl(asset, 'thumb')
}

const client = createClient<typeof rindle>({ memory: null })
export const { useUpload, useAsset } = createRindleHooks(client)

export async function inBrowser(file: File): Promise<string | null | undefined> {
  try {
    const asset = await client.upload(file, { profile: 'avatar', slot: 'avatar', waitFor: 'ready' })
    // @ts-expect-error there is no such variant
    return asset.variants.thum?.url ?? asset.variants.thumb?.url
  } catch (error) {
    return isClientError(error, 'upload_rejected') ? error.message : null
  }
}
