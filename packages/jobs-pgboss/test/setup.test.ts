import { silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'
import { createTestDatabase } from '@rindle/test-database'
import { describe, expect, test } from 'vitest'
import { eventually, jobFor, testJobs } from './test-jobs.ts'

const QUEUE_ROWS = 'select * from pgboss.queue where name like $1 order by name'

describe('the queues', () => {
  test('are made on first need, once, when many ask at the same time in an empty database', async () => {
    await using testDatabase = await createTestDatabase({ migrated: false })
    const { url } = testDatabase
    const all = Array.from({ length: 6 }, () => testJobs(url))
    await using _ = {
      [Symbol.asyncDispose]: async () => void (await Promise.all(all.map((jobs) => jobs[Symbol.asyncDispose]()))),
    }
    const ids = await Promise.all(all.map((jobs, index) => jobs.enqueue(jobFor(`job-${index}`))))
    expect(ids.flat().every((id) => typeof id === 'string')).toBe(true)
    expect(await all[0]?.adapter.counts()).toContainEqual(
      expect.objectContaining({ queue: 'rindle_promote', waiting: 6, active: 0, dead: 0 }),
    )
  })

  test('are made outside of the transaction that needs them first', async () => {
    await using testDatabase = await createTestDatabase({ migrated: false })
    await using jobs = testJobs(testDatabase.url)
    const work = jobs.database.transaction(async (tx) => {
      await jobs.adapter.enqueue([jobFor('a')], tx)
      throw new Error('Rolled back on purpose.')
    })
    await expect(work).rejects.toThrow('on purpose')
    const { rows } = await jobs.database.executeSql(QUEUE_ROWS, ['rindle_%'])
    expect(rows).toHaveLength(14)
  })

  test('need no connection of the pool that the transaction is on', async () => {
    await using testDatabase = await createTestDatabase()
    const database = openDatabase(testDatabase.url, { maxConnections: 1 })
    const adapter = pgBossJobs()
    adapter.connect({ database, logger: silentLogger })
    expect(await database.transaction((tx) => adapter.enqueue([jobFor('a')], tx))).toHaveLength(1)
    await adapter.stop()
    await database.close()
  })

  test('have one waiting job per key, the attempts of their queue, heartbeats and dead letters', async () => {
    await using testDatabase = await createTestDatabase()
    await using jobs = testJobs(testDatabase.url, {
      retryDelaySeconds: 4,
      retryDelayMaxSeconds: 60,
      heartbeatSeconds: 20,
    })
    await jobs.adapter.start()
    const { rows } = await jobs.database.executeSql(QUEUE_ROWS, ['rindle_media%'])
    expect(rows).toMatchObject([
      {
        name: 'rindle_media',
        policy: 'short',
        retry_limit: 4,
        retry_delay: 4,
        retry_backoff: true,
        retry_delay_max: 60,
        expire_seconds: 86_400,
        heartbeat_seconds: 20,
        dead_letter: 'rindle_media_dead',
        notify: true,
      },
      { name: 'rindle_media_dead', policy: 'standard', retry_limit: 10_000, retry_delay: 60, dead_letter: null },
    ])
  })

  test('follow the options of the process that started last', async () => {
    await using testDatabase = await createTestDatabase()
    await using before = testJobs(testDatabase.url, { retryDelaySeconds: 4, heartbeatSeconds: 20 })
    await before.adapter.start()
    await using after = testJobs(testDatabase.url, { retryDelaySeconds: 0, heartbeatSeconds: 30 })
    await after.adapter.start()
    const { rows } = await after.database.executeSql(QUEUE_ROWS, ['rindle_media'])
    expect(rows).toMatchObject([
      { retry_delay: 0, retry_backoff: false, retry_delay_max: null, heartbeat_seconds: 30, policy: 'short' },
    ])
  })

  test('are refused when one exists with another policy', async () => {
    await using testDatabase = await createTestDatabase()
    await using jobs = testJobs(testDatabase.url)
    await jobs.database.executeSql(`select pgboss.create_queue('rindle_purge', '{"policy":"standard"}')`)
    await expect(jobs.adapter.start()).rejects.toMatchObject({
      code: 'setup_incomplete',
      message: expect.stringContaining('"rindle_purge" has policy "standard"'),
    })
  })

  test('want no right to create anything once they are there, and say so before', async () => {
    await using testDatabase = await createTestDatabase()
    await using owner = testJobs(testDatabase.url)
    const role = `clerk_${process.pid}`
    const clerkUrl = new URL(testDatabase.url)
    clerkUrl.username = role
    clerkUrl.password = 'letmein'
    await owner.database.executeSql(`create role ${role} login password 'letmein'`)
    try {
      await using early = testJobs(clerkUrl.href, { schema: 'not_there' })
      await expect(early.adapter.start()).rejects.toMatchObject({ code: 'setup_incomplete' })
      await owner.adapter.start()
      await owner.database.executeSql(
        `grant usage on schema pgboss to ${role};
         grant select, insert, update, delete on all tables in schema pgboss to ${role}`,
      )
      await using clerk = testJobs(clerkUrl.href)
      const [id] = await clerk.enqueue(jobFor('a'))
      const handle = async (): Promise<void> => {}
      await clerk.adapter.work([{ queue: 'rindle_promote', concurrency: 1, handle, handleDead: handle }])
      await eventually(async () => expect(await owner.row(id)).toBeUndefined())
    } finally {
      await owner.database.executeSql(`drop owned by ${role}; drop role ${role}`)
    }
  })

  test('live in the schema that is asked for', async () => {
    await using testDatabase = await createTestDatabase()
    await using jobs = testJobs(testDatabase.url, { schema: 'work_queue' })
    await jobs.enqueue(jobFor('a'))
    const { rows } = await jobs.database.executeSql('select singleton_key from work_queue.job')
    expect(rows).toEqual([{ singleton_key: 'a' }])
  })
})
