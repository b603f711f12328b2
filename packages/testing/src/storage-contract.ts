import type { StorageCapability } from '@rindle/core'
import { describe, test } from 'vitest'
import { abortCases } from './storage-contract/abort-cases.ts'
import { capabilityCases } from './storage-contract/capability-cases.ts'
import { concurrencyCases } from './storage-contract/concurrency-cases.ts'
import type { StorageContractCase, StorageContractOptions, StorageSubject } from './storage-contract/contract-case.ts'
import { copyCases } from './storage-contract/copy-cases.ts'
import { deleteCases } from './storage-contract/delete-cases.ts'
import { etagCases } from './storage-contract/etag-cases.ts'
import { getCases } from './storage-contract/get-cases.ts'
import { keyCases } from './storage-contract/key-cases.ts'
import { listCases } from './storage-contract/list-cases.ts'
import { memoryCases } from './storage-contract/memory-cases.ts'
import { multipartCases, openUploadCases } from './storage-contract/multipart-cases.ts'
import { contentTypeCases, putCases } from './storage-contract/put-cases.ts'
import { resumableCases } from './storage-contract/resumable-cases.ts'
import { signingCases } from './storage-contract/signing-cases.ts'

const DEFAULT_TIMEOUT_MS = 60_000

/** A {@link StorageSubject} and its removal. */
export interface DisposableStorageSubject extends StorageSubject {
  /** Removes everything that was created for the subject; called once, after the adapter has been stopped. */
  readonly cleanup: () => Promise<void>
}

/**
 * Registers the storage contract as vitest tests. `makeSubject` is called once per test and returns an empty storage of
 * its own; the test starts and stops it. A test of a capability that the adapter does not declare is skipped with that
 * reason, and the test that demands its refusal runs instead.
 */
export function storageContract(
  name: string,
  makeSubject: () => Promise<DisposableStorageSubject>,
  options: StorageContractOptions = {},
): void {
  const timeout = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  describe(`${name} keeps the storage contract: it`, () => {
    for (const contractCase of storageContractCases(options)) {
      test(contractCase.name, { timeout }, async (context) => {
        const subject = await makeSubject()
        try {
          const reason = reasonToSkip(contractCase, subject.adapter.capabilities)
          if (reason !== undefined) context.skip(reason)
          await subject.adapter.start()
          await contractCase.run(subject)
        } finally {
          await subject.adapter.stop()
          await subject.cleanup()
        }
      })
    }
  })
}

/** The storage contract as data, for other test runners: each case needs its own started, empty storage. */
export function storageContractCases(options: StorageContractOptions = {}): readonly StorageContractCase[] {
  return [
    ...capabilityCases,
    ...keyCases,
    ...putCases,
    ...((options.keepsContentType ?? true) ? contentTypeCases : []),
    ...((options.etagsFollowBytes ?? true) ? etagCases : []),
    ...getCases,
    ...deleteCases,
    ...copyCases,
    ...listCases,
    ...concurrencyCases,
    ...abortCases,
    ...signingCases,
    ...multipartCases,
    ...resumableCases,
    ...((options.listsOpenUploads ?? true) ? openUploadCases : []),
    ...((options.holdsObjectsInMemory ?? false) ? [] : memoryCases),
  ]
}

function reasonToSkip(
  { needs, needsAbsent }: StorageContractCase,
  capabilities: ReadonlySet<StorageCapability>,
): string | undefined {
  if (needs !== undefined && !capabilities.has(needs)) return `the adapter does not declare ${needs}`
  if (needsAbsent !== undefined && capabilities.has(needsAbsent)) return `the adapter declares ${needsAbsent}`
  return undefined
}
