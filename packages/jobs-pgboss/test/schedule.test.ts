import { createTestDatabase } from '@rindle/test-database'
import { describe, expect, test } from 'vitest'
import { eventually, FAST, jobFor, testJobs } from './test-jobs.ts'

const SCHEDULES = 'select name, key, cron, timezone, data from pgboss.schedule'

describe('a schedule', () => {
  test('enqueues its job when it is due, also one that was due just before the workers started', async () => {
    await using testDatabase = await createTestDatabase()
    await using jobs = testJobs(testDatabase.url, FAST)
    await jobs.adapter.schedule('every-minute', '* * * * *', jobFor('a', 'rindle_maintenance'))
    const payloads: unknown[] = []
    await jobs.adapter.work([
      {
        queue: 'rindle_maintenance',
        concurrency: 1,
        handle: async ({ payload }) => void payloads.push(payload),
        handleDead: async () => {},
      },
    ])
    await eventually(() => expect(payloads[0]).toEqual({ key: 'a' }))
  })

  test('is one row under its name, in UTC, until it is removed', async () => {
    await using testDatabase = await createTestDatabase()
    await using jobs = testJobs(testDatabase.url)
    await jobs.adapter.schedule('nightly', '0 3 * * *', jobFor('a'))
    await jobs.adapter.schedule('nightly', '30 4 * * *', jobFor('b'))
    await jobs.adapter.schedule('weekly.sweep-1', '0 5 * * 0', jobFor('a'))
    expect((await jobs.database.executeSql(`${SCHEDULES} order by key`)).rows).toEqual([
      { name: 'rindle_promote', key: 'nightly', cron: '30 4 * * *', timezone: 'UTC', data: { key: 'b' } },
      { name: 'rindle_promote', key: 'weekly.sweep-1', cron: '0 5 * * 0', timezone: 'UTC', data: { key: 'a' } },
    ])
    await jobs.adapter.unschedule('nightly', 'rindle_promote')
    expect((await jobs.database.executeSql(SCHEDULES)).rows).toHaveLength(1)
  })

  test('is nothing, and makes nothing, where pg-boss has no schema yet', async () => {
    await using testDatabase = await createTestDatabase({ migrated: false })
    await using jobs = testJobs(testDatabase.url)
    expect(await jobs.adapter.schedules()).toEqual([])
    const { rows } = await jobs.database.executeSql(`select to_regnamespace('pgboss') is null as absent`)
    expect(rows).toEqual([{ absent: true }])
  })

  test('is never due with an invalid expression that was written into the table', async () => {
    await using testDatabase = await createTestDatabase()
    await using jobs = testJobs(testDatabase.url)
    await jobs.adapter.schedule('nightly', '0 3 * * *', jobFor('a'))
    await jobs.database.executeSql(`update pgboss.schedule set cron = 'at night'`)
    const [nightly] = await jobs.adapter.schedules()
    expect(nightly?.nextAfter(new Date())).toBeNull()
  })

  test('is refused under a name that pg-boss could not keep', async () => {
    await using testDatabase = await createTestDatabase()
    await using jobs = testJobs(testDatabase.url)
    for (const name of ['', 'every night', 'a/b', 'ü']) {
      await expect(jobs.adapter.schedule(name, '0 3 * * *', jobFor('a'))).rejects.toMatchObject({
        code: 'invalid_input',
      })
    }
  })
})
