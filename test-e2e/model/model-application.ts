import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRindle, defineProfile, type Rindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { createTestDatabase } from '@rindle/test-database'
import { type MemoryStorage, memoryStorage } from '@rindle/testing'
import { expect, vi } from 'vitest'
import { SLOTS } from '../support/slots.ts'
import { quickProcessor } from './quick-processor.ts'

const photoOf = (width: number) =>
  defineProfile({
    storage: 'main',
    slots: SLOTS,
    accept: { types: ['image/jpeg'], maxBytes: 100_000 },
    variants: {
      small: image.fit(width, null, { format: 'webp' }),
      thumb: image.crop(8, 8, { format: 'webp', position: 'focal' }),
      face: image.crop(width, 8, { format: 'avif', position: 'focal' }),
      modern: image.fit(8, null, { format: 'avif' }),
    },
  })

/** The profiles of both instances; their widths differ. */
export type ModelProfiles = { readonly photo: ReturnType<typeof photoOf> }

/** Two instances with workers on one database and storage: the old and the new version of an application. */
export interface ModelApplication extends AsyncDisposable {
  readonly instances: readonly [Rindle<ModelProfiles>, Rindle<ModelProfiles>]
  readonly storage: MemoryStorage
  /** Waits until no job is left that is due. */
  drain(): Promise<void>
  /** Removes every row and job. */
  clear(): Promise<void>
}

/** Starts both instances. */
export async function startModelApplication(): Promise<ModelApplication> {
  const database = await createTestDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'rindle-model-'))
  const storage = memoryStorage()
  const start = async (width: number): Promise<Rindle<ModelProfiles>> => {
    const rindle = createRindle({
      database: database.url,
      storages: { main: storage },
      processors: [quickProcessor()],
      jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
      logger: silentLogger,
      workDirectory: join(directory, `work-${width}`),
      profiles: { photo: photoOf(width) },
    })
    await rindle.start()
    await rindle.work()
    return rindle
  }
  const instances = [await start(4), await start(6)] as const
  const [{ prisma }] = instances
  return {
    instances,
    storage,
    async drain() {
      await vi.waitFor(async () => expect(await dueJobs(prisma)).toEqual([]), { timeout: 20_000, interval: 10 })
    },
    async clear() {
      await prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
    },
    async [Symbol.asyncDispose]() {
      for (const instance of instances) await instance.stop()
      await database.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Jobs that wait, retry or run, without deletions of replaced objects, which are due in days. */
async function dueJobs(prisma: Rindle['prisma']): Promise<readonly unknown[]> {
  return prisma.$queryRawUnsafe(
    `select name, singleton_key, state from pgboss.job
     where state <= 'active' and start_after < now() + interval '1 hour'`,
  )
}
