import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineProfile, RindleError, type Scanner, type SignedRequest } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'
import { deploy } from './deployment.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const variants = { thumb: image.crop(8, 8, { format: 'webp' }) } as const
/** The scanner's next answer. */
let isClean = true
const scanner: Scanner = {
  name: 'virus',
  scan: async () => (isClean ? { accepted: true } : { accepted: false, reason: 'EICAR' }),
}
const photo = defineProfile({ storage: 'main', slots: SLOTS, accept, variants, scanners: [scanner] })
const small = defineProfile({ storage: 'main', slots: SLOTS, accept: { ...accept, maxPixels: 100 }, variants })
const profiles = { photo, small }

let application: Application<typeof profiles>
let rindle: Application<typeof profiles>['rindle']

beforeAll(async () => {
  application = await startApplication({
    profiles,
    jobs: quickJobs(),
  })
  rindle = application.rindle
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  isClean = true
  await rindle.prisma.$executeRawUnsafe(
    'truncate rindle.media_assets, rindle.media_processing_runs, pgboss.job cascade',
  )
})

function quickJobs() {
  return pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 })
}

async function working<T>(check: () => Promise<T>): Promise<T> {
  const workers = await application.work()
  try {
    return await check()
  } finally {
    await workers.stop()
  }
}

async function quarantined(profile: 'photo' | 'small' = 'photo', options = {}) {
  isClean = false
  const { id } = await rindle.upload(profile, await quadrants(40, 30), { filename: 'a.jpg', ...options })
  const asset = await working(() => settled(rindle, id))
  isClean = true
  expect(asset.state).toBe('quarantined')
  return asset
}

const fileOf = ({ storageKey }: { readonly storageKey: string }) => join(application.directory, 'storage', storageKey)

describe('a released asset', () => {
  it('goes through the whole gate again, becomes ready, and clears its reason', async () => {
    const { id, errorReason, errorMessage } = await quarantined()
    expect([errorReason, errorMessage]).toEqual(['scanner_rejected:virus', 'EICAR'])
    const moves: unknown[] = []
    const off = rindle.on('rindle.asset.state_change', ({ metadata }) => void moves.push([metadata.from, metadata.to]))
    const foreseen = await rindle.releaseAsset(id, { dryRun: true })
    expect(moves).toEqual([])
    expect(await rindle.asset(id)).toMatchObject({ state: 'quarantined', errorMessage: 'EICAR' })
    const report = await rindle.releaseAsset(id)
    expect(foreseen).toMatchObject({
      dryRun: true,
      errorReason: report.errorReason,
      asset: { state: 'validating', errorReason: null, errorMessage: null },
    })
    expect(report).toMatchObject({
      dryRun: false,
      errorReason: 'scanner_rejected:virus',
      asset: { id, state: 'validating', errorReason: null, errorMessage: null },
    })
    // With its job, in one transaction.
    expect((await rindle.checkInvariants()).violations).toEqual([])
    expect(await working(() => settled(rindle, id))).toMatchObject({
      state: 'ready',
      errorReason: null,
      variants: [{ state: 'ready' }],
    })
    off()
    expect(moves.slice(0, 3)).toEqual([
      ['quarantined', 'validating'],
      ['validating', 'analyzing'],
      ['analyzing', 'promoting'],
    ])
  })

  it('that is still wrong is quarantined again', async () => {
    const { id } = await quarantined()
    await rindle.releaseAsset(id)
    isClean = false
    expect(await working(() => settled(rindle, id))).toMatchObject({
      state: 'quarantined',
      errorReason: 'scanner_rejected:virus',
    })
  })

  it('that a policy refused passes when the policy has changed', async () => {
    const { id, errorReason } = await quarantined('small')
    expect(errorReason).toBe('limit_exceeded')
    const next = await deploy(application, { photo, small: { ...small, accept: photo.accept } })
    await next.releaseAsset(id)
    const workers = await next.work()
    expect(await settled(next, id)).toMatchObject({ state: 'ready', width: 40 })
    await workers.stop()
  })

  it('is attached to the slot of its upload', async () => {
    const { session, request } = await rindle.presignedPut('photo', {
      filename: 'a.jpg',
      contentType: 'image/jpeg',
      owner: { type: 'member', id: 7 },
      slot: 'avatar',
    })
    await send(request, await quadrants(40, 30))
    const { id } = (await rindle.verifyCompletion(session.id)).asset
    isClean = false
    await working(() => settled(rindle, id))
    isClean = true
    expect(await rindle.attachmentFor({ type: 'member', id: 7 }, 'avatar')).toBeNull()
    await rindle.releaseAsset(id)
    await working(() => settled(rindle, id))
    expect(await rindle.attachmentFor({ type: 'member', id: 7 }, 'avatar')).toMatchObject({ asset: { id } })
    expect(await rindle.uploadSession(session.id)).toMatchObject({ state: 'completed' })
  })

  it('has its variants made that were cancelled or failed with it', async () => {
    const { id } = await rindle.upload('photo', await quadrants(40, 30), { filename: 'a.jpg' })
    await working(() => settled(rindle, id))
    await rindle.prisma.mediaVariant.updateMany({
      where: { assetId: id },
      data: { state: 'failed', errorReason: 'corrupt_media' },
    })
    await rindle.prisma.mediaAsset.update({
      where: { id },
      data: { state: 'quarantined', errorReason: 'corrupt_media' },
    })
    await rindle.releaseAsset(id)
    expect(await working(() => settled(rindle, id))).toMatchObject({
      state: 'ready',
      variants: [{ state: 'ready', errorReason: null }],
    })
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })

  it('announces the release', async () => {
    const { id } = await quarantined()
    const events: unknown[] = []
    rindle.on('rindle.repair.stop', ({ metadata }) => void events.push(metadata))
    await rindle.releaseAsset(id)
    expect(events).toEqual([{ operation: 'release', scope: 'asset', result: 'ok', dry_run: false }])
  })
})

describe('an upload that lies in staging, where its URL leads', () => {
  /** Declared as longer than it is, so refused before anything looked at it. */
  async function refusedInStaging(bytes: Buffer) {
    const { session, request } = await rindle.presignedPut('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
    await send(request, bytes)
    await rindle.prisma.mediaUploadSession.update({ where: { id: session.id }, data: { uploadLength: 1n } })
    await expect(rindle.verifyCompletion(session.id)).rejects.toMatchObject({ code: 'upload_rejected' })
    expect(await rindle.asset(session.assetId)).toMatchObject({
      state: 'quarantined',
      errorReason: 'byte_size_mismatch',
      errorMessage: `The file has ${bytes.byteLength} bytes, but was declared with 1.`,
    })
    return { id: session.assetId, request }
  }

  it('is put out of its reach before the gate looks at it, and its session stays as it ended', async () => {
    const { id, request } = await refusedInStaging(await quadrants(40, 30))
    await rindle.releaseAsset(id)
    const ready = await working(() => settled(rindle, id))
    expect(ready).toMatchObject({ state: 'ready', width: 40, storageKey: expect.stringContaining('/original-') })
    await send(request, Buffer.from('other bytes'))
    expect((await readFile(fileOf(ready))).byteLength).toBe(ready.byteSize)
    const sessions = await rindle.prisma.mediaUploadSession.findMany({ where: { assetId: id } })
    expect(sessions).toMatchObject([{ state: 'failed' }])
  })

  it('is refused when it is replaced between its release and that', async () => {
    const { id, request } = await refusedInStaging(await quadrants(40, 30))
    await rindle.releaseAsset(id)
    await send(request, await quadrants(50, 20))
    expect(await working(() => settled(rindle, id))).toMatchObject({
      state: 'quarantined',
      errorReason: 'changed_after_verification',
    })
    // From the bytes that are there now, and through the whole gate.
    await rindle.releaseAsset(id)
    expect(await working(() => settled(rindle, id))).toMatchObject({ state: 'ready', width: 50 })
  })
})

describe('a release is refused', () => {
  it('for an unknown asset, and for one that is not quarantined', async () => {
    await expect(rindle.releaseAsset('7')).rejects.toMatchObject({ code: 'not_found' })
    await expect(rindle.releaseAsset('01900000-0000-7000-8000-000000000000')).rejects.toMatchObject({
      code: 'not_found',
    })
    const { id } = await quarantined()
    await rindle.releaseAsset(id)
    await expect(rindle.releaseAsset(id)).rejects.toMatchObject({
      code: 'invalid_transition',
      message: `Asset ${id} is validating: only a quarantined asset can be released.`,
      details: { from: 'validating', to: 'validating' },
    })
  })

  it('when the bytes are gone, or are not those any more that were taken in', async () => {
    const asset = await quarantined()
    await writeFile(fileOf(asset), await quadrants(10, 10))
    await expect(rindle.releaseAsset(asset.id)).rejects.toMatchObject({ code: 'checksum_mismatch' })
    await rm(fileOf(asset))
    await expect(rindle.releaseAsset(asset.id)).rejects.toMatchObject({ code: 'storage_object_missing' })
    expect(await rindle.asset(asset.id)).toMatchObject({ state: 'quarantined', errorReason: 'scanner_rejected:virus' })
  })

  it('to all but one of many who ask at once', async () => {
    const { id } = await quarantined()
    const released = await Promise.allSettled(Array.from({ length: 4 }, () => rindle.releaseAsset(id)))
    const refusals = released.filter((one) => one.status === 'rejected')
    expect(refusals).toHaveLength(3)
    for (const { reason } of refusals) expect(reason).toMatchObject({ code: 'invalid_transition' })
  })
})

describe('a quarantined original', () => {
  const agedBy = (days: number) =>
    rindle.prisma.$executeRawUnsafe(`update rindle.media_assets set updated_at = now() - interval '${days} days'`)

  it('is kept for thirty days, and then purged by what purges the unattached', async () => {
    const asset = await quarantined()
    await agedBy(29)
    expect(await rindle.purgeUnattached({ live: true })).toMatchObject({ found: 0 })
    expect(await rindle.purgeUnattached({ live: true, graceSeconds: 0 })).toMatchObject({ found: 0 })
    await agedBy(31)
    expect(await rindle.purgeUnattached({ live: true })).toMatchObject({ found: 1, enqueued: 1 })
    await working(async () => {
      await expect.poll(() => rindle.asset(asset.id), { timeout: 10_000 }).toBeNull()
    })
    await expect(readFile(fileOf(asset))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is kept for as long as the instance, or one run, says', async () => {
    await quarantined()
    await agedBy(3)
    const hasty = await deploy(application, profiles, { quarantineDays: 2 })
    expect(await hasty.purgeUnattached()).toMatchObject({ found: 1 })
    expect(await rindle.purgeUnattached()).toMatchObject({ found: 0 })
    expect(await rindle.purgeUnattached({ quarantineGraceSeconds: 60 })).toMatchObject({ found: 1 })
    await expect(deploy(application, profiles, { quarantineDays: 0 })).rejects.toMatchObject({ code: 'config_invalid' })
  })

  it('waits for its purge with the reason while the storage refuses, without limit', async () => {
    const asset = await quarantined()
    let refusals = 0
    const refusing = faultyStorage(application.storage, {
      onCall: (point) => {
        if (point !== 'deleteMany:before') return
        refusals += 1
        throw new RindleError('storage_denied', 'The bucket policy changed.')
      },
    })
    const away = await deploy(application, profiles, { jobs: quickJobs(), storages: { main: refusing } })
    await agedBy(31)
    await rindle.purgeUnattached({ live: true })
    const workers = await away.work()
    await vi.waitFor(
      async () => {
        await makeDue(away)
        expect(refusals).toBeGreaterThan(4)
      },
      { timeout: 20_000, interval: 20 },
    )
    await workers.stop()
    expect(await rindle.asset(asset.id)).toMatchObject({
      state: 'deleted',
      errorReason: 'storage_denied',
      errorMessage: 'The bucket policy changed.',
      waitingSince: expect.any(Date),
    })
    await working(async () => {
      await makeDue(rindle)
      await expect.poll(() => rindle.asset(asset.id), { timeout: 10_000 }).toBeNull()
    })
  })
})

async function send({ method, url, headers }: SignedRequest, bytes: Buffer): Promise<void> {
  const answer = await rindle.serveFile(new Request(url, { method, headers, body: new Uint8Array(bytes) }))
  expect(answer.status).toBeLessThan(300)
}
