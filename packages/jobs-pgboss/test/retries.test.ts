import { RindleError } from '@rindle/core'
import { createTestDatabase } from '@rindle/test-database'
import { describe, expect, test } from 'vitest'
import { eventually, FAST, jobFor, recordingLogger, testJobs } from './test-jobs.ts'

const LONG_DELAYS = { retryDelaySeconds: 100, retryDelayMaxSeconds: 100 }
const SECRET_URL = 'https://user:hush@bucket.test/key?X-Amz-Signature=hush'

describe('a failed attempt', () => {
  test('waits twice as long as the one before, plus up to as much again at random, until the longest delay', async () => {
    await using testDatabase = await createTestDatabase()
    const delays = { retryDelaySeconds: 100, retryDelayMaxSeconds: 1_000, pollingIntervalSeconds: 0.5 }
    await using jobs = testJobs(testDatabase.url, delays)
    const [id] = await jobs.enqueue(jobFor('a', 'rindle_media'))
    const handle = async (): Promise<void> => {
      throw new Error('This attempt fails.')
    }
    await jobs.adapter.work([{ queue: 'rindle_media', concurrency: 1, handle, handleDead: async () => {} }])
    const waits: number[] = []
    for (const attempt of [0, 1, 2, 3]) {
      await eventually(async () => expect(await jobs.row(id)).toMatchObject({ state: 'retry', retry_count: attempt }))
      const { rows } = await jobs.database.executeSql(
        'select extract(epoch from (start_after - now()))::float8 as wait from pgboss.job where id = $1',
        [id],
      )
      await jobs.database.executeSql('update pgboss.job set start_after = now() where id = $1', [id])
      waits.push(Number(rows[0]?.['wait']))
    }
    const bounds = [
      [95, 200],
      [195, 400],
      [395, 800],
      [795, 1_000],
    ] as const
    expect(waits.map((wait, index) => wait > (bounds[index]?.[0] ?? 0) && wait <= (bounds[index]?.[1] ?? 0))).toEqual([
      true,
      true,
      true,
      true,
    ])
  })

  test('can be cancelled while it waits for the next', async () => {
    await using testDatabase = await createTestDatabase()
    await using jobs = testJobs(testDatabase.url, { ...FAST, ...LONG_DELAYS })
    const [id] = await jobs.enqueue(jobFor('a'))
    const handle = async (): Promise<void> => {
      throw new Error('This attempt fails.')
    }
    await jobs.adapter.work([{ queue: 'rindle_promote', concurrency: 1, handle, handleDead: async () => {} }])
    await eventually(async () => expect(await jobs.row(id)).toMatchObject({ state: 'retry' }))
    await jobs.adapter.cancel('rindle_promote', ['a'])
    expect(await jobs.row(id)).toMatchObject({ state: 'cancelled' })
    expect((await jobs.adapter.findLive('rindle_promote', ['a'])).size).toBe(0)
  })

  test('is stored with its reason and without secrets; to log it is for its handler', async () => {
    await using testDatabase = await createTestDatabase()
    const logger = recordingLogger()
    await using jobs = testJobs(testDatabase.url, { ...FAST, ...LONG_DELAYS }, logger)
    const [sdk, own] = await jobs.enqueue(jobFor('sdk'), jobFor('own'))
    const sdkError = Object.assign(new TypeError(`PUT ${SECRET_URL} failed`), {
      code: 'ECONNRESET',
      request: { headers: { authorization: 'hush' } },
      cause: new Error('hush'),
    })
    const ownError = new RindleError('storage_denied', 'The storage refused.', { details: { bucket: 'b' } })
    await jobs.adapter.work([
      {
        queue: 'rindle_promote',
        concurrency: 1,
        handle: async ({ payload }) => {
          throw payload['key'] === 'sdk' ? sdkError : ownError
        },
        handleDead: async () => {},
      },
    ])
    for (const id of [sdk, own]) await eventually(async () => expect((await jobs.row(id))?.['state']).toBe('retry'))
    expect((await jobs.row(sdk))?.['output']).toEqual({
      name: 'TypeError',
      code: 'ECONNRESET',
      message: 'PUT [url] failed',
      retryable: true,
    })
    expect((await jobs.row(own))?.['output']).toEqual({
      name: 'RindleError',
      code: 'storage_denied',
      message: 'The storage refused.',
      retryable: false,
    })
    expect(logger.lines).toEqual([])
  })
})

describe('a job', () => {
  test('leaves no row behind when it is done, and its dead letter none when that was handled', async () => {
    await using testDatabase = await createTestDatabase()
    await using jobs = testJobs(testDatabase.url, FAST)
    const died: string[] = []
    await jobs.enqueue(jobFor('good'), jobFor('bad'))
    await jobs.adapter.work([
      {
        queue: 'rindle_promote',
        concurrency: 1,
        handle: async ({ payload }) => {
          if (payload['key'] === 'bad') throw new Error('This attempt fails.')
        },
        handleDead: async ({ id }) => void died.push(id),
      },
    ])
    const rows = async (): Promise<unknown[]> =>
      (await jobs.database.executeSql(`select name, state::text from pgboss.job where name like 'rindle%'`)).rows
    // The failed job itself stays for a day, for anybody who wants to know.
    await eventually(async () => expect(await rows()).toEqual([{ name: 'rindle_promote', state: 'failed' }]))
    expect(died).toHaveLength(1)
  })
})
