import { mkdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Analyzer, defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'
import { deploy } from './deployment.ts'
import { snapshot } from './snapshot.ts'

const colours: Analyzer = { name: 'colours', analyze: async () => ({ main: 'red' }) }
const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const variants = { thumb: image.crop(8, 8), small: image.fit(9) } as const
const profiles = { photo: defineProfile({ storage: 'main', slots: SLOTS, accept, variants, analyzers: [colours] }) }
// The next version: one recipe changed, one variant removed, one added.
const nextVersion = {
  photo: defineProfile({
    storage: 'main',
    slots: SLOTS,
    accept,
    variants: { thumb: image.crop(10, 10), wide: image.fit(12) },
  }),
}
const aMonth = 30 * 86_400_000

let application: Application<typeof profiles>

beforeEach(async () => {
  application = await startApplication({ profiles })
})
afterEach(async () => application[Symbol.asyncDispose]())

/** An application with something to do for every verb that deletes. */
async function neglected(): Promise<void> {
  const { rindle, storage, directory } = application
  const workers = await rindle.work()
  const owner = { type: 'member', id: 1 }
  const picture = await quadrants(20, 20)
  for (const options of [{}, { owner, slot: 'avatar' as const }]) {
    const { id } = await rindle.upload('photo', picture, { filename: 'a.jpg', ...options })
    await settled(rindle, id)
  }
  await workers.stop()
  const session = await rindle.initiateUpload('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
  await rindle.prisma.mediaUploadSession.update({ where: { id: session.id }, data: { state: 'expired' } })
  for (const key of [session.uploadKey, 'photo/019a3b1c-7d2e-7f00-8000-000000000001/original-x.jpg']) {
    await storage.put(key, Readable.from(['stray']), { contentType: 'image/jpeg' })
  }
  const old = new Date(Date.now() - aMonth)
  const path = join(directory, 'work', 'run-abandoned')
  await mkdir(path, { recursive: true })
  await utimes(path, old, old)
  await rindle.prisma.mediaAsset.updateMany({ data: { updatedAt: old } })
  await rindle.prisma.mediaProcessingRun.updateMany({ where: { finishedAt: { not: null } }, data: { finishedAt: old } })
}

it('no verb that deletes changes a row or an object without live, and with live each does', async () => {
  await neglected()
  const later = (): Date => new Date(Date.now() + 2 * 86_400_000)
  const rindle = await deploy(application, nextVersion, { now: later })
  const owner = { type: 'member', id: 1 }
  const dry = await snapshot(rindle, application.storage)
  const live = false
  const reports = [
    await rindle.regenerateVariants({ prune: true, dryRun: true }),
    await rindle.cleanupOrphans({ live }),
    await rindle.cleanupOrphans(),
    await rindle.scanOrphans({ live }),
    await rindle.scanOrphans(),
    await rindle.sweepOrphanedTempFiles({ live }),
    await rindle.sweepOrphanedTempFiles(),
    await rindle.purgeUnattached({ live }),
    await rindle.purgeUnattached(),
    await rindle.pruneRuns({ live, olderThanSeconds: 86_400 }),
    await rindle.pruneRuns({ olderThanSeconds: 86_400 }),
    await rindle.previewOwnerErasures([owner]),
  ]
  await rindle.previewOwnerErasure(owner)
  expect(reports.map(({ dryRun }) => dryRun)).toEqual(reports.map(() => true))
  expect(await snapshot(rindle, application.storage)).toEqual(dry)

  // Each had something to do: the same calls, told live, change something.
  const changed: boolean[] = []
  let before = dry
  const look = async (): Promise<void> => {
    const after = await snapshot(rindle, application.storage)
    changed.push(JSON.stringify(after) !== JSON.stringify(before))
    before = after
  }
  for (const verb of [
    () => rindle.scanOrphans({ live: true }),
    () => rindle.cleanupOrphans({ live: true }),
    () => rindle.regenerateVariants({ prune: true }),
    () => rindle.pruneRuns({ live: true, olderThanSeconds: 86_400 }),
    () => rindle.purgeUnattached({ live: true, graceSeconds: 0 }),
    () => rindle.eraseOwner(owner),
  ]) {
    await verb()
    await look()
  }
  expect(changed).toEqual([true, true, true, true, true, true])
  expect(await rindle.sweepOrphanedTempFiles({ live: true })).toMatchObject({ deleted: 1 })
})

/** An asset in which every verb for existing assets finds something to do. */
async function worn(): Promise<string> {
  const { rindle, storage } = application
  const { prisma } = rindle
  const workers = await rindle.work()
  const { id } = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  const { variants: made } = await settled(rindle, id)
  await workers.stop()
  await storage.delete(made.find(({ name }) => name === 'thumb')?.storageKey ?? '')
  await prisma.mediaVariant.updateMany({ where: { assetId: id, name: 'small' }, data: { state: 'failed' } })
  await prisma.mediaAsset.update({ where: { id }, data: { width: 1, metadata: {} } })
  return id
}

it('a dry run of a verb that deletes nothing changes nothing, and foresees what the verb then does', async () => {
  const id = await worn()
  const { rindle, storage } = application
  for (const [name, verb] of Object.entries({
    reprobe: (dryRun: boolean) => rindle.reprobe(id, { dryRun }).then(({ changed }) => ({ changed })),
    backfillMetadata: (dryRun: boolean) => rindle.backfillMetadata({ dryRun }),
    verifyStorage: (dryRun: boolean) => rindle.verifyStorage({ dryRun }),
    requeueVariants: (dryRun: boolean) => rindle.requeueVariants(id, { dryRun }),
    cancelProcessing: async (dryRun: boolean) => ({ names: await rindle.cancelProcessing(id, { dryRun }) }),
    purgeAsset: (dryRun: boolean) => rindle.purgeAsset(id, { live: !dryRun }),
  })) {
    const before = await snapshot(rindle, storage)
    const foreseen = await verb(true)
    expect({ name, ...(await snapshot(rindle, storage)) }).toEqual({ name, ...before })
    const done = await verb(false)
    expect({ name, ...(await snapshot(rindle, storage)) }).not.toEqual({ name, ...before })
    // A purge reports whether it was enqueued.
    const expected = name === 'purgeAsset' ? { ...foreseen, enqueued: 1 } : foreseen
    expect({ name, ...done }).toEqual({ name, ...expected, ...('dryRun' in foreseen ? { dryRun: false } : {}) })
  }
})
