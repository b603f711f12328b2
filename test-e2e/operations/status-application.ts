import {
  type AssetWithVariants,
  defineProfile,
  type Rindle,
  type RuntimeStatusOptions,
  type StatusClass,
  type StatusFinding,
  silentLogger,
} from '@rindle/core'
import type { JobRequest, Workers } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { type Database, openDatabase } from '@rindle/prisma'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, expect, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'

/** The types that every profile of the status tests accepts. */
export const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
/** The variant that every profile of the status tests declares. */
export const thumb = image.crop(8, 8, { format: 'webp' })
/** The profiles of the status tests. */
export const profiles = {
  // Nothing of it is degraded, unless a test says so.
  photo: defineProfile({ storage: 'main', slots: SLOTS, accept, variants: { thumb }, on: { degraded: () => {} } }),
  other: defineProfile({ storage: 'main', slots: SLOTS, accept, variants: { thumb } }),
}

type Profiles = typeof profiles

/** The target that is the handlers of the photo. */
export const TARGET = 'profile:photo'

/** A time in SQL before which everything that waits has waited for long. */
export const OLD = `now() - interval '10 minutes'`

/** Registers an application for the tests of a file, with workers, a schedule, and one attached photo before each test. */
export function useStatusApplication(): StatusApplication {
  const at = new StatusApplication()
  beforeAll(() => at.start())
  afterAll(() => at.stop())
  beforeEach(() => at.reset())
  return at
}

/** An application whose rows the tests corrupt. */
export class StatusApplication {
  application!: Application<Profiles>
  /** Workers of all queues; a test that stops them starts others. */
  workers!: Workers
  /** The photo of the running test, which is ready. */
  asset!: AssetWithVariants
  readonly #jobs = pgBossJobs()
  #database!: Database

  get rindle(): Rindle<Profiles> {
    return this.application.rindle
  }

  async start(): Promise<void> {
    this.application = await startApplication({ profiles })
    this.#database = openDatabase(this.application.databaseUrl)
    this.#jobs.connect({ database: this.#database, logger: silentLogger })
    await this.rindle.schedule()
    this.workers = await this.application.work()
  }

  async stop(): Promise<void> {
    await this.#jobs.stop()
    await this.#database.close()
    await this.application[Symbol.asyncDispose]()
  }

  async reset(): Promise<void> {
    await this.sql(
      'truncate rindle.media_assets, rindle.media_events, rindle.media_maintenance_runs, pgboss.job cascade',
    )
    await this.setTarget('paused_at = null, disabled_at = null, held_until = null, held_reason = null')
    await this.sql(`delete from rindle.media_workers where host = 'elsewhere'`)
    await this.sql('update pgboss.schedule set updated_on = now()')
    this.asset = await this.attachedPhoto('photo')
    // A running job would be taken for that of the work that the test corrupts.
    await vi.waitFor(async () => expect(await this.#liveJobs()).toEqual([]), { timeout: 10_000 })
  }

  async attachedPhoto(profile: keyof Profiles, owner = '1'): Promise<AssetWithVariants> {
    const to = { owner: { type: 'member', id: owner }, slot: 'cover' as const }
    const { id } = await this.rindle.upload(profile, await quadrants(40, 30), { filename: 'a.jpg', ...to })
    return settled(this.rindle, id)
  }

  sql(text: string): Promise<number> {
    return this.rindle.prisma.$executeRawUnsafe(text)
  }

  setVariant(set: string): Promise<number> {
    return this.sql(`update rindle.media_variants set ${set} where asset_id = '${this.asset.id}'`)
  }

  setAsset(set: string): Promise<number> {
    return this.sql(`update rindle.media_assets set ${set} where id = '${this.asset.id}'`)
  }

  setTarget(set: string): Promise<number> {
    return this.sql(`update rindle.media_event_targets set ${set} where name = '${TARGET}'`)
  }

  /** An event of two hours ago that waits for the handlers of the photo, with no job, and these columns of its delivery. */
  async oldEvent(columns: string, values: string): Promise<void> {
    await this.sql(`insert into rindle.media_events (id, asset_id, profile, type, payload)
      values (gen_random_uuid(), '${this.asset.id}', 'photo', 'asset.degraded', '{"state":"degraded"}')`)
    await this.sql(`insert into rindle.media_deliveries (event_id, target, asset_id, sequence, created_at, ${columns})
      select id, '${TARGET}', asset_id, sequence, now() - interval '2 hours', ${values} from rindle.media_events`)
  }

  variantExample(state: string): object {
    return { assetId: this.asset.id, variantName: 'thumb', state }
  }

  async finding(
    statusClass: StatusClass,
    options: RuntimeStatusOptions<keyof Profiles> = {},
    instance: Pick<Rindle, 'runtimeStatus'> = this.rindle,
  ): Promise<StatusFinding | undefined> {
    const { findings } = await instance.runtimeStatus(options)
    return findings.find((found) => found.class === statusClass)
  }

  /** Begins an upload as if it had been that long ago, and brings its session into a state. */
  async newSession(state: string, age: string, strategy = 'presigned_put'): Promise<void> {
    const upload = { filename: 'b.jpg', contentType: 'image/jpeg', byteSize: 9 }
    const { session } = await this.rindle.presignedPut('photo', upload)
    const protocol = strategy === 'resumable' ? `'tus'` : 'null'
    const then = `now() - interval '${age}'`
    await this.sql(`update rindle.media_upload_sessions set state = '${state}', expires_at = ${then},
      updated_at = ${then}, upload_strategy = '${strategy}', resumable_protocol = ${protocol}
      where id = '${session.id}'`)
    await this.sql(`update rindle.media_assets set updated_at = ${then} where id = '${session.assetId}'`)
  }

  /** Enqueues a job of the photo that is not due yet, as one that waits for an outage to end. */
  async waitingJob(queue: JobRequest['queue'], workClass?: string): Promise<void> {
    const { id } = this.asset
    const request =
      workClass === undefined
        ? { queue, key: id, payload: { assetId: id } }
        : { queue, key: `${id}:${workClass}`, payload: { assetId: id, class: workClass } }
    await this.#jobs.enqueue([{ ...request, delaySeconds: 3_600 }], this.#database)
  }

  /** Makes delayed jobs due. */
  endOutage(): Promise<number> {
    return this.sql('update pgboss.job set start_after = now()')
  }

  /** Has a task of the maintenance run as its schedule would. */
  async runTask(task: string): Promise<void> {
    const payload = { task, options: {} }
    await this.#jobs.enqueue([{ queue: 'rindle_maintenance', key: task, payload }], this.#database)
  }

  /** Workers of another process that have beaten just now, and take nothing. */
  silentWorker(): Promise<number> {
    return this.sql(`insert into rindle.media_workers (id, host, process_id, queues)
      values (gen_random_uuid(), 'elsewhere', 7, '{"rindle_process": 2}')`)
  }

  #liveJobs(): Promise<readonly unknown[]> {
    return this.rindle.prisma.$queryRawUnsafe<readonly unknown[]>(
      `select id::text from pgboss.job where state <= 'active'`,
    )
  }
}
