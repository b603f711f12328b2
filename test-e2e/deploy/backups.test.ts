import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRindle, type Rindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { expect, onTestFinished, test } from 'vitest'
import { settled } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { photoProfiles, storageIn } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

const IS_RUN = byRunLength('a database that is restored', { sample: false, short: true, long: true })
const PATIENT = { timeout: 20_000, interval: 50 }

type Installation = Rindle<typeof photoProfiles>

test.runIf(IS_RUN)(
  'an older database over a newer storage is repaired by the commands of the page',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rindle-backup-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    await using live = await createTestDatabase()
    const before = await startOn(live, directory)
    const kept = await uploaded(before)
    const purged = await uploaded(before)
    const staged = await completedUpload(before)
    await before.stop()
    await using backup = await createTestDatabase({ copyOf: live })
    await cp(join(directory, 'storage'), join(directory, 'backup'), { recursive: true })

    const afterwards = await startOn(live, directory)
    const later = await uploaded(afterwards)
    const workers = await afterwards.work()
    await settled(afterwards, staged)
    await afterwards.purgeAsset(purged.id, { live: true })
    await expect.poll(() => afterwards.asset(purged.id), PATIENT).toBeNull()
    await workers.stop()
    await afterwards.stop()

    const restored = await startOn(backup, directory)
    const report = { checked: 6, missing: 3, originalsLost: 1, lostOriginals: [purged.id], errors: 0 }
    expect(await restored.verifyStorage()).toMatchObject(report)
    const unknown = await orphansOf(restored)
    expect(unknown).toContain(later.storageKey)
    expect(unknown).not.toContain(kept.storageKey)

    // The original comes back, and its variants are made of it.
    await giveBack(directory, purged.storageKey)
    expect(await restored.verifyStorage()).toMatchObject({ missing: 3, originalsLost: 0, originalsHealed: 1 })
    expect(await restored.regenerateVariants()).toMatchObject({ enqueued: 3, errors: 0 })
    const again = await restored.work()
    expect((await settled(restored, purged.id)).state).toBe('ready')

    // What was staged then has been moved since.
    const waits = { state: 'validating', errorReason: 'storage_object_missing' }
    await expect.poll(() => restored.asset(staged), PATIENT).toMatchObject(waits)
    const { storageKey } = (await restored.asset(staged)) ?? {}
    await giveBack(directory, storageKey ?? '')
    await makeDue(restored)
    expect((await settled(restored, staged)).state).toBe('ready')

    // A file that came after the backup becomes a new asset.
    const adopted = await restored.adopt('photo', { storage: 'main', key: later.storageKey })
    expect((await settled(restored, adopted.asset.id)).state).toBe('ready')
    await again.stop()
    expect(await restored.verifyStorage()).toMatchObject({ missing: 0, originalsLost: 0 })
    expect((await restored.checkInvariants({})).violations).toEqual([])
    expect((await orphansOf(restored)).toSorted()).toContain(later.storageKey)
  },
  90_000,
)

async function startOn(database: TestDatabase, directory: string): Promise<Installation> {
  const rindle = createRindle({
    database: database.url,
    storages: { main: storageIn(directory) },
    processors: [warmImageProcessor()],
    jobs: pgBossJobs(),
    logger: silentLogger,
    workDirectory: join(directory, 'work'),
    profiles: photoProfiles,
    // So that objects of this very second are old.
    now: () => new Date(Date.now() + 60_000),
  })
  await rindle.start()
  onTestFinished(() => rindle.stop())
  return rindle
}

async function uploaded(rindle: Installation) {
  const workers = await rindle.work()
  const { id } = await rindle.upload('photo', await quadrants(80, 60), { filename: 'a.jpg' })
  const asset = await settled(rindle, id)
  await workers.stop()
  return asset
}

/** An upload whose bytes are in staging, and whose promotion waits for a worker. */
async function completedUpload(rindle: Installation): Promise<string> {
  const picture = await quadrants(40, 60)
  const declared = { filename: 'b.jpg', contentType: 'image/jpeg', byteSize: picture.byteLength }
  const { session, request } = await rindle.presignedPut('photo', declared)
  const { method, url, headers } = request
  await rindle.serveFile(new Request(url, { method, headers, body: new Uint8Array(picture) }))
  await rindle.verifyCompletion(session.id)
  return session.assetId
}

async function orphansOf(rindle: Installation): Promise<readonly string[]> {
  const keys: string[] = []
  await rindle.scanOrphans({ graceSeconds: 0, onOrphan: ({ key }) => void keys.push(key) })
  return keys
}

/** Copies one object of the storage's backup to its place. */
async function giveBack(directory: string, key: string): Promise<void> {
  await cp(join(directory, 'backup', key), join(directory, 'storage', key), { recursive: true })
}
