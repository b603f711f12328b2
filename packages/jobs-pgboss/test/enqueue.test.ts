import { createTestDatabase } from '@rindle/test-database'
import { expect, test } from 'vitest'
import { jobFor, testJobs } from './test-jobs.ts'

const KEYS = Array.from({ length: 300 }, (_, index) => `key-${String(index).padStart(3, '0')}`)

test('transactions that enqueue the same keys in opposite orders wait for each other, and do not deadlock', async () => {
  await using testDatabase = await createTestDatabase()
  await using jobs = testJobs(testDatabase.url)
  const forwards = KEYS.map((key) => jobFor(key))
  const backwards = forwards.toReversed()
  for (let round = 0; round < 10; round += 1) {
    const [one, other] = await Promise.all([jobs.enqueue(...forwards), jobs.enqueue(...backwards)])
    const admitted = [...one, ...other].filter((id) => id !== null)
    expect(admitted).toHaveLength(KEYS.length)
    await jobs.database.executeSql('delete from pgboss.job')
  }
})

test('one call may request jobs of several queues, and gets the ids in its own order', async () => {
  await using testDatabase = await createTestDatabase()
  await using jobs = testJobs(testDatabase.url)
  const requests = [jobFor('z', 'rindle_purge'), jobFor('b'), jobFor('z', 'rindle_purge'), jobFor('a', 'rindle_media')]
  const ids = await jobs.enqueue(...requests)
  const rows = await Promise.all(ids.map((id) => jobs.row(id)))
  expect(rows.map((row) => row && `${String(row['name'])} ${String(row['singleton_key'])}`)).toEqual([
    'rindle_purge z',
    'rindle_promote b',
    undefined,
    'rindle_media a',
  ])
})
