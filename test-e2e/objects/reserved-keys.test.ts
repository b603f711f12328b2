import { Readable } from 'node:stream'
import {
  createRindle,
  defineProfile,
  type Logger,
  type RindleEvent,
  type SqlExecutor,
  silentLogger,
} from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'
import { faultyStorage, memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { deploy } from '../operations/deployment.ts'
import { objectsIn } from '../operations/snapshot.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const profiles = {
  photo: defineProfile({
    storage: 'main',
    slots: SLOTS,
    accept,
    variants: { thumb: image.crop(8, 8, { format: 'webp' }) },
    delivery: { authorize: ({ key, actor }) => key === undefined || (actor === 'clerk' && key.startsWith('notes/')) },
  }),
  other: defineProfile({ storage: 'other', slots: SLOTS, accept }),
}
const other = memoryStorage()
const logged: { fields: Record<string, unknown>; message: string }[] = []
const logger: Logger = { ...silentLogger, error: (fields, message) => logged.push({ fields, message }) }

let application: Application<typeof profiles>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles, storages: { other }, logger })
  picture = await quadrants(20, 20)
})
afterAll(async () => application[Symbol.asyncDispose]())

function listen<N extends 'rindle.runtime.refusal' | 'rindle.delivery.signed'>(name: N): RindleEvent<N>['metadata'][] {
  const told: RindleEvent<N>['metadata'][] = []
  onTestFinished(application.rindle.on(name, ({ metadata }) => void told.push(metadata)))
  return told
}

/** Tries to break the object under a key, with every verb that could. */
async function attack(key: string, rindle = application.rindle): Promise<readonly unknown[]> {
  const results = await Promise.allSettled([
    rindle.store('photo', key, Buffer.from('not what was verified')),
    rindle.storeVariant('photo', key, Buffer.from('nor this'), { assetId: 'a', variantName: 'b' }),
    rindle.store('other', key, Buffer.from('two storages may be one bucket')),
    rindle.delete('photo', key),
  ])
  return results.map((result) => (result.status === 'fulfilled' ? 'done' : (result.reason as { code: string }).code))
}

const REFUSED = ['conflict', 'conflict', 'conflict', 'conflict']

describe("a key of Rindle's own", () => {
  it('is refused whatever state its upload is in, and the upload comes to be ready all the same', async () => {
    const { rindle } = application
    const attacked: unknown[] = []
    const storage = faultyStorage(application.storage, {
      // Before, while and after a row knows the key: staged, copied, made.
      onCall: async (_point, keys) => {
        for (const key of keys) attacked.push(...(await attack(key, working)))
      },
    })
    const working = await deploy(application, profiles, { storages: { main: storage, other } })
    const workers = await working.work()
    const uploads = Array.from({ length: 4 }, async () => {
      const { id } = await working.upload('photo', picture, { filename: 'a.jpg' })
      return settled(working, id)
    })
    const { session, request } = await working.presignedPut('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
    const { url, ...init } = request
    await working.serveFile(new Request(url, { ...init, body: new Uint8Array(picture) }))
    await working.verifyCompletion(session.id)
    const assets = [...(await Promise.all(uploads)), await settled(working, session.assetId)]
    await workers.stop()

    expect(assets.map(({ state }) => state)).toEqual(assets.map(() => 'ready'))
    // Every upload puts an original and a thumbnail, and reads and deletes besides.
    expect(attacked.length).toBeGreaterThan(assets.length * 2 * REFUSED.length)
    expect(new Set(attacked)).toEqual(new Set(['conflict']))
    for (const { storageKey, variants } of assets) {
      for (const key of [storageKey, ...variants.map((variant) => variant.storageKey ?? '')]) {
        expect([key, await attack(key)]).toEqual([key, REFUSED])
      }
    }
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it.each([
    'staging',
    'staging/x',
    'staging/photo/019a3b1c-7d2e-7f00-8000-000000000001/0f--part-1.jpg',
    'photo',
    'photo/notes.txt',
    'other/notes.txt',
    'gone/019a3b1c-7d2e-7f00-8000-000000000001/original-0f',
    'gone/019a3b1c-7d2e-7f00-8000-000000000001/thumb_2x-0123456789abcdef.webp',
  ])('is every key like %s, though no row names it', async (key) => {
    const { rindle } = application
    const told = listen('rindle.runtime.refusal')
    expect(await attack(key)).toEqual(REFUSED)
    await expect(rindle.urlForKey('photo', key, { actor: 'clerk' })).rejects.toMatchObject({
      code: 'conflict',
      retryable: false,
      details: { reason: 'reserved_key' },
      message: expect.stringContaining('with the name of a profile'),
    })
    expect(told).toEqual([
      ...REFUSED.map(() => ({ surface: 'storage', reason: 'conflict', mode: 'reserved_key' })),
      { surface: 'delivery', reason: 'conflict', mode: 'reserved_key' },
    ])
  })

  it('may be read, which breaks nothing', async () => {
    const { rindle } = application
    const { id, storageKey } = await rindle.upload('photo', picture, { filename: 'a.jpg' })
    expect(await rindle.head('photo', storageKey)).toMatchObject({ byteSize: picture.byteLength })
    const path = `${application.directory}/copy-${id}`
    expect(await rindle.download('photo', storageKey, path)).toMatchObject({ byteSize: picture.byteLength })
  })

  it('is also whatever key a row names, or lies below an asset of a profile that is configured no more', async () => {
    const { rindle } = application
    const { id } = await rindle.upload('photo', picture, { filename: 'a.jpg' })
    onTestFinished(async () => void (await rindle.prisma.mediaAsset.delete({ where: { id } })))
    await rindle.prisma.mediaAsset.update({ where: { id }, data: { storageKey: 'legacy/a.jpg', profile: 'legacy' } })
    await rindle.prisma.mediaUploadSession.updateMany({ where: { assetId: id }, data: { uploadKey: 'legacy/b.jpg' } })
    for (const key of ['legacy/a.jpg', 'legacy/b.jpg', 'legacy/b--part-1.jpg', `legacy/${id}/notes.txt`]) {
      expect([key, await attack(key)]).toEqual([key, REFUSED])
      await expect(rindle.delete('photo', key)).rejects.toMatchObject({
        message: `The key "${key}" belongs to asset ${id}.`,
        details: { reason: 'key_of_asset', assetId: id },
      })
    }
    expect(await attack('legacy/c.jpg')).toEqual(['done', 'done', 'done', 'done'])
  })
})

describe('a file of the application', () => {
  it('outlives the asset that it was made from', async () => {
    const { rindle } = application
    const owner = { type: 'member', id: 1 }
    const { id } = await rindle.upload('photo', picture, { filename: 'a.jpg', owner, slot: 'avatar' })
    const key = `prints/${id}/poster.pdf`
    await rindle.storeVariant('photo', key, Buffer.from('made by hand'), { assetId: id, variantName: 'poster' })
    const workers = await rindle.work()
    await settled(rindle, id)
    await rindle.eraseOwner(owner)
    await expect.poll(() => rindle.asset(id), { timeout: 20_000 }).toBeNull()
    await workers.stop()
    expect(await rindle.head('photo', key)).toMatchObject({ byteSize: 12 })
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it('that was made from an asset and cannot be stored is logged with its identity', async () => {
    const full = faultyStorage(other, {
      onCall: () => {
        throw new Error('The disk is full.')
      },
    })
    const rindle = await deploy(application, profiles, { storages: { main: application.storage, other: full }, logger })
    const made = { assetId: '019a3b1c-7d2e-7f00-8000-000000000001', variantName: 'poster' }
    const message = 'A variant of the application could not be stored.'
    logged.length = 0
    await expect(rindle.storeVariant('other', 'prints/a.pdf', Buffer.from('x'), made)).rejects.toThrow('disk is full')
    const refused = rindle.storeVariant('other', 'photo/a.pdf', Buffer.from('x'), made)
    await expect(refused).rejects.toMatchObject({ code: 'conflict' })
    expect(logged).toEqual([
      { message, fields: { ...made, storage: 'other', code: 'unexpected', error: 'The disk is full.' } },
      {
        message,
        fields: { ...made, storage: 'other', code: 'conflict', error: expect.stringContaining('photo/a.pdf') },
      },
    ])
    logged.length = 0
    await rindle.storeVariant('photo', 'prints/a.pdf', Buffer.from('x'), made)
    expect(logged).toEqual([])
  })

  it('is not reached from within a transaction, neither by its bytes nor by its URL', async () => {
    const { rindle } = application
    const asset = await rindle.upload('photo', picture, { filename: 'a.jpg' })
    const calls: Record<string, () => Promise<unknown>> = {
      store: () => rindle.store('photo', 'notes/a.txt', Buffer.from('x')),
      storeVariant: () =>
        rindle.storeVariant('photo', 'notes/a.txt', Buffer.from('x'), { assetId: asset.id, variantName: 'a' }),
      download: () => rindle.download('photo', 'notes/a.txt', '/nowhere'),
      head: () => rindle.head('photo', 'notes/a.txt'),
      delete: () => rindle.delete('photo', 'notes/a.txt'),
      urlForKey: () => rindle.urlForKey('photo', 'notes/a.txt', { actor: 'clerk' }),
    }
    const before = await objectsIn(application.storage)
    for (const call of Object.values(calls)) {
      const tx: SqlExecutor = {
        executeSql: async () => {
          await call()
          return { rows: [] }
        },
      }
      await expect(rindle.attach(asset, { type: 'member', id: 1 }, 'avatar', { tx })).rejects.toThrow(
        'The storage "main" must not be called within a database transaction.',
      )
    }
    expect(await objectsIn(application.storage)).toEqual(before)
  })

  it('is granted or refused by the authorizer of the profile, who is asked with the key', async () => {
    const { rindle } = application
    await rindle.store('photo', 'notes/a.txt', Buffer.from('secret'))
    const told = listen('rindle.delivery.signed')
    const refusals = listen('rindle.runtime.refusal')
    await expect(rindle.urlForKey('photo', 'notes/a.txt')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(rindle.urlForKey('photo', 'books/a.txt', { actor: 'clerk' })).rejects.toMatchObject({
      code: 'forbidden',
      message: 'Delivery of the key "books/a.txt" was refused: not allowed.',
    })
    expect([told, refusals]).toEqual([[], []])
    const response = await rindle.serveFile(
      new Request(await rindle.urlForKey('photo', 'notes/a.txt', { actor: 'clerk' })),
    )
    expect(await response.text()).toBe('secret')
    // Another file may be put there at any time.
    expect(response.headers.get('cache-control')).toBe('private, no-cache')
    expect(told).toEqual([{ profile: 'photo', adapter: 'local', mode: 'signed' }])
  })
})

describe('a storage that cannot', () => {
  it('list its objects, or sign, is named, and nothing else is tried', async () => {
    const lacking = (capability: 'head' | 'signed_url') => ({
      ...other,
      capabilities: new Set([...other.capabilities].filter((name) => name !== capability)),
    })
    const blind = await deploy(application, profiles, {
      storages: { main: application.storage, other: lacking('head') },
    })
    const details = (capability: string) => ({ capability, adapter: 'memory', flow: 'delivery' })
    await expect(blind.head('other', 'notes/a.txt')).rejects.toMatchObject({
      code: 'capability_unsupported',
      details: details('head'),
    })
    await blind.store('other', 'notes/a.txt', Readable.from(['x']))

    const capabilities = new Set(other.capabilities)
    const forgetful = await deploy(application, profiles, {
      storages: { main: application.storage, other: { ...other, capabilities } },
    })
    capabilities.delete('signed_url')
    await expect(forgetful.urlForKey('other', 'notes/a.txt')).rejects.toMatchObject({
      code: 'capability_unsupported',
      details: details('signed_url'),
    })
  })
})

it('a public profile gives plain URLs of files of the application, too', async () => {
  const storage = localStorage({
    directory: `${application.directory}/public`,
    baseUrl: 'http://127.0.0.1/media',
    publicBaseUrl: 'https://cdn.example/media',
    signingKey: 'a key for tests only, thirty-two characters or more',
  })
  const rindle = createRindle({
    database: application.databaseUrl,
    storages: { open: storage },
    jobs: pgBossJobs(),
    logger: silentLogger,
    profiles: { logo: defineProfile({ storage: 'open', slots: SLOTS, accept, delivery: { public: true } }) },
  })
  await rindle.start()
  onTestFinished(() => rindle.stop())
  await rindle.store('logo', 'brand/logo.svg', Buffer.from('<svg/>'))
  expect(await rindle.urlForKey('logo', 'brand/logo.svg')).toBe('https://cdn.example/media/brand/logo.svg')
})
