import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { VariantOutcome } from '@rindle/core/adapter'
import type { ProcessorSubject } from './contract-case.ts'
import type { Workspace } from './workspace.ts'

// Work without progress reports is under way by then.
const UNDER_WAY_MS = 1_000

/** Running slow work of a subject. */
export interface SlowWork {
  /** Aborts it. */
  readonly controller: AbortController
  readonly directory: string
  /** Its outcomes so far. */
  readonly outcomes: readonly VariantOutcome[]
  /** Resolves with the error of the work when it ends, or with `undefined` if it succeeds. */
  readonly ended: Promise<unknown>
}

/** Why running work cannot be aborted, if so. */
export function hasNoSlowWork({ slow }: ProcessorSubject): string | undefined {
  return slow === null ? 'no work of the processor takes long' : undefined
}

/** Begins the slow work of a subject, and resolves when it reports progress or has lasted for a second. */
export async function slowWork({ processor, request, slow }: Workspace): Promise<SlowWork> {
  if (slow === null) assert.fail('The subject has no slow work.')
  const controller = new AbortController()
  const outcomes: VariantOutcome[] = []
  const progressed = Promise.withResolvers<void>()
  const work = await request(
    { slow: slow.recipe },
    {
      signal: controller.signal,
      onOutcome: async (outcome) => void outcomes.push(outcome),
      onProgress: () => progressed.resolve(),
    },
    slow.source,
  )
  const ended = processor.process(work).then(
    () => undefined,
    (error: unknown) => error,
  )
  const first = await Promise.race([ended.then(() => 'ended'), progressed.promise, delay(UNDER_WAY_MS)])
  assert.notEqual(first, 'ended', 'the slow work ends at once: it must take ten seconds')
  return { controller, directory: work.directory, outcomes, ended }
}
