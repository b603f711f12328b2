import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type DoctorCheck, defineProfile } from '@rindle/core'
import { memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { storageIn } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { snapshot } from './snapshot.ts'

const UNAVAILABLE = { code: 'storage_unavailable', retryable: true }

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
  }),
}

let application: Application<typeof profiles>
let root: string

beforeAll(async () => {
  application = await startApplication({ profiles })
  root = join(application.directory, 'storage')
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe(
    'truncate rindle.media_assets, rindle.media_storages, pgboss.job cascade',
  )
  for (const directory of [root, `${root}-away`]) await rm(directory, { recursive: true, force: true })
  await storageIn(application.directory).start(null)
})

/** Another process of the application: it knows about the storage what the database knows. */
const anotherProcess = () => application.another({ storages: { main: storageIn(application.directory) } })

/** An asset whose original is in the storage, without the work of an upload. */
async function readyPhoto() {
  const rindle = await anotherProcess()
  const { id } = await rindle.upload('photo', await quadrants(40, 30), { filename: 'a.jpg' })
  await rindle.prisma.mediaAsset.update({
    where: { id },
    data: { state: 'ready', kind: 'image', width: 40, height: 30 },
  })
  await rindle.stop()
  const asset = await application.rindle.asset(id)
  if (asset === null) throw new Error('The asset is gone.')
  return rindle.narrow(asset, 'photo')
}

/** The disk of the root is away while `work` is done: nothing is at its place, or an empty directory. */
async function unmounted(place: 'gone' | 'empty', work: () => Promise<void>): Promise<void> {
  await rename(root, `${root}-away`)
  if (place === 'empty') await mkdir(root)
  try {
    await work()
    expect(existsSync(root) ? await readdir(root) : 'gone').toEqual(place === 'empty' ? [] : 'gone')
  } finally {
    await rm(root, { recursive: true, force: true })
    await rename(`${root}-away`, root)
  }
}

describe.each(['gone', 'empty'] as const)('a local storage whose disk is away (%s)', (place) => {
  it('is not made again by start, and serves again when it is back', async () => {
    const asset = await readyPhoto()
    await unmounted(place, async () => {
      await expect(anotherProcess()).rejects.toMatchObject(UNAVAILABLE)
    })
    const rindle = await anotherProcess()
    expect((await rindle.serveFile(new Request((await rindle.url(asset)) ?? ''))).status).toBe(200)
  })

  it('loses no original, and nothing changes', async () => {
    const asset = await readyPhoto()
    const rindle = await anotherProcess()
    const before = await snapshot(rindle, storageIn(application.directory))
    await unmounted(place, async () => {
      const { errors, originalsLost } = await rindle.verifyStorage()
      expect({ errors, originalsLost }).toEqual({ errors: 1, originalsLost: 0 })
      expect((await rindle.scanOrphans()).stopped).toMatchObject([{ storage: 'main', reason: 'unavailable' }])
      const upload = rindle.upload('photo', await quadrants(40, 30), { filename: 'b.jpg' })
      await expect(upload).rejects.toMatchObject(UNAVAILABLE)
      expect((await rindle.serveFile(new Request((await rindle.url(asset)) ?? ''))).status).toBe(503)
    })
    expect(await snapshot(rindle, storageIn(application.directory))).toEqual(before)
  })

  it('is named by the doctor, which puts nothing there', async () => {
    await readyPhoto()
    const rindle = await anotherProcess()
    await unmounted(place, async () => {
      const { checks } = await rindle.doctor()
      const own = checks.filter(({ component }) => component === 'main')
      expect(own.map(({ id, status }) => `${id} ${status}`)).toEqual(['storage.root error'])
      expect(own[0]).toMatchObject({
        fix: expect.stringMatching(/Mount it.*init-storage/),
      } satisfies Partial<DoctorCheck>)
    })
    const { checks } = await rindle.doctor()
    expect(checks.find(({ id }) => id === 'storage.root')).toMatchObject({ status: 'ok' })
  })

  it('that an earlier version has used is known by its assets, and accepted when it is back', async () => {
    const asset = await readyPhoto()
    await rm(join(root, '.rindle'), { recursive: true })
    await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_storages')
    await unmounted(place, async () => {
      await expect(anotherProcess()).rejects.toMatchObject(UNAVAILABLE)
    })
    const rindle = await anotherProcess()
    expect((await rindle.serveFile(new Request((await rindle.url(asset)) ?? ''))).status).toBe(200)
    await unmounted(place, async () => {
      await expect(anotherProcess()).rejects.toMatchObject(UNAVAILABLE)
    })
  })

  it('gets a new identity by initStorage, and then the old disk is refused', async () => {
    await readyPhoto()
    await rename(root, `${root}-away`)
    if (place === 'empty') await mkdir(root)
    const dryRun = () => application.rindle.initStorage('main', { dryRun: true })
    expect(await dryRun()).toEqual({ storage: 'main', identity: null, isNew: true, dryRun: true })
    await expect(anotherProcess()).rejects.toMatchObject(UNAVAILABLE)
    expect(await application.rindle.initStorage('main')).toMatchObject({ storage: 'main', isNew: true, dryRun: false })
    expect(await dryRun()).toMatchObject({ identity: expect.any(String), isNew: false })
    expect(await application.rindle.initStorage('main')).toMatchObject({ storage: 'main', isNew: false })
    await (await anotherProcess()).upload('photo', await quadrants(40, 30), { filename: 'b.jpg' })
    await rm(root, { recursive: true })
    await rename(`${root}-away`, root)
    await expect(anotherProcess()).rejects.toMatchObject({
      ...UNAVAILABLE,
      message: expect.stringMatching('another storage'),
    })
    expect(await dryRun()).toMatchObject({ identity: expect.any(String), isNew: true })
    expect(await dryRun()).toMatchObject({ isNew: true })
    expect(await application.rindle.initStorage('main')).toMatchObject({ isNew: true })
    await anotherProcess()
  })
})

describe('the memory of a storage', () => {
  it('is what the first process has found, so that another disk on another machine is refused', async () => {
    await anotherProcess()
    const elsewhere = storageIn(join(application.directory, 'another-machine'))
    await expect(application.another({ storages: { main: elsewhere } })).rejects.toMatchObject(UNAVAILABLE)
  })

  it('is the same for many processes that are the first at once', async () => {
    await rm(join(root, '.rindle'), { recursive: true })
    await Promise.all(Array.from({ length: 5 }, anotherProcess))
    expect(await application.rindle.prisma.mediaStorage.count()).toBe(1)
  })

  it('is nothing of one that its address tells', async () => {
    const rindle = await application.another({
      storages: { main: memoryStorage() },
    })
    for (const dryRun of [true, false]) {
      const report = { storage: 'main', identity: null, isNew: false, dryRun }
      expect(await rindle.initStorage('main', { dryRun })).toEqual(report)
    }
    expect(await application.rindle.prisma.mediaStorage.count()).toBe(0)
    await expect(rindle.initStorage('mian')).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
