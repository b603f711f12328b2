import { createTestDatabase } from '@rindle/test-database'
import { describe, expect, it, test } from 'vitest'
import { withExpressions } from '../src/besides.ts'
import { notifyChannel } from '../src/statements.ts'
import { jobFor, testJobs } from './test-jobs.ts'

describe('withExpressions', () => {
  it.each([
    ['insert into a values ($1, $2)', 'with mine as (select $1) insert into a values ($2, $3)'],
    ['\n  WITH ins AS (select $1) select $1', 'with mine as (select $1), ins AS (select $2) select $2'],
  ])('puts them before %j, whose parameters come after theirs', (text, expected) => {
    expect(withExpressions(text, { expressions: 'mine as (select $1)', values: [1] })).toBe(expected)
  })

  const counted = 'select * from mine where (select count(*) from besides) >= 0'
  it.each([
    [
      'insert into a values ($1) returning id',
      `with mine as (select $1), besides as (insert into a values ($2) returning id) ${counted}`,
    ],
    [
      `with ins as (select '(' || $1 from (select 1) as b), told as (select 2) select id from ins`,
      `with mine as (select $1), ins as (select '(' || $2 from (select 1) as b), told as (select 2), besides as (select id from ins) ${counted}`,
    ],
  ])('makes the main part of %j one of them, if the caller wants rows', (text, expected) => {
    expect(withExpressions(text, { expressions: 'mine as (select $1)', values: [1], returning: 'mine' })).toBe(expected)
  })
})

test('a job and the rows beside it are one statement: both exist, or neither', async () => {
  await using testDatabase = await createTestDatabase()
  await using jobs = testJobs(testDatabase.url)
  const { adapter, database } = jobs
  await database.executeSql('create table public.beside (id int primary key)')
  const texts: string[] = []
  const recording = {
    executeSql: (text: string, values?: unknown[]) => {
      texts.push(text)
      return database.executeSql(text, values)
    },
  }
  const rows = (id: number) => ({ expressions: 'given as (insert into public.beside values ($1::int))', values: [id] })
  expect(await adapter.enqueueWith?.(jobFor('one'), rows(1), recording)).toEqual([])
  await expect(adapter.enqueueWith?.(jobFor('other'), rows(1), recording)).rejects.toThrow(/duplicate key/)
  expect(texts).toHaveLength(2)
  const written = await database.executeSql(
    `select (select array_agg(id) from public.beside) as beside, (select array_agg(singleton_key) from pgboss.job) as jobs`,
  )
  expect(written.rows).toEqual([{ beside: [1], jobs: ['one'] }])
})

test('the rows beside a job come back, and a worker hears of the job', async () => {
  await using testDatabase = await createTestDatabase()
  await using jobs = testJobs(testDatabase.url)
  const { adapter, database } = jobs
  await adapter.start()
  const heard = Promise.withResolvers<string>()
  await database.listen(notifyChannel('pgboss'), heard.resolve)
  const rows = { expressions: `mine as (select $1::int as id, now() as at)`, values: [7], returning: 'mine' }
  expect(await adapter.enqueueWith?.(jobFor('one'), rows, database)).toEqual([{ id: 7, at: expect.any(Date) }])
  expect(await heard.promise).toBe(jobFor('one').queue)
})
