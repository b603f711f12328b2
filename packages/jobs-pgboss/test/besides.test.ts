import { createTestDatabase } from '@rindle/test-database'
import { describe, expect, it, test } from 'vitest'
import { withExpressions } from '../src/besides.ts'
import { jobFor, testJobs } from './test-jobs.ts'

describe('withExpressions', () => {
  it.each([
    ['insert into a values ($1, $2)', 'with mine as (select $1) insert into a values ($2, $3)'],
    ['\n  WITH ins AS (select $1) select $1', 'with mine as (select $1), ins AS (select $2) select $2'],
  ])('puts them before %j, whose parameters come after theirs', (text, expected) => {
    expect(withExpressions(text, 'mine as (select $1)', 1)).toBe(expected)
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
  await adapter.enqueueWith?.(jobFor('one'), rows(1), recording)
  await expect(adapter.enqueueWith?.(jobFor('other'), rows(1), recording)).rejects.toThrow(/duplicate key/)
  expect(texts).toHaveLength(2)
  const written = await database.executeSql(
    `select (select array_agg(id) from public.beside) as beside, (select array_agg(singleton_key) from pgboss.job) as jobs`,
  )
  expect(written.rows).toEqual([{ beside: [1], jobs: ['one'] }])
})
