import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { ProbeResult } from '@rindle/core/adapter'
import { causesOf, failureOf } from '../storage-contract/expectations.ts'
import type { ProcessorContractCase, ProcessorSubject } from './contract-case.ts'
import { exceededLimits, hasNoDamage, hasNoLimits, WIDE_LIMITS } from './limits.ts'
import { isNoVerdict, isVerdict } from './verdicts.ts'
import { started } from './workspace.ts'

// Containers count in frames and in packets.
const DURATION_TOLERANCE_MS = 100

/** Reading headers. */
export const probeCases: readonly ProcessorContractCase[] = [
  {
    name: 'reads the facts of a file, the same for concurrent probes',
    reasonToSkip: probesNothing,
    run: started(async ({ processor, source, facts }) => {
      const probes = [1, 2, 3].map(() => processor.probe(source, { limits: WIDE_LIMITS }))
      const [first, ...others] = await Promise.all(probes)
      for (const other of others) assert.deepEqual(other, first)
      const { durationMs, ...exact } = factsOf(first)
      const { durationMs: expectedMs, ...expected } = factsOf(facts)
      assert.deepEqual(exact, expected)
      const isOff = Math.abs((durationMs ?? -1) - (expectedMs ?? -1)) > DURATION_TOLERANCE_MS
      assert.ok(!isOff, `the file lasts ${expectedMs} ms, but the probe says ${durationMs}`)
    }),
  },
  {
    name: 'refuses to probe a file beyond its limits with limit_exceeded',
    reasonToSkip: (subject) => probesNothing(subject) ?? hasNoLimits(subject),
    run: started(async ({ processor, source, facts }) => {
      for (const limits of exceededLimits(facts)) {
        isVerdict(await failureOf(() => processor.probe(source, { limits })), 'limit_exceeded', source)
      }
    }),
  },
  {
    name: 'calls a damaged file corrupt_media, if a probe can tell',
    reasonToSkip: (subject) => probesNothing(subject) ?? hasNoDamage(subject),
    run: started(async ({ processor, source, damaged }) => {
      const file = damaged ?? source
      const probe = processor.probe(file, { limits: WIDE_LIMITS })
      // A complete header is fine: the decoder judges the rest.
      const failure = await probe.then(
        () => null,
        (error: unknown) => error,
      )
      if (failure !== null) isVerdict(failure, 'corrupt_media', file)
    }),
  },
  {
    name: 'gives no verdict about the bytes of a file that a probe does not find',
    reasonToSkip: probesNothing,
    run: started(async ({ processor, source, makeDirectory }) => {
      const missing = { ...source, path: join(await makeDirectory(), 'missing') }
      isNoVerdict(await failureOf(() => processor.probe(missing, { limits: WIDE_LIMITS })), missing)
    }),
  },
  {
    name: 'rejects a probe whose signal is aborted already with its reason',
    reasonToSkip: probesNothing,
    run: started(async ({ processor, source }) => {
      const reason = new Error('Nobody wants to know any more.')
      const signal = AbortSignal.abort(reason)
      const failure = await failureOf(() => processor.probe(source, { limits: WIDE_LIMITS, signal }))
      assert.ok(causesOf(failure).includes(reason), `the reason of the abort is lost: ${String(failure)}`)
    }),
  },
]

function probesNothing({ facts }: ProcessorSubject): string | undefined {
  return facts === null ? 'the processor does not probe files of this type' : undefined
}

function factsOf(probe: ProbeResult | null | undefined): Partial<ProbeResult> {
  const { kind, width, height, durationMs } = probe ?? {}
  const facts = Object.entries({ kind, width, height, durationMs })
  return Object.fromEntries(facts.filter(([, value]) => value !== undefined))
}
