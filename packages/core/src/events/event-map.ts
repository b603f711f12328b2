import type { HookEventType } from '../domain/hook-events.ts'
import type { AssetState, OutputKind, SessionState, UploadStrategy, VariantState } from '../domain/states.ts'

/** Numbers that come with an event: counts, bytes, microseconds, system time in milliseconds. */
export type Measurements = Readonly<Record<string, number>>

/** Metadata of every event, by name: low-cardinality facts, never ids, keys, URLs, filenames or secrets. */
export interface EventMap {
  /** An upload has begun. */
  'rindle.upload.start': { readonly profile: string; readonly adapter: string; readonly strategy: UploadStrategy }
  /** An upload is complete and its promotion is enqueued; after commit. Measures `byteSize`. */
  'rindle.upload.stop': { readonly profile: string; readonly adapter: string; readonly strategy: UploadStrategy }
  /** A resumable upload has begun; after commit. */
  'rindle.upload.resumable.start': ResumableMetadata
  /** A client asked for the progress of a resumable upload. Measures `offset`, in bytes. */
  'rindle.upload.resumable.status': ResumableMetadata
  /** The client gave up a resumable upload; after commit. */
  'rindle.upload.resumable.cancel': ResumableMetadata
  /** An asset changed its state; after commit. */
  'rindle.asset.state_change': {
    readonly profile: string
    readonly adapter: string
    readonly from: AssetState
    readonly to: AssetState
  }
  /** A variant changed its state; after commit. */
  'rindle.variant.state_change': {
    readonly profile: string
    readonly adapter: string
    readonly from: VariantState
    readonly to: VariantState
  }
  /** AV work on a variant has begun. */
  'rindle.media.transcode.start': TranscodeMetadata
  /** AV work on a variant has committed an output. Measures `durationUs` and `byteSize`. */
  'rindle.media.transcode.stop': TranscodeMetadata
  /** AV work on a variant has failed or was cancelled. Measures `durationUs`. */
  'rindle.media.transcode.exception': TranscodeMetadata
  /** A URL was issued. */
  'rindle.delivery.signed': {
    readonly profile: string
    readonly adapter: string
    readonly mode: 'public' | 'signed'
  }
  /** A malformed range was ignored, as RFC 9110 requires. */
  'rindle.delivery.range_fallback': { readonly profile: string; readonly adapter: string }
  /**
   * An attempt to deliver an event to a handler or a webhook has ended. Measures `durationUs` and `attempt`, 1 for the
   * first.
   */
  'rindle.hook.attempt': {
    readonly target: string
    readonly kind: 'handler' | 'webhook'
    readonly type: HookEventType
    /** `dead`: given up; `gone`: the receiver wants no more events. */
    readonly result: 'delivered' | 'failed' | 'unreachable' | 'gone' | 'dead'
  }
  /** A repair or a maintenance run has begun. */
  'rindle.repair.start': Omit<RepairMetadata, 'result'>
  /** It has ended. Measures the numbers of its report and `durationUs`. */
  'rindle.repair.stop': RepairMetadata
  /** It could not run at all; `result` is the code of the error. Measures `durationUs`. */
  'rindle.repair.exception': RepairMetadata
  /**
   * A maintenance run has ended; emitted besides `rindle.repair.stop`. Measures the numbers of its report and
   * `durationUs`.
   */
  'rindle.cleanup.run': { readonly worker: Maintenance }
  /** A rule refused something at run time. An authorizer's refusals are not announced. */
  'rindle.runtime.refusal': { readonly surface: string; readonly reason: string; readonly mode: string }
  /** One check of the doctor has ended. Measures `durationUs`. */
  'rindle.runtime.check.stop': {
    readonly check: string
    readonly status: 'ok' | 'warn' | 'error'
    readonly component: string
  }
}

/** Metadata of the `rindle.upload.resumable.*` events. */
export interface ResumableMetadata {
  readonly profile: string
  readonly adapter: string
  /** "tus". */
  readonly protocol: string
  readonly state: SessionState
}

/** Metadata of the `rindle.media.transcode.*` events. */
export interface TranscodeMetadata {
  readonly profile: string
  readonly output_kind: OutputKind
  /** The capability that its recipe needs: `video/h264`. */
  readonly preset: string
}

/** Metadata of the `rindle.repair.*` events. */
export interface RepairMetadata {
  readonly operation: Operation
  /** The scope of the run: one asset, one profile, one storage, or all. */
  readonly scope: 'asset' | 'profile' | 'storage' | 'all'
  /** `ok`, `errors` (of some items), `stopped` or `interrupted`; the code of the error that ended it. */
  readonly result: string
  readonly dry_run: boolean
}

/** Every operation that repairs or maintains. */
export type Operation =
  | 'reprobe'
  | 'release'
  | 'requeue'
  | 'regenerate_variants'
  | 'verify_storage'
  | 'verify_mirrors'
  | 'move_storage'
  | 'export_owner'
  | 'recover_lost_work'
  | 'purge_asset'
  | 'init_storage'
  | 'redeliver'
  | 'pause_deliveries'
  | 'resume_deliveries'
  | 'forget_target'
  | Maintenance

/** The operations that an application runs every night, not only when something is wrong. */
export const MAINTENANCE = [
  'abort_incomplete_uploads',
  'cleanup_orphans',
  'scan_orphans',
  'sweep_orphaned_temp_files',
  'backfill_metadata',
  'purge_unattached',
  'purge_trashed',
  'evict_variants',
  'prune_runs',
  'prune_events',
  'recount_quotas',
] as const

/** One of {@link MAINTENANCE}. */
export type Maintenance = (typeof MAINTENANCE)[number]

/** The names of {@link EventMap}. */
export type EventName = keyof EventMap

/** One event as listeners receive it. */
export interface RindleEvent<N extends EventName = EventName> {
  readonly name: N
  readonly metadata: EventMap[N]
  readonly measurements: Measurements
}
