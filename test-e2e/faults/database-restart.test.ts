import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRindle, isRindleError, silentLogger } from '@rindle/core'
import { startEmbeddedPostgres } from '@rindle/embedded'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { migrate } from '@rindle/prisma'
import { imageProcessor } from '@rindle/processor-image'
import { expect, it, onTestFinished, vi } from 'vitest'
import { photoProfiles, storageIn } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

const UPLOADS = 12

it('a database that restarts during work: database_unavailable, and when it is back everything drains by itself', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-restart-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const databaseDirectory = join(directory, 'database')
  const first = await startEmbeddedPostgres({ directory: databaseDirectory })
  await migrate(first.url)
  const rindle = createRindle({
    database: first.url,
    storages: { main: storageIn(directory) },
    processors: [imageProcessor()],
    jobs: pgBossJobs({ heartbeatSeconds: 10, retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
    logger: silentLogger,
    workDirectory: join(directory, 'work'),
    profiles: photoProfiles,
  })
  await rindle.start()
  const picture = await quadrants(400, 300)
  for (let count = 0; count < UPLOADS; count += 1) await rindle.upload('photo', picture, { filename: 'a.jpg' })
  await rindle.work()
  const ready = (): Promise<number> => rindle.prisma.mediaVariant.count({ where: { state: 'ready' } })
  await vi.waitFor(async () => expect(await ready()).toBeGreaterThan(2), { timeout: 20_000, interval: 5 })
  const readyBefore = await ready()
  expect(readyBefore).toBeLessThan(UPLOADS * 3)

  await first.stop()
  const refused = await rindle.upload('photo', picture, { filename: 'a.jpg' }).catch((error: unknown) => error)
  expect(refused).toSatisfy((error) => isRindleError(error, 'database_unavailable'))

  const { port } = new URL(first.url)
  await using second = await startEmbeddedPostgres({ directory: databaseDirectory, port: Number(port) })
  expect(second.url).toBe(first.url)
  await vi.waitFor(async () => expect(await ready()).toBe(UPLOADS * 3), { timeout: 60_000, interval: 50 })
  await vi.waitFor(
    async () => expect(await rindle.prisma.mediaAsset.count({ where: { state: 'ready' } })).toBe(UPLOADS),
    { timeout: 10_000 },
  )
  expect((await rindle.checkInvariants()).violations).toEqual([])
  await rindle.stop()
}, 120_000)
