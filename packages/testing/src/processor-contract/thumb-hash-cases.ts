import assert from 'node:assert/strict'
import { causesOf, failureOf } from '../storage-contract/expectations.ts'
import type { ProcessorContractCase, ProcessorSubject } from './contract-case.ts'
import { exceededLimits, hasNoLimits, WIDE_LIMITS } from './limits.ts'
import { isVerdict } from './verdicts.ts'
import { started } from './workspace.ts'

// The shortest and the longest that there are have 5 + 2 and 6 + 37 bytes, and more is stored of none.
const BASE64 = /^[A-Za-z0-9+/]{7,60}={0,2}$/

const { signal } = new AbortController()

/** Placeholders of pictures. */
export const thumbHashCases: readonly ProcessorContractCase[] = [
  {
    name: 'makes the ThumbHash of a picture in base64, the same for concurrent calls',
    reasonToSkip: makesNone,
    run: started(async ({ processor, source }) => {
      const calls = [1, 2, 3].map(async () => processor.thumbHash?.(source, { limits: WIDE_LIMITS, signal }))
      const [first = '', ...others] = await Promise.all(calls)
      assert.match(first, BASE64)
      for (const other of others) assert.equal(other, first)
    }),
  },
  {
    name: 'refuses the ThumbHash of a picture beyond its limits with limit_exceeded',
    reasonToSkip: (subject) => makesNone(subject) ?? hasNoLimits(subject),
    run: started(async ({ processor, source, facts }) => {
      // The length of a film is no limit of a picture.
      for (const limits of exceededLimits(facts === null ? null : { ...facts, durationMs: 0 })) {
        isVerdict(
          await failureOf(async () => processor.thumbHash?.(source, { limits, signal })),
          'limit_exceeded',
          source,
        )
      }
    }),
  },
  {
    name: 'rejects a ThumbHash whose signal is aborted already with its reason',
    reasonToSkip: makesNone,
    run: started(async ({ processor, source }) => {
      const reason = new Error('Nobody wants to see it any more.')
      const options = { limits: WIDE_LIMITS, signal: AbortSignal.abort(reason) }
      const failure = await failureOf(async () => processor.thumbHash?.(source, options))
      assert.ok(causesOf(failure).includes(reason), `the reason of the abort is lost: ${String(failure)}`)
    }),
  },
]

function makesNone({ processor, facts }: ProcessorSubject): string | undefined {
  if (processor.thumbHash === undefined) return 'the processor makes no ThumbHash'
  return facts?.kind === 'image' ? undefined : 'the file is no picture'
}
