import { describe, test } from 'vitest'
import { abortCases } from './processor-contract/abort-cases.ts'
import { capabilityCases } from './processor-contract/capability-cases.ts'
import type {
  ProcessorContractCase,
  ProcessorContractOptions,
  ProcessorSubject,
} from './processor-contract/contract-case.ts'
import { failureCases } from './processor-contract/failure-cases.ts'
import { footprintCases } from './processor-contract/footprint-cases.ts'
import { outcomeCases } from './processor-contract/outcome-cases.ts'
import { probeCases } from './processor-contract/probe-cases.ts'
import { thumbHashCases } from './processor-contract/thumb-hash-cases.ts'

const DEFAULT_TIMEOUT_MS = 60_000

/** A {@link ProcessorSubject} and its removal. */
export interface DisposableProcessorSubject extends ProcessorSubject {
  /** Removes everything that was created for this subject; called once, after the processor has been stopped. @default nothing */
  readonly cleanup?: () => Promise<void>
}

/**
 * Registers the processor contract as vitest tests. `makeSubject` is called once per test and returns a processor of its
 * own, which the test starts and stops; the files may be the same for all tests. A test that does not apply to the
 * subject is skipped with the reason.
 */
export function processorContract(
  name: string,
  makeSubject: () => Promise<DisposableProcessorSubject>,
  options: ProcessorContractOptions = {},
): void {
  const timeout = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  describe(`${name} keeps the processor contract: it`, () => {
    for (const { name: promise, reasonToSkip, run } of processorContractCases()) {
      test(promise, { timeout }, async (context) => {
        const subject = await makeSubject()
        try {
          const reason = reasonToSkip?.(subject)
          if (reason !== undefined) context.skip(reason)
          await run(subject)
        } finally {
          await subject.processor.stop()
          await subject.cleanup?.()
        }
      })
    }
  })
}

/**
 * The processor contract as data, for other test runners: each case needs its own processor, which is not started, and
 * which the caller stops.
 */
export function processorContractCases(): readonly ProcessorContractCase[] {
  return [
    ...capabilityCases,
    ...probeCases,
    ...outcomeCases,
    ...failureCases,
    ...abortCases,
    ...thumbHashCases,
    ...footprintCases,
  ]
}
