import { lstat, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type AssetWithVariants, defineProfile, type SignedRequest } from '@rindle/core'
import { faultyStorage, memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { storageIn } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

const remote = memoryStorage()
const accept = { types: ['image/jpeg'], maxBytes: 1_000_000 } as const
const profiles = {
  local: defineProfile({ storage: 'main', accept }),
  remote: defineProfile({ storage: 'remote', accept }),
}
type Profile = keyof typeof profiles

let application: Application<typeof profiles>
let picture: Buffer
let other: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles, storages: { remote } })
  picture = await quadrants(40, 30)
  other = await quadrants(30, 40)
})
afterAll(async () => application[Symbol.asyncDispose]())

async function send(request: SignedRequest, bytes: Buffer): Promise<void> {
  const body = new Uint8Array(bytes)
  const { method, url, headers } = request
  const { ok } = url.startsWith('memory:')
    ? await remote.send(request, body)
    : await application.rindle.serveFile(new Request(url, { method, headers, body }))
  expect(ok).toBe(true)
}

/** An upload that its client has sent and completed, and that no worker has seen yet. */
async function completed(profile: Profile) {
  const { rindle } = application
  // Without a declared size, so that the URL takes other bytes as well.
  const declared = { filename: 'a.jpg', contentType: 'image/jpeg' }
  const { session, request } = await rindle.presignedPut(profile, declared)
  await send(request, picture)
  const { asset } = await rindle.verifyCompletion(session.id)
  return { id: asset.id, request, path: join(application.directory, 'storage', session.uploadKey) }
}

async function promoted(assetId: string, storage = storageIn(application.directory)): Promise<AssetWithVariants> {
  const rindle = await application.another({ storages: { main: storage, remote } })
  const workers = await rindle.work()
  const asset = await settled(rindle, assetId)
  await workers.stop()
  return asset
}

const READY = { state: 'ready', width: 40, height: 30 }
const REFUSED = { state: 'quarantined', errorReason: 'changed_after_verification' }

describe.each<Profile>(['local', 'remote'])('a client that sends its PUT to %s storage again', (profile) => {
  it('after it has completed its upload has sent the same, however often', async () => {
    const { id, request } = await completed(profile)
    for (let count = 0; count < 3; count += 1) await send(request, picture)
    expect(await promoted(id)).toMatchObject(READY)
  })

  it('at the same time as it completes it has sent the same', async () => {
    const { rindle } = application
    const declared = { filename: 'a.jpg', contentType: 'image/jpeg' }
    const { session, request } = await rindle.presignedPut(profile, declared)
    await send(request, picture)
    const sending = Promise.all(Array.from({ length: 5 }, () => send(request, picture)))
    const { asset } = await rindle.verifyCompletion(session.id)
    await sending
    expect(await promoted(asset.id)).toMatchObject(READY)
  })

  it('with other bytes has sent another file, which is refused', async () => {
    const { id, request } = await completed(profile)
    await send(request, other)
    expect(await promoted(id)).toMatchObject(REFUSED)
  })

  it('with other bytes and then the first ones has sent the same', async () => {
    const { id, request } = await completed(profile)
    await send(request, other)
    await send(request, picture)
    expect(await promoted(id)).toMatchObject(READY)
  })
})

it('a PUT that is repeated while its upload is taken from staging changes nothing', async () => {
  const { id, request } = await completed('local')
  let isRepeated = false
  const watched = faultyStorage(storageIn(application.directory), {
    onCall: async (point) => {
      if (point !== 'copy:before' || isRepeated) return
      isRepeated = true
      await send(request, picture)
    },
  })
  expect(await promoted(id, watched)).toMatchObject(READY)
  expect(isRepeated).toBe(true)
})

describe('an upload in flight, when the version before is upgraded,', () => {
  it('is promoted: its row has the old etag, and its object no SHA-256 beside it', async () => {
    const { id, path } = await completed('local')
    await forgetRecord(path)
    await setEtag(id, await etagOfEarlierVersions(path))
    expect(await promoted(id)).toMatchObject(READY)
  })

  it('is promoted when a process of the version before has completed what one of this version took', async () => {
    const { id, path } = await completed('local')
    await setEtag(id, await etagOfEarlierVersions(path))
    expect(await promoted(id)).toMatchObject(READY)
  })

  it('is refused still when it was exchanged', async () => {
    const { id, path, request } = await completed('local')
    await setEtag(id, await etagOfEarlierVersions(path))
    await send(request, other)
    expect(await promoted(id)).toMatchObject(REFUSED)
  })
})

it('an upload that lost its SHA-256 record, for example in a backup, is read instead', async () => {
  const kept = await completed('local')
  await forgetRecord(kept.path)
  expect(await promoted(kept.id)).toMatchObject(READY)
})

async function forgetRecord(path: string): Promise<void> {
  // Uploads of a profile share their directory, so the records of earlier ones go, too.
  const records = (await readdir(dirname(path))).filter((name) => name.endsWith('.sha256'))
  expect(records.length).toBeGreaterThan(0)
  for (const record of records) await rm(join(dirname(path), record))
}

async function setEtag(id: string, etag: string): Promise<void> {
  await application.rindle.prisma.mediaAsset.update({ where: { id }, data: { etag } })
}

/** The etag that the first version computed. */
async function etagOfEarlierVersions(path: string): Promise<string> {
  const { size, mtimeNs, ino } = await lstat(path, { bigint: true })
  return [size, mtimeNs, ino].map((part) => part.toString(36)).join('-')
}
