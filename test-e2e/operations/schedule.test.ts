import { Readable } from 'node:stream'
import {
  type Analyzer,
  defineProfile,
  type JobsAdapter,
  type Logger,
  type ScheduledTask,
  silentLogger,
} from '@rindle/core'
import type { JobRequest } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'
import { image } from '@rindle/processor-image/recipes'
import { memoryJobs } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy } from './deployment.ts'
import { snapshot } from './snapshot.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const profiles = { photo: defineProfile({ storage: 'main', accept, variants: { thumb: image.fit(8) } }) }

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe(
    'truncate rindle.media_assets, rindle.media_maintenance_runs, pgboss.job, pgboss.schedule cascade',
  )
})

interface ScheduleRow {
  readonly key: string
  readonly cron: string
  readonly timezone: string
  readonly data: JobRequest['payload']
}

async function registered(): Promise<readonly ScheduleRow[]> {
  return application.rindle.prisma.$queryRaw<ScheduleRow[]>`
    select key, cron, timezone, data from pgboss.schedule where name = 'rindle_maintenance' order by key`
}

/** Enqueues a task as a schedule would, and waits until a worker has done it. */
async function fire(verb: string, rindle = application.rindle): Promise<unknown> {
  const row = (await registered()).find(({ key }) => key === verb)
  if (row === undefined) throw new Error(`${verb} is not scheduled.`)
  const ended = new Promise((resolve) => {
    rindle.on('rindle.repair.stop', ({ metadata, measurements }) => resolve({ ...metadata, ...measurements }))
  })
  await enqueue(row.data)
  const workers = await rindle.work({ queues: ['rindle_maintenance'] })
  const report = await ended
  await workers.stop()
  return report
}

async function enqueue(payload: JobRequest['payload']): Promise<void> {
  const database = openDatabase(application.databaseUrl)
  const jobs = pgBossJobs()
  jobs.connect({ database, logger: silentLogger })
  await jobs.enqueue([{ queue: 'rindle_maintenance', key: 'a', payload }], database)
  await jobs.stop()
  await database.close()
}

describe('the schedule', () => {
  it('by default deletes nothing but the trash, and is in UTC', async () => {
    await application.rindle.schedule()
    await application.rindle.schedule()
    expect(await registered()).toEqual([
      entry('abortIncompleteUploads', '0 1 * * *'),
      entry('cleanupOrphans', '0 2 * * *'),
      entry('purgeTrashed', '30 * * * *'),
      entry('sweepOrphanedTempFiles', '0 3 * * *'),
      entry('verifyStorage', '0 4 * * 0'),
    ])
  })

  it('is replaced by the next one: verbs are added, changed and removed', async () => {
    const { rindle } = application
    await rindle.schedule({ pruneRuns: { cron: '5 5 * * *', live: true } })
    await rindle.schedule({
      verifyStorage: false,
      abortIncompleteUploads: false,
      cleanupOrphans: { live: true, storage: 'main' },
      regenerateVariants: { cron: '30 5 * * 1', profile: 'photo' },
    })
    expect(await registered()).toEqual([
      entry('cleanupOrphans', '0 2 * * *', { live: true, storage: 'main' }),
      entry('purgeTrashed', '30 * * * *'),
      entry('regenerateVariants', '30 5 * * 1', { profile: 'photo' }),
      entry('sweepOrphanedTempFiles', '0 3 * * *'),
    ])
  })

  it.each([
    [{ cleanupOrphan: { live: true } }, 'cleanupOrphan'],
    [{ cleanupOrphans: { alive: true } }, 'cleanupOrphans'],
    [{ scanOrphans: { live: true } }, 'scanOrphans'],
    [{ cleanupOrphans: { cron: 'at night' } }, 'at night'],
    [{ cleanupOrphans: { storage: 'mian' } }, 'mian'],
  ])('refuses %j', async (options, named) => {
    await expect(application.rindle.schedule(options as never)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(named),
    })
  })

  it('refuses a profile that does not exist, and jobs that know no schedules', async () => {
    const options = { verifyStorage: { profile: 'foto' as 'photo' } }
    await expect(application.rindle.schedule(options)).rejects.toMatchObject({ code: 'unknown_profile' })
    const rindle = await deploy(application, profiles, { jobs: memoryJobs() })
    await expect(rindle.schedule()).rejects.toMatchObject({ code: 'capability_unsupported' })
  })

  function entry(verb: string, cron: string, options: object = {}): object {
    return { key: verb, cron, timezone: 'UTC', data: { task: verb, options } }
  }
})

describe('a scheduled task', () => {
  const taskOf = async (name: string): Promise<ScheduledTask | undefined> =>
    (await application.rindle.scheduledMaintenance()).find(({ task }) => task === name)

  it('has its next time, and its last result', async () => {
    const { rindle } = application
    await rindle.schedule({ cleanupOrphans: { live: true }, verifyStorage: false, sweepOrphanedTempFiles: false })
    const tasks = await rindle.scheduledMaintenance()
    expect(tasks).toEqual([
      {
        task: 'abortIncompleteUploads',
        cron: '0 1 * * *',
        options: {},
        since: expect.any(Date),
        nextRunAt: expect.any(Date),
        dueAt: expect.any(Date),
        lastRun: null,
      },
      expect.objectContaining({ task: 'cleanupOrphans', options: { live: true }, lastRun: null }),
      expect.objectContaining({ task: 'purgeTrashed', cron: '30 * * * *' }),
    ])
    const [abort] = tasks
    expect(abort?.nextRunAt?.toISOString()).toMatch(/T01:00:00.000Z$/)
    expect(abort?.dueAt).toEqual(abort?.nextRunAt)
    const beganAt = Date.now()
    await fire('cleanupOrphans')
    expect(await taskOf('cleanupOrphans')).toMatchObject({
      lastRun: {
        state: 'succeeded',
        worker: expect.stringMatching(/:\d+$/),
        options: { live: true },
        report: { sessionsFound: 0, sessionsDeleted: 0, errors: 0, dryRun: false },
        errorReason: null,
      },
    })
    const run = (await taskOf('cleanupOrphans'))?.lastRun
    expect(run?.finishedAt?.getTime()).toBeGreaterThanOrEqual(run?.startedAt.getTime() ?? Number.NaN)
    expect(Math.abs((run?.startedAt.getTime() ?? 0) - beganAt)).toBeLessThan(60_000)
  })

  it('says why its last run failed, and keeps no lists', async () => {
    const { rindle } = application
    await rindle.schedule({ scanOrphans: { cron: '0 5 * * *' } })
    await application.storage.put('photo/nobody/original.jpg', Readable.from([Buffer.from('a')]), {
      contentType: 'image/jpeg',
      byteSize: 1,
    })
    await fire('scanOrphans')
    const { report } = (await taskOf('scanOrphans'))?.lastRun ?? {}
    expect(report).toMatchObject({ dryRun: true })
    expect(Object.values(report ?? {}).filter((value) => typeof value === 'object')).toEqual([])

    const broken = await deploy(application, profiles, {
      jobs: pgBossJobs({ retryDelaySeconds: 0, retryDelayMaxSeconds: 0 }),
    })
    await enqueue({ task: 'verifyStorage', options: { variant: 'gone' } })
    const workers = await broken.work({ queues: ['rindle_maintenance'] })
    await vi.waitFor(
      async () =>
        expect((await taskOf('verifyStorage'))?.lastRun).toMatchObject({
          state: 'failed',
          errorReason: 'unknown_variant',
          report: null,
          finishedAt: expect.any(Date),
        }),
      { timeout: 10_000 },
    )
    await workers.stop()
  })

  it('is overdue from when it should have come, after it last began', async () => {
    const { rindle } = application
    await rindle.schedule()
    const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000)
    await rindle.prisma.$executeRaw`update pgboss.schedule set updated_on = ${hoursAgo(300)}`
    const dueBefore = async (): Promise<boolean> =>
      ((await taskOf('abortIncompleteUploads'))?.dueAt?.getTime() ?? 0) < Date.now()
    expect(await dueBefore()).toBe(true)
    await fire('abortIncompleteUploads')
    expect(await dueBefore()).toBe(false)
  })

  it('is a run that failed, when its worker died', async () => {
    const { rindle } = application
    await rindle.schedule()
    await rindle.prisma.$executeRaw`insert into rindle.media_maintenance_runs (task, worker, state, started_at)
      values ('verifyStorage', 'a:1', 'processing', now())`
    const database = openDatabase(application.databaseUrl)
    await database.executeSql(
      `insert into pgboss.job (name, data) values ('rindle_maintenance_dead', '{"task": "verifyStorage"}')`,
    )
    await database.close()
    const workers = await rindle.work({ queues: ['rindle_maintenance'] })
    await vi.waitFor(
      async () =>
        expect((await taskOf('verifyStorage'))?.lastRun).toMatchObject({ state: 'failed', errorReason: 'worker_died' }),
      { timeout: 10_000 },
    )
    await workers.stop()
  })

  it('is nothing that memory jobs could tell', async () => {
    const rindle = await deploy(application, profiles, { jobs: memoryJobs() })
    await expect(rindle.scheduledMaintenance()).rejects.toMatchObject({ code: 'capability_unsupported' })
    const { findings } = await rindle.runtimeStatus()
    expect(findings.map((found) => found.class)).not.toContain('maintenance_unscheduled')
  })
})

describe('a scheduled verb', () => {
  async function expiredSession(): Promise<void> {
    const { rindle } = application
    const session = await rindle.initiateUpload('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
    await rindle.prisma.mediaUploadSession.update({ where: { id: session.id }, data: { state: 'expired' } })
  }

  it('that deletes is a dry run, until it was scheduled live', async () => {
    await expiredSession()
    const { rindle } = application
    await rindle.schedule()
    const { rows } = await snapshot(rindle, application.storage)
    expect(await fire('cleanupOrphans')).toMatchObject({
      operation: 'cleanup_orphans',
      dry_run: true,
      sessionsFound: 1,
    })
    const after = await snapshot(rindle, application.storage)
    expect({ ...after.rows, 'pgboss.job': '' }).toEqual({ ...rows, 'pgboss.job': '' })

    await rindle.schedule({ cleanupOrphans: { live: true } })
    expect(await fire('cleanupOrphans')).toMatchObject({ dry_run: false, sessionsDeleted: 1 })
  })

  it('is given its options', async () => {
    await application.rindle.schedule({ verifyStorage: { profile: 'photo', concurrency: 2 } })
    expect(await fire('verifyStorage')).toMatchObject({ operation: 'verify_storage', scope: 'profile', checked: 0 })
  })

  it('goes back to its queue when the worker stops, and is done by the next one', async () => {
    const { rindle } = application
    const promoting = await rindle.work()
    for (const width of [20, 30]) {
      const { id } = await rindle.upload('photo', await quadrants(width, 20), { filename: 'a.jpg' })
      await settled(rindle, id)
    }
    await promoting.stop()
    const begun = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<void>()
    const runs: string[] = []
    const waiting: Analyzer = {
      name: 'waiting',
      analyze: async () => {
        runs.push('run')
        begun.resolve()
        await aborted.promise
        return { run: runs.length }
      },
    }
    const analyzed = { photo: { ...profiles.photo, analyzers: [waiting] } }
    const stopping = await deploy(application, analyzed, { jobs: watchedJobs(aborted.resolve) })
    const other = await deploy(application, analyzed)
    await enqueue({ task: 'backfillMetadata', options: { concurrency: 1 } })
    const workers = await stopping.work({ queues: ['rindle_maintenance'] })
    await begun.promise
    await workers.stop({ timeoutMs: 0 })
    const ended = new Promise((resolve) => {
      other.on('rindle.cleanup.run', ({ metadata, measurements }) => resolve({ ...metadata, ...measurements }))
    })
    const next = await other.work({ queues: ['rindle_maintenance'] })
    expect(await ended).toMatchObject({ worker: 'backfill_metadata', scanned: 2 })
    expect(runs).toHaveLength(3)
    await next.stop()
  })

  it('that cannot be done at all is tried once, and says so in the log', async () => {
    const errors: unknown[] = []
    const logger: Logger = { ...silentLogger, error: (fields) => void errors.push(fields) }
    const jobs = memoryJobs()
    const rindle = await deploy(application, profiles, { logger, jobs })
    const database = openDatabase(application.databaseUrl)
    await jobs.enqueue(
      [{ queue: 'rindle_maintenance', key: 'a', payload: { task: 'verifyStorage', options: { variant: 'nope' } } }],
      database,
    )
    await database.close()
    const workers = await rindle.work({ queues: ['rindle_maintenance'] })
    await vi.waitFor(async () => expect(await jobs.findLive('rindle_maintenance', ['a'])).toEqual(new Set()), {
      timeout: 10_000,
    })
    expect(errors).toEqual([{ task: 'verifyStorage', code: 'unknown_variant' }])
    await workers.stop()
  })
})

/** The real jobs, which report when a running job is aborted. */
function watchedJobs(onAbort: () => void): JobsAdapter {
  const jobs = pgBossJobs()
  const work: JobsAdapter['work'] = (registrations) =>
    jobs.work(
      registrations.map((registration) => ({
        ...registration,
        handle: (job) => {
          job.signal.addEventListener('abort', onAbort)
          return registration.handle(job)
        },
      })),
    )
  return new Proxy(jobs, {
    get(target, name) {
      if (name === 'work') return work
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
