import { isRindleError, type RindleError, silentLogger } from '@rindle/core'
import { type PgBossJobsOptions, pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { jobFor } from './test-jobs.ts'

const NOWHERE = 'postgres://nobody:hush@127.0.0.1:1/nothing'

function errorOf(work: () => unknown): RindleError {
  try {
    work()
  } catch (error) {
    if (isRindleError(error)) return error
  }
  throw new Error('It must throw a RindleError.')
}

describe('pgBossJobs', () => {
  test('lists every wrong option with its path in one config_invalid', () => {
    const options = {
      schema: 'Robert"; drop table job',
      maxConnections: 0,
      heartbeatSeconds: 9,
      retryDelaySeconds: -1,
      retryDelayMaxSeconds: 1.5,
      pollingIntervalSeconds: 0.1,
      connectionString: 'mysql://localhost/db',
      polling: true,
    } as PgBossJobsOptions
    const error = errorOf(() => pgBossJobs(options))
    expect(error.code).toBe('config_invalid')
    const paths = (error.details['problems'] as { path: string }[]).map(({ path }) => path)
    expect(paths.toSorted()).toEqual(Object.keys(options).toSorted())
  })

  test('refuses a longest delay that is shorter than the first', () => {
    const error = errorOf(() => pgBossJobs({ retryDelaySeconds: 60 }))
    expect(error.message).toContain('retryDelayMaxSeconds: must be at least retryDelaySeconds')
  })

  test('connects to nothing when it is made and connected', () => {
    const database = openDatabase(NOWHERE)
    pgBossJobs().connect({ database, logger: silentLogger })
  })

  test('wants a URL of its own when the instance has none', () => {
    const database = openDatabase({ pool: new pg.Pool({ connectionString: NOWHERE }) })
    const error = errorOf(() => pgBossJobs().connect({ database, logger: silentLogger }))
    expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('`connectionString`') })
    pgBossJobs({ connectionString: NOWHERE }).connect({ database, logger: silentLogger })
  })

  test('says so when it is used without an instance', async () => {
    await expect(pgBossJobs().start()).rejects.toMatchObject({ code: 'config_invalid' })
  })

  test('is unavailable, without a secret in the message, while its database is, and tries again the next time', async () => {
    const database = openDatabase(NOWHERE)
    const jobs = pgBossJobs()
    jobs.connect({ database, logger: silentLogger })
    for (const work of [() => jobs.counts(), () => jobs.enqueue([jobFor('a')], database), () => jobs.work([])]) {
      await expect(work()).rejects.toMatchObject({
        code: 'jobs_unavailable',
        retryable: true,
        message: expect.not.stringContaining('hush'),
      })
    }
    await jobs.stop()
  })
})
