import type { JobsCapability } from '@rindle/core/adapter'
import { describe, test } from 'vitest'
import { cancelCases } from './jobs-contract/cancel-cases.ts'
import { capabilityCases } from './jobs-contract/capability-cases.ts'
import type { JobsContractCase, JobsContractOptions, JobsSubject } from './jobs-contract/contract-case.ts'
import { failureCases } from './jobs-contract/failure-cases.ts'
import { keyCases } from './jobs-contract/key-cases.ts'
import { liveCases } from './jobs-contract/live-cases.ts'
import { stopCases } from './jobs-contract/stop-cases.ts'
import { transactionCases } from './jobs-contract/transaction-cases.ts'
import { workCases } from './jobs-contract/work-cases.ts'

const DEFAULT_TIMEOUT_MS = 60_000

/** A {@link JobsSubject} and its removal. */
export interface DisposableJobsSubject extends JobsSubject {
  /** Removes everything that was created for the subject; called once, after the adapter has been stopped. */
  readonly cleanup: () => Promise<void>
}

/**
 * Registers the jobs contract as vitest tests. `makeSubject` is called once per test and returns a connected adapter
 * without jobs; the test stops it. A test of a capability that the adapter does not declare is skipped with that
 * reason, and the test that demands its refusal runs instead.
 */
export function jobsContract(
  name: string,
  makeSubject: () => Promise<DisposableJobsSubject>,
  options: JobsContractOptions = {},
): void {
  const timeout = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  describe(`${name} keeps the jobs contract: it`, () => {
    for (const contractCase of jobsContractCases()) {
      test(contractCase.name, { timeout }, async (context) => {
        const subject = await makeSubject()
        try {
          const reason = reasonToSkip(contractCase, subject.adapter.capabilities)
          if (reason !== undefined) context.skip(reason)
          await contractCase.run(subject)
        } finally {
          await subject.adapter.stop()
          await subject.cleanup()
        }
      })
    }
  })
}

/** The jobs contract as data, for other test runners: each case needs its own connected adapter without jobs. */
export function jobsContractCases(): readonly JobsContractCase[] {
  return [
    ...capabilityCases,
    ...keyCases,
    ...workCases,
    ...failureCases,
    ...cancelCases,
    ...liveCases,
    ...stopCases,
    ...transactionCases,
  ]
}

function reasonToSkip(
  { needs = [], needsAbsent }: JobsContractCase,
  capabilities: ReadonlySet<JobsCapability>,
): string | undefined {
  const lacking = needs.find((capability) => !capabilities.has(capability))
  if (lacking !== undefined) return `the adapter does not declare ${lacking}`
  if (needsAbsent !== undefined && capabilities.has(needsAbsent)) return `the adapter declares ${needsAbsent}`
  return undefined
}
