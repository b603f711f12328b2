import { memoryStorage, storageContractCases } from '@rindle/testing'
import { describe, expect, test } from 'vitest'
import { abortBreakages } from './broken-storages/abort-breakages.ts'
import type { Breakage } from './broken-storages/breakage.ts'
import { capabilityBreakages } from './broken-storages/capability-breakages.ts'
import { copyBreakages, deleteBreakages } from './broken-storages/delete-and-copy-breakages.ts'
import { etagBreakages } from './broken-storages/etag-breakages.ts'
import { getBreakages, listBreakages } from './broken-storages/read-breakages.ts'
import { resumableBreakages } from './broken-storages/resumable-breakages.ts'
import { multipartBreakages, signingBreakages } from './broken-storages/signing-breakages.ts'
import { concurrencyBreakages, putBreakages } from './broken-storages/write-breakages.ts'

const BREAKAGES: readonly Breakage[] = [
  ...capabilityBreakages,
  ...putBreakages,
  ...etagBreakages,
  ...getBreakages,
  ...deleteBreakages,
  ...copyBreakages,
  ...listBreakages,
  ...concurrencyBreakages,
  ...abortBreakages,
  ...signingBreakages,
  ...multipartBreakages,
  ...resumableBreakages,
  {
    caseName: 'writes and reads 64 MiB without holding them in memory',
    how: 'holds its objects in memory',
    breaks: () => ({}),
  },
]

const cases = new Map(storageContractCases().map((contractCase) => [contractCase.name, contractCase]))

describe('the storage contract', () => {
  test('names every case once', () => {
    expect(cases.size).toBe(storageContractCases().length)
  })

  test('has no case that cannot fail', () => {
    expect([...cases.keys()].toSorted()).toEqual(BREAKAGES.map(({ caseName }) => caseName).toSorted())
  })

  test.each(BREAKAGES)('notices a storage that $how: "$caseName"', async ({ caseName, breaks }) => {
    const good = memoryStorage()
    const broken = { ...good, ...breaks(good) }
    const failure = await cases
      .get(caseName)
      ?.run({ adapter: broken, send: broken.send })
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    expect(failure).toBeInstanceOf(Error)
  })
})
