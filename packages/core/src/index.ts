export type { Database, DatabaseSource } from '@rindle/prisma'
export { fromPgClient, prepareSession, type SqlExecutor } from '@rindle/prisma'
export type { AssetReference, AttachOptions } from './attachments/attach.ts'
export type { DetachOptions } from './attachments/detach.ts'
export type { AssetWithVariants, AttachmentWithAsset } from './attachments/read.ts'
export { createRindle, type RindleOptions } from './create-rindle.ts'
export type { Disposition } from './delivery/disposition.ts'
export * from './delivery/equals-in-constant-time.ts'
export type { IssueOptions } from './delivery/issue-url.ts'
export type { Picture, PictureImage, PictureOptions, PictureSource } from './delivery/picture.ts'
export type {
  AudioAttributes,
  AudioOptions,
  Player,
  PlayerSource,
  Track,
  VideoAttributes,
  VideoOptions,
} from './delivery/player.ts'
export type { ServeFileOptions } from './delivery/serve-file.ts'
export type { MarkupOptions } from './delivery/shown-files.ts'
export type { UrlOptions, VariantUrlOptions } from './delivery/url.ts'
export type { KeyUrlOptions } from './delivery/url-for-key.ts'
export type { AssetUrls, UrlsForOptions } from './delivery/urls-for.ts'
export * from './domain/aggregate.ts'
export * from './domain/content-types.ts'
export * from './domain/counted.ts'
export * from './domain/digest.ts'
export * from './domain/entities.ts'
export * from './domain/error-text.ts'
export * from './domain/errors.ts'
export * from './domain/filename.ts'
export * from './domain/image-formats.ts'
export * from './domain/keys.ts'
export * from './domain/queues.ts'
export * from './domain/reasons.ts'
export * from './domain/recipe-facts.ts'
export * from './domain/recipe-options.ts'
export * from './domain/recipes.ts'
export * from './domain/stale-policy.ts'
export * from './domain/states.ts'
export * from './domain/transitions.ts'
export * from './domain/untrusted-metadata.ts'
export type { AssetChange, ChangeListener, ChangeSubscription } from './events/changes.ts'
export type { EventListener } from './events/event-bus.ts'
export type {
  EventMap,
  EventName,
  Measurements,
  Operation,
  RepairMetadata,
  ResumableMetadata,
  RindleEvent,
  TranscodeMetadata,
} from './events/event-map.ts'
export type { StoreOptions, StoreVariantOptions } from './objects/store.ts'
export type {
  CheckInvariantsOptions,
  InvariantReport,
  Violation,
  ViolationClass,
} from './operations/check-invariants.ts'
export type { DoctorCheck, DoctorOptions, DoctorReport } from './operations/doctor/doctor.ts'
export type { EraseOwnerOptions, ErasureReport } from './operations/erase-owner.ts'
export type { ErasureTotals, Owners } from './operations/erase-owners.ts'
export type { InitStorageReport } from './operations/init-storage.ts'
export type { AssetPage, ListAssetsOptions } from './operations/list/list-assets.ts'
export type { ListVariantsOptions, VariantPage } from './operations/list/list-variants.ts'
export type { ListingOptions } from './operations/list/listing.ts'
export type { Operations } from './operations/operations.ts'
export type { Orphan } from './operations/orphan-candidates.ts'
export type { PruneRunsOptions, PruneRunsReport } from './operations/prune-runs.ts'
export type { PurgeAssetOptions, PurgeAssetReport } from './operations/purge-asset.ts'
export type { PurgeUnattachedOptions, PurgeUnattachedReport } from './operations/purge-unattached.ts'
export type { RecoverOptions, RecoverReport } from './operations/recover-lost-work.ts'
export type { RegenerateOptions, RegenerateReport, UndeclaredVariants } from './operations/regenerate-variants.ts'
export type { ReleaseOptions, ReleaseReport } from './operations/release-asset.ts'
export type { ReprobedField, ReprobeOptions, ReprobeReport } from './operations/reprobe.ts'
export type { RequeueOptions, RequeueReport } from './operations/requeue-variants.ts'
export { STATUS_DEFAULTS, type StatusDefault } from './operations/runtime-status/classes.ts'
export { GAUGES } from './operations/runtime-status/gauges.ts'
export {
  type QueueStatus,
  type RuntimeStatus,
  type RuntimeStatusOptions,
  STATUS_CLASSES,
  STATUS_SEVERITIES,
  type StateCounts,
  type StatusClass,
  type StatusExample,
  type StatusFinding,
  type StatusRecommendation,
  type StatusSeverity,
  type StatusVerb,
} from './operations/runtime-status/report.ts'
export type { ScanOptions, ScanReport } from './operations/scan-orphans.ts'
export type { Scheduled, ScheduledOnRequest, ScheduleOptions } from './operations/schedule.ts'
export type { MaintenanceRun, ScheduledTask } from './operations/scheduled-maintenance.ts'
export type { StoppedStorage, StopReason } from './operations/storage-watch.ts'
export type { SweepOptions, SweepReport } from './operations/sweep-orphaned-temp-files.ts'
export type { VerifyStorageOptions, VerifyStorageReport } from './operations/verify-storage.ts'
export type { WalkOptions, WalkProgress } from './operations/walk.ts'
export type { Analyzer } from './ports/analyzer.ts'
export type { AssetDelivery, Authorizer, DeliveryRequest, KeyDelivery } from './ports/authorizer.ts'
export * from './ports/diagnosis.ts'
export * from './ports/jobs.ts'
export {
  type CodedLogger,
  errorFields,
  jsonLogger,
  type LogFields,
  type Logger,
  silentLogger,
  stderrLogger,
} from './ports/logger.ts'
export type * from './ports/processor.ts'
export type { ScanInput, Scanner, ScanVerdict } from './ports/scanner.ts'
export * from './ports/storage.ts'
export type { Gauge, GaugeReading, RecordedEvent, SpanOptions, Telemetry, TraceContext } from './ports/telemetry.ts'
export { defineProfile } from './profile/define-profile.ts'
export { type Problem, problemsOf } from './profile/problems.ts'
export type {
  AcceptOptions,
  DeclaredVariant,
  DeliveryOptions,
  ExtensionMismatch,
  Profile,
  ProfileOptions,
} from './profile/profile.ts'
export type { RejectionReason } from './promotion/gate.ts'
export type {
  AssetOf,
  AttachTo,
  ProfileName,
  Profiles,
  Rindle,
  SlotName,
  VariantName,
} from './rindle.ts'
export type { TransactionHandle } from './unit-of-work.ts'
export { type BodyLimits, DEFAULT_BODY_LIMITS } from './uploads/body-pace.ts'
export type { ConcatenateOptions } from './uploads/concatenate.ts'
export * from './uploads/disposable-chunks.ts'
export type { InitiateMultipartOptions, InitiateOptions, MultipartUpload } from './uploads/initiate.ts'
export type { CompletedPart } from './uploads/multipart.ts'
export { type PartPlan, planParts } from './uploads/part-plan.ts'
export type { ReceivedUpload, ReceiveOptions } from './uploads/receive.ts'
export type { InitiateResumableOptions, ResumableSession } from './uploads/resumable.ts'
export type { AppendBodyOptions, ResumableWriter, WriteResumableOptions } from './uploads/resumable-writer.ts'
export type { UploadSource } from './uploads/upload-source.ts'
export type { InspectedUpload, VerifiedUpload } from './uploads/verify-completion.ts'
export type { CancelOptions } from './variants/cancel.ts'
export type { WorkOptions } from './work.ts'
export type { LiveWorker } from './workers/live-workers.ts'
export type { RunningWorkers, WorkersHealth } from './workers/running-workers.ts'
