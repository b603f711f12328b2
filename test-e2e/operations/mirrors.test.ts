import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { defineProfile, mirrored, RindleError, type StorageAdapter } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'
import { objectsIn } from './snapshot.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    slots: { avatar: 'one' },
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(8, 8, { format: 'webp' }) },
  }),
}

let application: Application<typeof profiles>
let mirror: StorageAdapter
let picture: Buffer
let workers: Awaited<ReturnType<typeof application.work>>
/** What happens before the mirror gets an object. */
let beforeCopy: () => Promise<void> = async () => {}
/** The storages that are down: every call to them fails. */
const down = new Set<'primary' | 'mirror'>()

/** A storage whose calls fail while it is down. */
function breakable(name: 'primary' | 'mirror', storage: StorageAdapter): StorageAdapter {
  const guarded = <A extends readonly unknown[], R>(call: (...given: A) => Promise<R>) => {
    return async (...given: A): Promise<R> => {
      if (!down.has(name)) return call(...given)
      for (const each of given) if (each instanceof Readable) each.destroy()
      throw new RindleError('storage_unavailable', `The ${name} is down.`)
    }
  }
  return {
    ...storage,
    put: guarded((key, body, options) => storage.put(key, body, options)),
    get: guarded((key, options) => storage.get(key, options)),
    head: guarded((key, options) => storage.head(key, options)),
    download: guarded((key, path, options) => storage.download(key, path, options)),
    copy: guarded((from, to, options) => storage.copy(from, to, options)),
    delete: guarded((key, options) => storage.delete(key, options)),
    deleteMany: guarded((keys, options) => storage.deleteMany(keys, options)),
  }
}

beforeAll(async () => {
  picture = await quadrants(40, 30)
  application = await startApplication({
    profiles,
    jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
    wrapStorage: (storage) => {
      // Its directory is made with the application's.
      mirror = localStorage({
        directory: join(storage.localPath('x'), '..', '..', 'mirror'),
        baseUrl: 'http://127.0.0.1/mirror',
        signingKey: 'another key for tests only, thirty-two characters',
      })
      const slow: StorageAdapter = {
        ...mirror,
        put: async (key, body, options) => {
          await beforeCopy()
          return mirror.put(key, body, options)
        },
      }
      return mirrored(breakable('primary', storage), [breakable('mirror', slow)])
    },
  })
  workers = await application.work()
})
afterAll(async () => {
  down.clear()
  await application[Symbol.asyncDispose]()
})
beforeEach(async () => {
  down.clear()
  beforeCopy = async () => {}
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, rindle.media_mirror_changes cascade')
  for (const each of [application.storage, mirror]) await each.deleteMany(await objectsIn(each))
})

async function aPhoto() {
  const { id } = await application.rindle.upload('photo', picture, { filename: 'a.jpg' })
  return application.rindle.narrow(await settled(application.rindle, id), 'photo')
}

async function sumsIn(storage: StorageAdapter): Promise<Readonly<Record<string, string>>> {
  const sums: Record<string, string> = {}
  for (const key of await objectsIn(storage)) {
    sums[key] = createHash('sha256')
      .update(await buffer((await storage.get(key)).body))
      .digest('hex')
  }
  return sums
}

const changes = () => application.rindle.prisma.mediaMirrorChange.findMany({ orderBy: { storageKey: 'asc' } })
const followed = async (): Promise<void> => vi.waitFor(async () => expect(await changes()).toEqual([]), 10_000)
const soon = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 20 })

/** Lets the changes of an outage be tried again at once. */
async function tryAgain(): Promise<void> {
  await application.rindle.prisma.$executeRawUnsafe('update rindle.media_mirror_changes set due_at = now()')
  await makeDue(application.rindle)
}

test('the mirror follows uploads, variants and purges, and has nothing of staging', async () => {
  const { rindle, storage } = application
  const photo = await aPhoto()
  await followed()
  expect(await objectsIn(storage)).toHaveLength(2)
  expect(await sumsIn(mirror)).toEqual(await sumsIn(storage))
  await rindle.purgeAsset(photo.id, { live: true })
  await soon(async () => expect(await objectsIn(mirror)).toEqual([]))
  await followed()
})

test('files of the application are mirrored as well', async () => {
  const { rindle } = application
  await rindle.store('photo', 'export/all.csv', Buffer.from('a,b\n'))
  await soon(async () => expect(await objectsIn(mirror)).toEqual(['export/all.csv']))
  await rindle.delete('photo', 'export/all.csv')
  await soon(async () => expect(await objectsIn(mirror)).toEqual([]))
})

describe('while the mirror is down', () => {
  test('nothing waits for it but its changes, and it catches up', async () => {
    down.add('mirror')
    const { rindle, storage } = application
    const gone = await aPhoto()
    await rindle.purgeAsset(gone.id, { live: true })
    await soon(async () => expect(await rindle.asset(gone.id)).toBeNull())
    await aPhoto()
    await soon(async () => {
      const waiting = await changes()
      expect(waiting).toHaveLength(4)
      expect(new Set(waiting.map(({ errorReason }) => errorReason))).toEqual(new Set(['storage_unavailable']))
    })
    down.clear()
    await tryAgain()
    await followed()
    expect(await sumsIn(mirror)).toEqual(await sumsIn(storage))
  })
})

describe('while the primary is down', () => {
  test('objects are read from the mirror, and what it lacks is an outage, not a loss', async () => {
    const { rindle, storage } = application
    const photo = await aPhoto()
    await followed()
    const adapter = rindle.storageAdapterFor('photo')
    down.add('primary')
    const { body, etag, byteSize } = await adapter.get(photo.storageKey)
    expect(await buffer(body)).toEqual(picture)
    expect(await adapter.head(photo.storageKey)).toMatchObject({ byteSize, etag })
    // The etag is the mirror's, so it is the mirror that is asked, even when the primary is back.
    down.clear()
    const again = await adapter.get(photo.storageKey, { ifMatch: etag, range: { start: 0, end: 3 } })
    expect(await buffer(again.body)).toEqual(picture.subarray(0, 4))
    down.add('primary')
    const own = await storage.head(photo.storageKey)
    const outage = { code: 'storage_unavailable' }
    await expect(adapter.get(photo.storageKey, { ifMatch: own?.etag ?? '' })).rejects.toMatchObject(outage)
    await mirror.delete(photo.storageKey)
    await expect(adapter.get(photo.storageKey)).rejects.toMatchObject(outage)
    await expect(adapter.head(photo.storageKey)).rejects.toMatchObject(outage)
    await expect(adapter.get(photo.storageKey, { ifMatch: etag })).rejects.toMatchObject(outage)
    expect(await rindle.verifyStorage()).toMatchObject({ originalsLost: 0, missing: 0 })
  })

  test('an object that it does not have is not read from the mirror', async () => {
    const { rindle, storage } = application
    const photo = await aPhoto()
    await followed()
    await storage.delete(photo.storageKey)
    expect(await rindle.storageAdapterFor('photo').head(photo.storageKey)).toBeUndefined()
    expect(await rindle.verifyStorage()).toMatchObject({ originalsLost: 1 })
  })
})

describe('verifyMirrors', () => {
  test('finds what a mirror lacks, has too much or otherwise, and lets it follow', async () => {
    const { rindle, storage } = application
    const [first, second] = [await aPhoto(), await aPhoto()]
    await followed()
    await mirror.delete(first.storageKey)
    await mirror.put(second.storageKey, Readable.from([Buffer.from('other')]), { contentType: 'image/jpeg' })
    const surplus = `photo/${second.id}/original-unknown.jpg`
    await mirror.put(surplus, Readable.from([picture]), { contentType: 'image/jpeg' })
    await mirror.put('own/file.csv', Readable.from([picture]), { contentType: 'text/csv' })
    const found = { checked: 6, missing: 1, different: 1, surplus: 1, lost: 0, unknown: 1, errors: 0 }
    expect(await rindle.verifyMirrors({ graceSeconds: 0 })).toMatchObject({ ...found, enqueued: 0, dryRun: true })
    const seen: unknown[] = []
    const onProgress = (_counts: unknown, progress: unknown) => void seen.push(progress)
    const report = await rindle.verifyMirrors({ onProgress })
    expect(report).toMatchObject({ checked: 6, missing: 0, different: 0, surplus: 0 })
    // The time left follows from what the rows name.
    expect(seen.at(-1)).toMatchObject({ total: expect.any(Number), isEstimate: true })
    expect(await rindle.verifyMirrors({ graceSeconds: 0, live: true })).toMatchObject({ ...found, enqueued: 3 })
    await followed()
    await mirror.delete('own/file.csv')
    expect(await sumsIn(mirror)).toEqual(await sumsIn(storage))
  })

  test('brings back what the primary has lost, if it is what the row says', async () => {
    const { rindle, storage } = application
    const [first, second] = [await aPhoto(), await aPhoto()]
    await followed()
    const before = await sumsIn(storage)
    await storage.deleteMany(await objectsIn(storage))
    await mirror.put(second.storageKey, Readable.from([picture.toReversed()]), { contentType: 'image/jpeg' })
    await rindle.verifyStorage({ force: true })
    const report = await rindle.verifyMirrors({ graceSeconds: 0, live: true })
    expect(report).toMatchObject({ lost: 4, restored: 3, errors: 1, surplus: 0 })
    expect(Object.keys(before).length - (await objectsIn(storage)).length).toBe(1)
    expect((await sumsIn(storage))[first.storageKey]).toBe(before[first.storageKey])
    expect(await rindle.verifyStorage({ force: true })).toMatchObject({ originalsLost: 1, originalsHealed: 1 })
  })

  test('deletes nothing from a mirror that is mostly unknown', async () => {
    const { rindle } = application
    for (let count = 10; count < 35; count += 1) {
      const key = `photo/00000000-0000-7000-8000-0000000000${count}/original-a.jpg`
      await mirror.put(key, Readable.from([picture]), { contentType: 'image/jpeg' })
    }
    const report = await rindle.verifyMirrors({ graceSeconds: 0, live: true })
    expect(report).toMatchObject({ surplus: 25, enqueued: 0, stopped: [{ reason: 'mostly_unknown' }] })
    expect(await objectsIn(mirror)).toHaveLength(25)
  })
})

test('an object that changes while it is copied is copied again', async () => {
  const { rindle } = application
  beforeCopy = async () => {
    beforeCopy = async () => {}
    await rindle.store('photo', 'own/page.html', Buffer.from('new'))
  }
  await rindle.store('photo', 'own/page.html', Buffer.from('old'))
  await soon(async () => expect((await buffer((await mirror.get('own/page.html')).body)).toString()).toBe('new'))
  await followed()
})

test('an object that two workers copy at once is copied again at once, although a job waits for later', async () => {
  const { rindle } = application
  const { prisma } = rindle
  await prisma.$executeRawUnsafe(
    `insert into rindle.media_mirror_changes (storage, storage_key, due_at)
     values ('main', 'own/being-written.csv', now() + interval '5 minutes')`,
  )
  await rindle.store('photo', 'own/first.csv', Buffer.from('a'))
  await soon(async () => expect(await changes()).toMatchObject([{ storageKey: 'own/being-written.csv' }]))
  const waiting = `select 1 from pgboss.job
    where singleton_key = 'mirror:main:later' and state < 'active' and start_after > now() + interval '1 minute'`
  await soon(async () => expect(await prisma.$queryRawUnsafe(waiting)).toHaveLength(1))
  await prisma.$executeRawUnsafe('truncate rindle.media_mirror_changes')

  const [second, firstIsDone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  beforeCopy = async () => {
    beforeCopy = async () => {
      beforeCopy = async () => {}
      second.resolve()
      await firstIsDone.promise
    }
    await rindle.store('photo', 'own/page.html', Buffer.from('new'))
    await second.promise
  }
  await rindle.store('photo', 'own/page.html', Buffer.from('old'))
  await second.promise
  // Each write has noted the object before and after it. Now the first copy does, and another may follow that already.
  await soon(async () => expect(await changes()).not.toMatchObject([{ version: 4 }]))
  firstIsDone.resolve()
  await followed()
  expect((await buffer((await mirror.get('own/page.html')).body)).toString()).toBe('new')
})

test('a worker that stops in the midst of its copies gives them back to the next', async () => {
  const { rindle, storage } = application
  const begun = Promise.withResolvers<void>()
  beforeCopy = () =>
    new Promise((_resolve, reject) => {
      begun.resolve()
      stopped.promise.then(() => reject(new Error('stopped')), reject)
    })
  const stopped = Promise.withResolvers<void>()
  await rindle.store('photo', 'own/a.csv', Buffer.from('a'))
  await begun.promise
  const stopping = workers.stop()
  stopped.resolve()
  await stopping
  beforeCopy = async () => {}
  workers = await application.work()
  await tryAgain()
  await followed()
  expect(await sumsIn(mirror)).toEqual(await sumsIn(storage))
})

test('a process that dies between a change and its note has noted it before', async () => {
  const { rindle } = application
  const adapter = rindle.storageAdapterFor('photo')
  const noted = new Promise<number>((resolve, reject) => {
    const body = Readable.from(
      (async function* () {
        // The put has begun, and cannot end before it has these bytes.
        resolve((await changes()).length)
        yield picture
      })(),
    )
    adapter.put('own/late.jpg', body, { contentType: 'image/jpeg' }).catch(reject)
  })
  expect(await noted).toBe(1)
  await soon(async () => expect(await objectsIn(mirror)).toEqual(['own/late.jpg']))
})

test('mirrors of nothing, of mirrors, and of storages that cannot list are refused', () => {
  const { storage } = application
  expect(() => mirrored(storage, [])).toThrow('at least one mirror')
  expect(() => mirrored(mirrored(storage, [mirror]), [mirror])).toThrow('does not accept a mirrored storage')
  expect(() => mirrored(storage, [{ ...mirror, capabilities: new Set(['head']) }])).toThrow('can list')
})
