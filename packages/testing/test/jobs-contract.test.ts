import type { SqlExecutor } from '@rindle/core'
import { jobsContractCases, memoryJobs } from '@rindle/testing'
import { describe, expect, test } from 'vitest'
import { COUNT_BREAKAGES } from './broken-job-counts.ts'
import { JOBS_BREAKAGES } from './broken-jobs.ts'

const BREAKAGES = [...JOBS_BREAKAGES, ...COUNT_BREAKAGES]

const cases = new Map(jobsContractCases().map((contractCase) => [contractCase.name, contractCase]))
const noDatabase: SqlExecutor = { executeSql: async () => ({ rows: [] }) }

describe('the jobs contract', () => {
  test('names every case once', () => {
    expect(cases.size).toBe(jobsContractCases().length)
  })

  test('has no case that cannot fail', () => {
    expect([...cases.keys()].toSorted()).toEqual(BREAKAGES.map(({ caseName }) => caseName).toSorted())
  })

  test.each(BREAKAGES)('notices an adapter that $how: "$caseName"', async ({ caseName, breaks }) => {
    const good = memoryJobs()
    const adapter = { ...good, ...breaks(good) }
    const subject = {
      adapter,
      transaction: <T>(work: (tx: SqlExecutor) => Promise<T>) => work(noDatabase),
      patienceMs: 250,
    }
    await expect(cases.get(caseName)?.run(subject)).rejects.toThrow()
  })
})
