import type { Owner } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { TenantOption } from '../kernel/sql/of-tenant.ts'
import {
  type AbortUploadsOptions,
  type AbortUploadsReport,
  abortIncompleteUploads,
} from './abort-incomplete-uploads.ts'
import { type BackfillOptions, type BackfillReport, backfillMetadata } from './backfill-metadata.ts'
import { type CleanupOptions, type CleanupReport, cleanupOrphans } from './cleanup-orphans.ts'
import { type EventTargetStatus, eventTargets } from './deliveries/event-targets.ts'
import { type ForgetTargetOptions, type ForgetTargetReport, forgetTarget } from './deliveries/forget-target.ts'
import { type DeliveryPage, type ListDeliveriesOptions, listDeliveries } from './deliveries/list-deliveries.ts'
import { type PauseReport, pauseDeliveries, resumeDeliveries } from './deliveries/pause-deliveries.ts'
import { type PruneEventsOptions, type PruneEventsReport, pruneEvents } from './deliveries/prune-events.ts'
import { type RedeliverOptions, type RedeliverReport, redeliver } from './deliveries/redeliver.ts'
import { type EraseOwnerOptions, type ErasureReport, eraseOwner, previewOwnerErasure } from './erase-owner.ts'
import { type ErasureTotals, eraseOwners, type Owners, previewOwnerErasures } from './erase-owners.ts'
import { type EvictOptions, type EvictReport, evictVariants } from './evict-variants.ts'
import { type ExportOwnerOptions, type ExportOwnerReport, exportOwner } from './export/export-owner.ts'
import { type InitStorageOptions, type InitStorageReport, initStorage } from './init-storage.ts'
import { type AssetPage, type ListAssetsOptions, listAssets } from './list/list-assets.ts'
import { type ListVariantsOptions, listVariants, type VariantPage } from './list/list-variants.ts'
import { type ListStoragesOptions, listStorages, type StorageStatus } from './list-storages.ts'
import { type MoveStorageOptions, type MoveStorageReport, moveStorage } from './move/move-storage.ts'
import {
  actAsOperator,
  type NoteNumbers,
  type OperatorAction,
  type OperatorActionPage,
  type OperatorActionsOptions,
  operatorActions,
} from './operator-log.ts'
import { type PruneRunsOptions, type PruneRunsReport, pruneRuns } from './prune-runs.ts'
import { type PurgeAssetOptions, type PurgeAssetReport, purgeAsset } from './purge-asset.ts'
import { type PurgeTrashedOptions, type PurgeTrashedReport, purgeTrashed } from './purge-trashed.ts'
import { type PurgeUnattachedOptions, type PurgeUnattachedReport, purgeUnattached } from './purge-unattached.ts'
import {
  type ListQuotasOptions,
  listQuotas,
  type QuotaPage,
  type RecountQuotasOptions,
  type RecountQuotasReport,
  recountQuotas,
} from './quotas.ts'
import { type RecoverOptions, type RecoverReport, recoverLostWork } from './recover-lost-work.ts'
import { type RegenerateOptions, type RegenerateReport, regenerateVariants } from './regenerate-variants.ts'
import { type ReleaseOptions, type ReleaseReport, releaseAsset } from './release-asset.ts'
import { type ReprobeOptions, type ReprobeReport, reprobe } from './reprobe.ts'
import { type RequeueAllOptions, type RequeueAllReport, requeueAll } from './requeue-all.ts'
import { type RequeueOptions, type RequeueReport, requeueVariants } from './requeue-variants.ts'
import type { RuntimeStatus, RuntimeStatusOptions } from './runtime-status/report.ts'
import { runtimeStatus } from './runtime-status/runtime-status.ts'
import { type ScanOptions, type ScanReport, scanOrphans } from './scan-orphans.ts'
import { type ScheduleOptions, schedule } from './schedule.ts'
import { type ScheduledTask, scheduledMaintenance } from './scheduled-maintenance.ts'
import { type SweepOptions, type SweepReport, sweepOrphanedTempFiles } from './sweep-orphaned-temp-files.ts'
import { type VerifyMirrorsOptions, type VerifyMirrorsReport, verifyMirrors } from './verify-mirrors.ts'
import { type VerifyStorageOptions, type VerifyStorageReport, verifyStorage } from './verify-storage.ts'
import type { WalkOptions } from './walk.ts'

/**
 * The verbs that repair and maintain. All are safe to repeat and to run beside workers. Those that work through many
 * items can be interrupted, count the errors of single items, and delete what cannot be made again only with `live`.
 */
export interface Operations<P extends string = string, V extends string = string> {
  /**
   * Reads one asset's original again and writes its content type, kind, dimensions, duration and tracks. `not_found`,
   * `not_deliverable`, `original_missing`, `original_damaged`.
   */
  reprobe(assetId: string, options?: ReprobeOptions): Promise<ReprobeReport>
  /**
   * Promotes a quarantined asset again, from its stored bytes and through the whole gate. Atomic. `not_found`,
   * `invalid_transition`, `storage_object_missing`, `checksum_mismatch`.
   */
  releaseAsset(assetId: string, options?: ReleaseOptions): Promise<ReleaseReport>
  /** Enqueues an asset's failed and cancelled variants again. Atomic. `not_found`, `unknown_variant`. */
  requeueVariants(assetId: string, options?: RequeueOptions<V>): Promise<RequeueReport>
  /**
   * Enqueues failed and cancelled variants of many assets again, by their reason, profile, name and age; without `live`
   * it counts. `unknown_profile`, `unknown_variant`.
   */
  requeueAll(options?: RequeueAllOptions<P>): Promise<RequeueAllReport>
  /**
   * Marks variants of changed recipes as stale, and enqueues stale, missing and newly declared ones. `unknown_profile`,
   * `unknown_variant`.
   */
  regenerateVariants(options?: RegenerateOptions<P>): Promise<RegenerateReport>
  /**
   * Asks the storages for every original and variant object: variants without an object become `missing`, and `ready`
   * when it is found again. `unknown_profile`, `unknown_variant`.
   */
  verifyStorage(options?: VerifyStorageOptions<P>): Promise<VerifyStorageReport>
  /**
   * Compares mirrored storages with their mirrors; with `live` the mirrors follow, and objects that the storage has lost
   * are brought back. `invalid_input` for a storage without mirrors.
   */
  verifyMirrors(options?: VerifyMirrorsOptions): Promise<VerifyMirrorsReport>
  /**
   * Moves assets with their variants and text tracks into another storage; without `live` it counts. Their old objects
   * go when every URL issued before has expired. `invalid_input`, `unknown_profile`, `capability_unsupported`.
   */
  moveStorage(options: MoveStorageOptions<P>): Promise<MoveStorageReport>
  /**
   * Takes what is at a storage's address now for that storage: after it was moved, emptied or exchanged on purpose.
   * With `dryRun` it only looks. `invalid_input`.
   */
  initStorage(storage: string, options?: InitStorageOptions): Promise<InitStorageReport>
  /** Enqueues work again whose job is gone. */
  recoverLostWork(options?: RecoverOptions): Promise<RecoverReport>

  /** Ends expired upload sessions: `expired`, or completed where the file has arrived. */
  abortIncompleteUploads(options?: AbortUploadsOptions): Promise<AbortUploadsReport>
  /** Deletes expired upload sessions with their staged objects; without `live` it counts. */
  cleanupOrphans(options?: CleanupOptions): Promise<CleanupReport>
  /** Finds objects that no row refers to; deletes them with `live`. `capability_unsupported`. */
  scanOrphans(options?: ScanOptions): Promise<ScanReport>
  /** Deletes leftovers of killed processes in this machine's work directory; without `live` it counts. */
  sweepOrphanedTempFiles(options?: SweepOptions): Promise<SweepReport>
  /** Runs the analyzers of the profiles over all originals again, and makes missing placeholders. `unknown_profile`. */
  backfillMetadata(options?: BackfillOptions<P>): Promise<BackfillReport>
  /** Enqueues the purge of assets that have long been unattached; without `live` it counts. `unknown_profile`. */
  purgeUnattached(options?: PurgeUnattachedOptions<P>): Promise<PurgeUnattachedReport>
  /**
   * Enqueues the purge of assets whose time in the trash is over, and of those whose purge a hold has blocked.
   * `unknown_profile`.
   */
  purgeTrashed(options?: PurgeTrashedOptions<P>): Promise<PurgeTrashedReport>
  /**
   * Enqueues the purge of one asset; without `live` it only looks. Refuses an attached asset, unless `detach` is set.
   * Atomic. `not_found`, `conflict`, `asset_held`.
   */
  purgeAsset(assetId: string, options?: PurgeAssetOptions): Promise<PurgeAssetReport>
  /**
   * Purges variants on demand that no page has asked for in a long time; the next request makes them again.
   * `unknown_profile`.
   */
  evictVariants(options?: EvictOptions<P>): Promise<EvictReport>
  /** Deletes old processing runs; without `live` it counts. */
  pruneRuns(options?: PruneRunsOptions): Promise<PruneRunsReport>

  /** Lists the accounts of quotas with their use and their limits, in pages. Changes nothing. `invalid_input`. */
  listQuotas(options?: ListQuotasOptions): Promise<QuotaPage>
  /**
   * Counts what each account of a quota holds again, from the rows of its assets; with `live` it writes what it counted,
   * without it only compares.
   */
  recountQuotas(options?: RecountQuotasOptions): Promise<RecountQuotasReport>

  /** Deletes old events with their deliveries; without `live` it counts. */
  pruneEvents(options?: PruneEventsOptions): Promise<PruneEventsReport>

  /** Lists the targets of events: handlers of profiles, and webhooks. Changes nothing. */
  eventTargets(): Promise<readonly EventTargetStatus[]>
  /** Lists a page of deliveries, the latest event first. `not_found`. */
  listDeliveries(options?: ListDeliveriesOptions): Promise<DeliveryPage>
  /**
   * Delivers events again, with the same ids: one, those of a target, or those of a time. Takes those that were given up
   * and, with `delivered`, the others. `invalid_input`, `not_found`.
   */
  redeliver(options: RedeliverOptions): Promise<RedeliverReport>
  /** Lets the events of a target wait. Atomic. `not_found`. */
  pauseDeliveries(target: string): Promise<PauseReport>
  /** Delivers to a target again that was paused, disabled, or unreachable. Atomic. `not_found`. */
  resumeDeliveries(target: string): Promise<PauseReport>
  /**
   * Forgets a target that is no longer configured, with its deliveries; without `live` it counts. `not_found`,
   * `conflict`.
   */
  forgetTarget(target: string, options?: ForgetTargetOptions): Promise<ForgetTargetReport>

  /** Returns the results that {@link eraseOwner} would have. Changes nothing. `invalid_input`. */
  previewOwnerErasure(owner: Owner, options?: TenantOption): Promise<ErasureReport>
  /**
   * Detaches all assets of the owner, also in the trash; jobs purge those that no other owner has. Assets on hold are
   * reported as `blocked`. Atomic. `invalid_input`.
   */
  eraseOwner(owner: Owner, options?: EraseOwnerOptions): Promise<ErasureReport>
  /**
   * Writes all files of an owner into a directory, with a manifest and checksums. `invalid_input`,
   * `insufficient_disk`.
   */
  exportOwner(owner: Owner, options: ExportOwnerOptions): Promise<ExportOwnerReport>
  /**
   * Returns the results that {@link eraseOwners} would have with the same owners in the same order. Changes nothing.
   */
  previewOwnerErasures(owners: Owners, options?: WalkOptions): Promise<ErasureTotals>
  /** Erases owners one after the other, in a transaction each; errors are counted. */
  eraseOwners(owners: Owners, options?: WalkOptions): Promise<ErasureTotals>

  /** Lists a page of assets by state, profile, owner, reason and time, the latest change first. `unknown_profile`. */
  listAssets(options?: ListAssetsOptions<P>): Promise<AssetPage<P>>
  /** Lists a page of variants by the same criteria. `unknown_profile`. */
  listVariants(options?: ListVariantsOptions<P>): Promise<VariantPage>
  /** Lists the storages with their contents, the assets left to move, and the lag of mirrors. Changes nothing. */
  listStorages(options?: ListStoragesOptions): Promise<readonly StorageStatus[]>
  /**
   * Reports degraded and stuck work, with the verb that repairs it: one bounded snapshot. Changes nothing.
   * `unknown_profile`.
   */
  runtimeStatus(options?: RuntimeStatusOptions<P>): Promise<RuntimeStatus>

  /**
   * Does `work` for a person, and records it in one row, whatever its outcome; an error of `work` is thrown again.
   * `invalid_input`.
   */
  actAsOperator<R extends object | void>(action: OperatorAction, work: (note: NoteNumbers) => Promise<R>): Promise<R>
  /** Lists a page of the actions of operators, the latest first. Changes nothing. `invalid_input`. */
  operatorActions(options?: OperatorActionsOptions): Promise<OperatorActionPage>

  /**
   * Registers cron jobs for these verbs, in UTC, on the queue `rindle_maintenance`. By default uploads are aborted,
   * storage is verified and the trash is purged, and every other verb that deletes runs dry. Each call replaces the last. `invalid_input`.
   */
  schedule(options?: ScheduleOptions<P>): Promise<void>
  /**
   * Lists the scheduled tasks: their next run, their last run, and its results. Changes nothing.
   * `capability_unsupported` where the jobs adapter has no schedules.
   */
  scheduledMaintenance(): Promise<readonly ScheduledTask[]>
}

/** Returns the verbs of one instance. */
export function operationsOf(runtime: Runtime): Operations {
  return {
    reprobe: (assetId, options) => reprobe(runtime, assetId, options),
    releaseAsset: (assetId, options) => releaseAsset(runtime, assetId, options),
    requeueVariants: (assetId, options) => requeueVariants(runtime, assetId, options),
    requeueAll: (options) => requeueAll(runtime, options),
    regenerateVariants: (options) => regenerateVariants(runtime, options),
    verifyStorage: (options) => verifyStorage(runtime, options),
    verifyMirrors: (options) => verifyMirrors(runtime, options),
    moveStorage: (options) => moveStorage(runtime, options),
    initStorage: (storage, options) => initStorage(runtime, storage, options),
    recoverLostWork: (options) => recoverLostWork(runtime, options),
    abortIncompleteUploads: (options) => abortIncompleteUploads(runtime, options),
    cleanupOrphans: (options) => cleanupOrphans(runtime, options),
    scanOrphans: (options) => scanOrphans(runtime, options),
    sweepOrphanedTempFiles: (options) => sweepOrphanedTempFiles(runtime, options),
    backfillMetadata: (options) => backfillMetadata(runtime, options),
    purgeUnattached: (options) => purgeUnattached(runtime, options),
    purgeTrashed: (options) => purgeTrashed(runtime, options),
    purgeAsset: (assetId, options) => purgeAsset(runtime, assetId, options),
    evictVariants: (options) => evictVariants(runtime, options),
    pruneRuns: (options) => pruneRuns(runtime, options),
    listQuotas: (options) => listQuotas(runtime, options),
    recountQuotas: (options) => recountQuotas(runtime, options),
    pruneEvents: (options) => pruneEvents(runtime, options),
    eventTargets: () => eventTargets(runtime),
    listDeliveries: (options) => listDeliveries(runtime, options),
    redeliver: (options) => redeliver(runtime, options),
    pauseDeliveries: (target) => pauseDeliveries(runtime, target),
    resumeDeliveries: (target) => resumeDeliveries(runtime, target),
    forgetTarget: (target, options) => forgetTarget(runtime, target, options),
    previewOwnerErasure: (owner, options) => previewOwnerErasure(runtime, owner, options),
    eraseOwner: (owner, options) => eraseOwner(runtime, owner, options),
    exportOwner: (owner, options) => exportOwner(runtime, owner, options),
    previewOwnerErasures: (owners, options) => previewOwnerErasures(runtime, owners, options),
    eraseOwners: (owners, options) => eraseOwners(runtime, owners, options),
    listAssets: (options) => listAssets(runtime, options),
    listVariants: (options) => listVariants(runtime, options),
    listStorages: (options) => listStorages(runtime, options),
    runtimeStatus: (options) => runtimeStatus(runtime, options),
    actAsOperator: (action, work) => actAsOperator(runtime, action, work),
    operatorActions: (options) => operatorActions(runtime, options),
    schedule: (options) => schedule(runtime, options),
    scheduledMaintenance: () => scheduledMaintenance(runtime),
  }
}
