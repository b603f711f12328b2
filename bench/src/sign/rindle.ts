import { type Asset, createRindle, defineProfile, silentLogger } from '@rindle/core'
import { memoryJobs } from '@rindle/testing'
import { storageIn } from '../storage-in.ts'
import { serveSigning } from './measure-signing.ts'
import { storageKeyOf } from './setup.ts'

// A database that refuses: `url` makes no query, or the bench fails.
const refusingPool = {
  connect: async (): Promise<never> => {
    throw new Error('A query was made; url() makes none.')
  },
  on: (): void => {},
  removeListener: (): void => {},
}

serveSigning((assetIds) => {
  const rindle = createRindle({
    database: { pool: refusingPool },
    storages: { main: storageIn('unused') },
    jobs: memoryJobs(),
    logger: silentLogger,
    profiles: {
      photo: defineProfile({ storage: 'main', accept: { types: ['image/jpeg'], maxBytes: 1_000_000 }, variants: {} }),
    },
  })
  const assets = assetIds.map(readyAsset)
  return (index) => rindle.url(assets[index] as Asset<'photo'>)
})

/** An asset as the database returns it. */
function readyAsset(id: string): Asset<'photo'> {
  const now = new Date()
  return {
    id,
    profile: 'photo',
    storage: 'main',
    storageKey: storageKeyOf(id),
    state: 'ready',
    kind: 'image',
    filename: 'photo.jpg',
    contentType: 'image/jpeg',
    declaredContentType: 'image/jpeg',
    byteSize: 3_500_000,
    checksumSha256: null,
    uploadedSha256: null,
    removedMetadata: 'keep',
    etag: null,
    width: 4032,
    height: 3024,
    durationMs: null,
    hasVideoTrack: null,
    hasAudioTrack: null,
    metadata: {},
    errorReason: null,
    errorMessage: null,
    waitingSince: null,
    originalDamagedAt: null,
    focus: null,
    thumbHash: null,
    adoptedFrom: null,
    inPlace: false,
    trashedAt: null,
    purgeAt: null,
    tenant: null,
    createdAt: now,
    updatedAt: now,
  }
}
