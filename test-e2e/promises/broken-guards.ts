/** A guard of one promise, how it is broken, and the test that must notice. */
export interface BrokenGuard {
  readonly promise: `P${number}`
  readonly guard: string
  /** In a file of the repository: a text that occurs exactly once, and its replacement. */
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[]
  readonly proof: Proof
}

/** A test file, and a part of the names of its tests: the fastest proof. */
export interface Proof {
  readonly file: string
  readonly name: string
}

/** At least one for each promise. */
export const BROKEN_GUARDS: readonly BrokenGuard[] = [
  {
    promise: 'P1',
    guard: 'rows and the jobs that they wait for are written in one transaction',
    edits: [
      {
        file: 'packages/core/src/variants/plan.ts',
        from: 'for (const request of jobsFor(asset.id, given, options)) unit.enqueue(request)',
        to: 'jobsFor(asset.id, given, options)',
      },
    ],
    proof: { file: 'test-e2e/promises/no-lost-work.test.ts', name: 'each variant that waits has a job' },
  },
  {
    promise: 'P2',
    guard: 'an object is stored before its variant is ready',
    edits: [
      {
        file: 'packages/core/src/variants/making/process.ts',
        from: 'await storage.put(storageKey, createReadStream(output.path), {',
        to: 'void ((..._: unknown[]) => {})(storage, createReadStream, {',
      },
    ],
    proof: { file: 'test-e2e/promises/ready-means-there.test.ts', name: 'a variant that is ready has its object' },
  },
  {
    promise: 'P3',
    guard: 'nothing reaches a storage from within a transaction',
    edits: [
      {
        file: 'packages/core/src/kernel/transaction-scope.ts',
        from: 'if (scope.getStore() === true) throw',
        to: 'if (what === what + 1) throw',
      },
      {
        file: 'packages/core/src/assets/purge.ts',
        from: "if (asset === null || asset.state === 'trashed') return { reason: 'attached_or_gone' }",
        to: "if (asset === null) return { reason: 'attached_or_gone' }\n    await storageOf(runtime, asset.storage).head(asset.storageKey)",
      },
    ],
    proof: { file: 'test-e2e/promises/no-storage-in-transactions.test.ts', name: 'no storage call is made' },
  },
  {
    promise: 'P4',
    guard: 'the gate decides over what lies in storage',
    edits: [
      {
        file: 'packages/core/src/promotion/pass-gate.ts',
        from: 'if (!verdict.accepted) throw',
        to: 'if (!verdict.accepted && verdict.message === "") throw',
      },
    ],
    proof: { file: 'test-e2e/promises/verified-bytes.test.ts', name: 'bytes that are not what they claim' },
  },
  {
    promise: 'P5',
    guard: 'an upload is put out of reach of its URL before anything looks at it',
    edits: [
      {
        file: 'packages/core/src/promotion/pass-gate.ts',
        from: 'if (isStagingKey(asset.storageKey)) return',
        to: 'if (isStagingKey(asset.storageKey) && asset.state === "staged") return',
      },
    ],
    proof: { file: 'test-e2e/promises/verified-is-served.test.ts', name: 'after its upload is ready' },
  },
  {
    promise: 'P5',
    guard: 'a copy is taken of the very object that was verified',
    edits: [
      {
        file: 'packages/core/src/promotion/freeze.ts',
        from: 'return etag === null ? {} : { ifMatch: etag }',
        to: 'return etag === "" ? { ifMatch: etag } : {}',
      },
    ],
    proof: { file: 'test-e2e/promises/verified-is-served.test.ts', name: 'between the verification and the copy' },
  },
  {
    promise: 'P6',
    guard: 'a capability is asked for before it is used',
    edits: [
      {
        file: 'packages/core/src/kernel/require-capability.ts',
        from: 'if (storage.capabilities.has(capability)) return',
        to: 'if (storage !== null) return',
      },
    ],
    proof: { file: 'test-e2e/tus/writer.test.ts', name: 'a storage that cannot resume is refused' },
  },
  {
    promise: 'P7',
    guard: 'a profile is public only when it says so',
    edits: [
      {
        file: 'packages/core/src/profile/define-profile.ts',
        from: 'public: delivery.public ?? false',
        to: 'public: delivery.public ?? true',
      },
    ],
    proof: { file: 'packages/core/test/create-rindle.test.ts', name: 'is private and falls back' },
  },
  {
    promise: 'P8',
    guard: 'a purge looks again for attachments, with the asset locked',
    edits: [
      {
        file: 'packages/core/src/assets/purge.ts',
        from: 'if (attachments.length > 0) return {',
        to: 'if (attachments.length > 9) return {',
      },
    ],
    proof: { file: 'test-e2e/promises/shared-assets.test.ts', name: 'spares an asset' },
  },
  {
    promise: 'P9',
    guard: 'a transition of an asset names the states that it may come from',
    edits: [
      {
        file: 'packages/core/src/assets/transition.ts',
        from: 'before.state in (select jsonb_array_elements_text($3::jsonb))',
        to: '$3::jsonb is not null',
      },
    ],
    proof: { file: 'test-e2e/promises/guarded-transitions.test.ts', name: 'moves no asset back' },
  },
  {
    promise: 'P10',
    guard: 'what is attached already is not attached again',
    edits: [
      {
        file: 'packages/core/src/attachments/attach.ts',
        from: 'where not exists (select 1 from present)',
        to: 'where true',
      },
    ],
    proof: { file: 'test-e2e/lifecycle/attachments.test.ts', name: 'can be repeated' },
  },
  {
    promise: 'P11',
    guard: 'an outage is told from a verdict',
    edits: [
      {
        file: 'packages/core/src/domain/failures.ts',
        from: "storage_denied: 'outage'",
        to: "storage_denied: 'verdict'",
      },
    ],
    proof: { file: 'test-e2e/promises/outages-refuse-nothing.test.ts', name: 'a storage refuses to take' },
  },
  {
    promise: 'P11',
    guard: 'of what a probe throws, only what it says of the bytes refuses them',
    edits: [
      {
        file: 'packages/core/src/promotion/pass-probe.ts',
        from: 'if (fault === null) throw error',
        to: "if (fault === null) throw new Rejection('corrupt_media', String(error))",
      },
    ],
    proof: { file: 'test-e2e/lifecycle/outages.test.ts', name: 'a probe that takes too long' },
  },
  {
    promise: 'P12',
    guard: 'a worker that is older than the process that took an upload refuses nothing that this may know better',
    edits: [
      {
        file: 'packages/core/src/promotion/promote.ts',
        from: 'if (lacks.length > 0) throw',
        to: 'if (lacks.length > 99) throw',
      },
    ],
    proof: { file: 'test-e2e/lifecycle/rolling-deployment.test.ts', name: 'the old worker would refuse' },
  },
  {
    promise: 'P13',
    guard: 'a TIFF that its decoder would give false colours is refused by its directory',
    edits: [
      {
        file: 'packages/processor-image/src/decoder/inspect.ts',
        from: "if ('refusal' in verdict) throw unsupported(verdict.refusal)",
        to: "if ('refusal' in verdict) return {}",
      },
    ],
    proof: { file: 'packages/processor-image/test/tiff.test.ts', name: 'a TIFF that would be shown wrong' },
  },
  {
    promise: 'P13',
    guard: 'an output is compared with its recipe before it is ready',
    edits: [
      {
        file: 'packages/processor-image/src/verify-output.ts',
        from: 'if (problems.length > 0) {',
        to: 'if (problems.length > 99) {',
      },
    ],
    proof: { file: 'packages/processor-image/test/failures.test.ts', name: 'is output_mismatch' },
  },
  {
    promise: 'P14',
    guard: 'an event and the job that delivers it are written with the change',
    edits: [
      {
        file: 'packages/core/src/kernel/outbox.ts',
        from: 'for (const { target, assetId } of written ?? []) unit.enqueue(deliverRequest(target, assetId))',
        to: 'for (const { target, assetId } of written ?? []) deliverRequest(target, assetId)',
      },
    ],
    proof: { file: 'test-e2e/hooks/handlers.test.ts', name: 'hear of the life of an asset' },
  },
  {
    promise: 'P14',
    guard: 'the first event of an asset that waits is the next',
    edits: [
      {
        file: 'packages/core/src/hooks/claim-delivery.ts',
        from: 'order by delivery.sequence limit 1 for update of delivery',
        to: 'order by delivery.sequence desc limit 1 for update of delivery',
      },
    ],
    proof: { file: 'test-e2e/hooks/webhooks.test.ts', name: 'answers 500' },
  },
  {
    promise: 'P14',
    guard: 'what a handler writes is committed by the one that marks the event',
    edits: [
      {
        file: 'packages/core/src/hooks/settle-delivery.ts',
        from: 'if (rows.length > 0) return\n  throw',
        to: 'if (rows.length >= 0) return\n  throw',
      },
    ],
    proof: { file: 'test-e2e/hooks/handlers.test.ts', name: 'succeeds twice at once' },
  },
  {
    promise: 'P15',
    guard: 'a member that is being made is not enqueued again',
    edits: [
      {
        file: 'packages/core/src/variants/ask.ts',
        from: "if (isInFlight(variant.state)) return { outcome: 'making', asset, variant }",
        to: 'if (isInFlight(variant.state)) return null',
      },
    ],
    proof: { file: 'test-e2e/lifecycle/cold-requests.test.ts', name: 'a hundred cold requests' },
  },
  {
    promise: 'P15',
    guard: 'a member that is there is served, and not made again',
    edits: [
      {
        file: 'packages/core/src/variants/ask.ts',
        from: "if (isServable(variant, staleMode)) return { outcome: 'servable', asset, variant }",
        to: 'if (isServable(variant, staleMode)) return null',
      },
    ],
    proof: { file: 'test-e2e/lifecycle/cold-requests.test.ts', name: 'a hundred cold requests' },
  },
  {
    promise: 'P16',
    guard: 'what the night repairs is not late before the night',
    edits: [
      {
        file: 'packages/core/src/operations/runtime-status/classes.ts',
        from: 'const NIGHTLY = DAY + 2 * HOUR',
        to: 'const NIGHTLY = 2 * HOUR',
      },
    ],
    proof: { file: 'test-e2e/operations/healthy-day.test.ts', name: 'a day of uploads' },
  },
  {
    promise: 'P16',
    guard: 'what has lost its job is a finding',
    edits: [
      {
        file: 'packages/core/src/operations/runtime-status/waiting-work.ts',
        from: "return waitingClass.job === 'live' ? live : unchanged(runtime, waitingClass, gone)",
        to: "return waitingClass.job === 'live' ? live : []",
      },
    ],
    proof: { file: 'test-e2e/operations/status-classes.test.ts', name: 'queue_starved' },
  },
  {
    promise: 'P17',
    guard: 'a live scan deletes nothing where the database may not be the one of the storage',
    edits: [
      {
        file: 'packages/core/src/operations/scan-orphans.ts',
        from: 'if (isInterrupted || (await this.#isImplausible(storage))) return isInterrupted',
        to: 'if (isInterrupted) return isInterrupted',
      },
    ],
    proof: { file: 'test-e2e/operations/scan-orphans.test.ts', name: 'a database that is not the one' },
  },
]
