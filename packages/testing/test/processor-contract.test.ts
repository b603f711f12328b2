import { processorContract, processorContractCases } from '@rindle/testing'
import { describe, expect, test } from 'vitest'
import { abortBreakages } from './broken-processors/abort-breakages.ts'
import type { ProcessorBreakage } from './broken-processors/breakage.ts'
import { capabilityBreakages } from './broken-processors/capability-breakages.ts'
import { failureBreakages } from './broken-processors/failure-breakages.ts'
import { footprintBreakages } from './broken-processors/footprint-breakages.ts'
import { outcomeBreakages } from './broken-processors/outcome-breakages.ts'
import { probeBreakages } from './broken-processors/probe-breakages.ts'
import { thumbHashBreakages } from './broken-processors/thumb-hash-breakages.ts'
import { useTinyFiles } from './tiny-files.ts'
import { tinyProcessor } from './tiny-processor.ts'

const BREAKAGES: readonly ProcessorBreakage[] = [
  ...capabilityBreakages,
  ...probeBreakages,
  ...outcomeBreakages,
  ...failureBreakages,
  ...abortBreakages,
  ...thumbHashBreakages,
  ...footprintBreakages,
]

const cases = new Map(processorContractCases().map((contractCase) => [contractCase.name, contractCase]))
const subjectOf = useTinyFiles()

processorContract('tinyProcessor', async () => subjectOf(tinyProcessor()))

describe('the processor contract', () => {
  test('names every case once', () => {
    expect(cases.size).toBe(processorContractCases().length)
  })

  test('has no case that cannot fail', () => {
    expect(new Set(cases.keys())).toEqual(new Set(BREAKAGES.map(({ caseName }) => caseName)))
  })

  test.for(BREAKAGES)('notices a processor that $how: "$caseName"', async ({ caseName, breaks }, { skip }) => {
    const good = tinyProcessor()
    const { reasonToSkip, run } = cases.get(caseName) ?? expect.unreachable()
    const subject = subjectOf({ ...good, ...breaks(good) })
    const reason = reasonToSkip?.(subject)
    if (reason !== undefined) skip(reason)
    await expect(run(subject)).rejects.toThrow()
  })

  test('says nothing about what a subject has not, and why', () => {
    const bare = { ...subjectOf(tinyProcessor()), facts: null, damaged: null }
    const reasons = [...cases.values()].flatMap(({ name, reasonToSkip }) => {
      const reason = reasonToSkip?.(bare)
      return reason === undefined ? [] : [`${name}: ${reason}`]
    })
    expect(reasons).toEqual(
      expect.arrayContaining([
        'reads the facts of a file, the same for concurrent probes: the processor does not probe files of this type',
        'calls a damaged file corrupt_media, for every variant of it: the processor accepts any bytes',
        expect.stringMatching(
          /^makes nothing from a file beyond its limits.*: the source has neither pixels nor a duration$/,
        ),
      ]),
    )
  })
})
