import type { Rindle } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { quickProcessor } from '../model/quick-processor.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { countedPool } from '../support/counted-pool.ts'
import { photo } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

const square = (side: number) => image.fit(side, side, { format: 'webp' })
const profiles = { photo: { ...photo, variants: { small: square(8), large: square(16) } } }

/** Statements that workers send now and then, whatever they work on. */
const NOW_AND_THEN = /media_event_targets|media_workers|media_declared_variants|media_deliveries/

let application: Application<typeof profiles>
let pool: pg.Pool
let rindle: Rindle<typeof profiles>
let statements: () => readonly string[]

beforeAll(async () => {
  application = await startApplication({ profiles, processors: [quickProcessor()] })
  pool = new pg.Pool({ connectionString: application.databaseUrl })
  const counted = countedPool(pool)
  statements = () => counted().filter((text) => !NOW_AND_THEN.test(text))
  const jobs = pgBossJobs({ connectionString: application.databaseUrl })
  rindle = await application.another({ database: { pool }, jobs })
})
afterAll(async () => {
  await rindle.stop()
  await pool.end()
  await application[Symbol.asyncDispose]()
})

async function uploaded(): Promise<string> {
  return (await rindle.upload('photo', await quadrants(8, 8), { filename: 'a.jpg' })).id
}

/** Until its variants are made, and every job has recorded its end. */
async function ended(assetId: string): Promise<void> {
  expect(await settled(application.rindle, assetId)).toMatchObject({ state: 'ready' })
  await vi.waitFor(
    async () => {
      const running = await application.rindle.prisma.mediaProcessingRun.count({ where: { state: 'processing' } })
      expect(running).toBe(0)
    },
    { timeout: 20_000 },
  )
}

it('an upload is one statement with its job, and from there to two ready variants it is twenty-one', async () => {
  await rindle.work({ queues: ['rindle_promote', 'rindle_process'] })
  await ended(await uploaded())
  // That one also read what is remembered for a while.
  statements()
  await ended(await uploaded())
  const [upload, ...work] = statements()
  expect(upload).toMatch(/insert into rindle\.media_assets[^]*insert into pgboss\.job/i)
  // Promotion: begin, gate, probe; a transaction of asset, variants, aggregate and job; the end of its run. Variants: a
  // transaction of lock, variants and claim; the first output; a transaction of the last, variants and aggregate.
  expect(work.length).toBe(3 + (2 + 4) + 1 + (2 + 3) + 1 + (2 + 3))
})
