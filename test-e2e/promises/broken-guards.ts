/** A guard of one promise, how it is broken, and the test that must notice. */
export interface BrokenGuard {
  readonly promise: `P${number}`
  readonly guard: string
  /** In files of `packages/core/src`: what is there, and what stands there instead. */
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[]
  /** A test file, and a part of the names of its tests. */
  readonly proof: { readonly file: string; readonly name?: string }
}

const MODEL = { file: 'test-e2e/model/verbs.test.ts' }

/** One for each promise. */
export const BROKEN_GUARDS: readonly BrokenGuard[] = [
  {
    promise: 'P1',
    guard: 'rows and the jobs that they wait for are written in one transaction',
    edits: [
      {
        file: 'variants/plan.ts',
        from: 'for (const request of jobsFor(asset.id, variants)) unit.enqueue(request)',
        to: 'jobsFor(asset.id, variants)',
      },
    ],
    proof: MODEL,
  },
  {
    promise: 'P2',
    guard: 'an object is stored before its variant is ready',
    edits: [
      {
        file: 'variants/process.ts',
        from: 'await storage.put(storageKey, createReadStream(output.path), {',
        to: 'void ((..._: unknown[]) => {})(storage, createReadStream, {',
      },
    ],
    proof: MODEL,
  },
  {
    promise: 'P3',
    guard: 'nothing reaches a storage from within a transaction',
    edits: [
      {
        file: 'transaction-scope.ts',
        from: 'if (scope.getStore() === true) throw',
        to: 'if (what === what + 1) throw',
      },
      {
        file: 'attachments/purge.ts',
        from: 'if (asset === null) return null',
        to: 'if (asset === null) return null\n    await storageOf(runtime, asset.storage).head(asset.storageKey)',
      },
    ],
    proof: { file: 'test-e2e/promises/no-storage-in-transactions.test.ts' },
  },
  {
    promise: 'P4',
    guard: 'the gate decides over what lies in storage',
    edits: [
      {
        file: 'promotion/pass-gate.ts',
        from: 'if (!verdict.accepted) throw',
        to: 'if (!verdict.accepted && verdict.message === "") throw',
      },
    ],
    proof: { file: 'test-e2e/promises/verified-bytes.test.ts' },
  },
  {
    promise: 'P5',
    guard: 'an upload is put out of reach of its URL before anything looks at it',
    edits: [
      {
        file: 'promotion/pass-gate.ts',
        from: 'if (isStagingKey(asset.storageKey)) return',
        to: 'if (isStagingKey(asset.storageKey) && asset.state === "staged") return',
      },
    ],
    proof: { file: 'test-e2e/lifecycle/direct-uploads.test.ts', name: 'a second PUT' },
  },
  {
    promise: 'P6',
    guard: 'a capability is asked for before it is used',
    edits: [
      {
        file: 'require-capability.ts',
        from: 'if (storage.capabilities.has(capability)) return',
        to: 'if (storage !== null) return',
      },
    ],
    proof: { file: 'test-e2e/tus/writer.test.ts', name: 'a storage that cannot resume' },
  },
  {
    promise: 'P7',
    guard: 'a profile is public only when it says so',
    edits: [
      {
        file: 'profile/define-profile.ts',
        from: 'public: delivery.public ?? false',
        to: 'public: delivery.public ?? true',
      },
    ],
    proof: { file: 'packages/core/test/create-rindle.test.ts', name: 'is private' },
  },
  {
    promise: 'P8',
    guard: 'a purge looks again for attachments, with the asset locked',
    edits: [
      {
        file: 'attachments/purge.ts',
        from: 'if (attachments.length > 0) return null',
        to: 'if (attachments.length > 9) return null',
      },
    ],
    proof: { file: 'test-e2e/promises/shared-assets.test.ts' },
  },
  {
    promise: 'P9',
    guard: 'a transition names the states that it may come from',
    edits: [
      {
        file: 'rows/asset-transition.ts',
        from: 'before.state in (select jsonb_array_elements_text($3::jsonb))',
        to: '$3::jsonb is not null',
      },
    ],
    proof: { file: 'test-e2e/promises/guarded-transitions.test.ts' },
  },
  {
    promise: 'P10',
    guard: 'what is attached already is not attached again',
    edits: [{ file: 'attachments/attach.ts', from: 'where not exists (select 1 from present)', to: 'where true' }],
    proof: MODEL,
  },
  {
    promise: 'P11',
    guard: 'an outage is told from a verdict',
    edits: [{ file: 'domain/failures.ts', from: "storage_denied: 'outage'", to: "storage_denied: 'verdict'" }],
    proof: { file: 'test-e2e/lifecycle/outages.test.ts', name: 'a storage that refuses' },
  },
  {
    promise: 'P12',
    guard: 'a worker that is older than the process that took an upload refuses nothing that this may know better',
    edits: [{ file: 'promotion/promote.ts', from: 'if (lacks.length > 0) throw', to: 'if (lacks.length > 99) throw' }],
    proof: { file: 'test-e2e/lifecycle/rolling-deployment.test.ts', name: 'the old worker would refuse' },
  },
  {
    promise: 'P17',
    guard: 'a live scan deletes nothing where the database may not be the one of the storage',
    edits: [
      {
        file: 'operations/scan-orphans.ts',
        from: 'if (isInterrupted || (await this.#isImplausible(storage))) return isInterrupted',
        to: 'if (isInterrupted) return isInterrupted',
      },
    ],
    proof: { file: 'test-e2e/operations/scan-orphans.test.ts', name: 'a database that is not the one' },
  },
]
