export { type DatabaseSource, fromPgClient, type PooledSource, type SqlExecutor } from '@rindle/prisma'
export type { HoldOptions, UnholdOptions } from './assets/hold.ts'
export type { MergeMetadataOptions } from './assets/merge-metadata.ts'
export type { AssetParts, AssetReference, AssetWithVariants } from './assets/read.ts'
export type { AttachOptions } from './attachments/attach.ts'
export type { AttachUploadedOptions } from './attachments/attach-uploaded.ts'
export type { DetachOptions } from './attachments/detach.ts'
export type { AttachmentWithAsset } from './attachments/read.ts'
export { type RestoreOptions, type RestoreReport, WHEN_TAKEN, type WhenTaken } from './attachments/restore.ts'
export type { TrashOptions, TrashReport } from './attachments/trash.ts'
export type { TrashAndHolds } from './attachments/trash-and-holds.ts'
export { createRindle, type ImagesOptions, type RindleOptions, type StreamsOptions } from './create-rindle.ts'
export type { Delivery } from './delivery/delivery.ts'
export type { FileAnswer, FileCall } from './delivery/files/file-answer.ts'
export type { ServeFileOptions } from './delivery/files/serve-file.ts'
export type { FamilyUrlOptions } from './delivery/images/family-url.ts'
export type { ServeImageOptions } from './delivery/images/serve-image.ts'
export type {
  FamilyPictureOptions,
  Picture,
  PictureFamily,
  PictureImage,
  PictureOptions,
  PictureSource,
  PictureStyle,
  ShownPictureOptions,
  VariantPictureOptions,
} from './delivery/markup/picture.ts'
export { type Placeholder, placeholderOf } from './delivery/markup/placeholder.ts'
export type {
  AudioAttributes,
  AudioOptions,
  Player,
  PlayerSource,
  Track,
  VideoAttributes,
  VideoOptions,
} from './delivery/markup/player.ts'
export type { MarkupOptions } from './delivery/markup/shown-files.ts'
export type { ServeStreamOptions } from './delivery/streams/serve-stream.ts'
export type { StreamUrlOptions } from './delivery/streams/stream-url.ts'
export type { Disposition } from './delivery/urls/disposition.ts'
export type { IssueOptions } from './delivery/urls/issue-url.ts'
export type { UrlOptions, VariantUrlOptions } from './delivery/urls/url.ts'
export type { AssetUrls, UrlsForOptions } from './delivery/urls/urls-for.ts'
export type { AcceptOptions, ExtensionMismatch } from './domain/accept.ts'
export type { ChosenOrder } from './domain/chosen-order.ts'
export type {
  Asset,
  Attachment,
  Focus,
  Hold,
  MediaTrack,
  ObjectAddress,
  Owner,
  ProcessingRun,
  TrashedAttachment,
  UploadSession,
  Variant,
} from './domain/entities.ts'
export {
  ERROR_CODES,
  type ErrorCode,
  isRindleError,
  type Json,
  type JsonObject,
  RindleError,
  type RindleErrorOptions,
} from './domain/errors.ts'
export type { RejectionReason } from './domain/gate.ts'
export {
  DELIVERY_STATES,
  type DeliveryState,
  type HandlerName,
  HOOK_EVENT_TYPES,
  type HookEventType,
} from './domain/hook-events.ts'
export type { InvalidOption } from './domain/option-problems.ts'
export type { MetadataPolicy } from './domain/original-metadata.ts'
export { QUEUE_NAMES, type QueueName, type RefusedQueues } from './domain/queues.ts'
export { REASONS, type RowReason, reasonMeaning } from './domain/reasons.ts'
export type { Recipe, RecipeFacts, RecipeSource } from './domain/recipe.ts'
export type { FamilyMaking, FamilyRecipe, RecipeFamily } from './domain/recipe-family.ts'
export type { StaleMode } from './domain/stale-policy.ts'
export {
  ASSET_KINDS,
  ASSET_STATES,
  type AssetKind,
  type AssetState,
  DELIVERABLE_STATES,
  isDeliverable,
  type Lane,
  OUTPUT_KINDS,
  type OutputKind,
  RUN_STATES,
  type RunState,
  SESSION_STATES,
  type SessionState,
  TRACK_KINDS,
  type TrackKind,
  UPLOAD_STRATEGIES,
  type UploadStrategy,
  VARIANT_STATES,
  type VariantState,
} from './domain/states.ts'
export type { StreamFamily, StreamRecipe, StreamRole } from './domain/stream-family.ts'
export { ASSET_TRANSITIONS, SESSION_TRANSITIONS, VARIANT_TRANSITIONS } from './domain/transitions.ts'
export type { ContentType } from './domain/type-tables/content-type.ts'
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
export type { DrainOptions, DrainReport } from './jobs/drain.ts'
export type { LiveWorker } from './jobs/live-workers.ts'
export type { WorkOptions } from './jobs/work.ts'
export type { FetchNetwork } from './kernel/outbound/fetch-network.ts'
export type { Lookup } from './kernel/outbound/guarded-agent.ts'
export type { RunningWorkers, WorkersHealth } from './kernel/running-workers.ts'
export type { TenantOption } from './kernel/sql/of-tenant.ts'
export type { TransactionHandle } from './kernel/unit-of-work.ts'
export type { MirrorLag } from './mirrors/mirror-changes.ts'
export { mirrored } from './mirrors/mirrored.ts'
export type { OwnFiles } from './objects/own-files.ts'
export type { StoreOptions, StoreVariantOptions } from './objects/store.ts'
export type { KeyUrlOptions } from './objects/url-for-key.ts'
export type {
  CheckInvariantsOptions,
  InvariantReport,
  Violation,
  ViolationClass,
} from './operations/check-invariants.ts'
export type { EventTargetStatus } from './operations/deliveries/event-targets.ts'
export type { ForgetTargetOptions, ForgetTargetReport } from './operations/deliveries/forget-target.ts'
export type { DeliveryPage, EventDelivery, ListDeliveriesOptions } from './operations/deliveries/list-deliveries.ts'
export type { PauseReport } from './operations/deliveries/pause-deliveries.ts'
export type { PruneEventsOptions, PruneEventsReport } from './operations/deliveries/prune-events.ts'
export type { RedeliverOptions, RedeliverReport } from './operations/deliveries/redeliver.ts'
export type { DoctorCheck, DoctorOptions, DoctorReport } from './operations/doctor/doctor.ts'
export type { BlockedErasure, EraseOwnerOptions, ErasureReport } from './operations/erase-owner.ts'
export type { ErasureTotals, Owners } from './operations/erase-owners.ts'
export type { EvictOptions, EvictReport } from './operations/evict-variants.ts'
export type { ExportedAsset, ExportedTrack, ExportManifest } from './operations/export/export-manifest.ts'
export type { ExportOwnerOptions, ExportOwnerReport } from './operations/export/export-owner.ts'
export type { OwnedAttachment } from './operations/export/owned-assets.ts'
export type { InitStorageOptions, InitStorageReport } from './operations/init-storage.ts'
export type { AssetPage, ListAssetsOptions } from './operations/list/list-assets.ts'
export type { ListVariantsOptions, VariantPage } from './operations/list/list-variants.ts'
export type { ListingOptions } from './operations/list/listing.ts'
export type { ListStoragesOptions, StorageStatus, StoredProfile } from './operations/list-storages.ts'
export type { MoveStorageOptions, MoveStorageReport } from './operations/move/move-storage.ts'
export type { Operations } from './operations/operations.ts'
export {
  type NoteNumbers,
  OPERATOR_OUTCOMES,
  type OperatorAction,
  type OperatorActionPage,
  type OperatorActionsOptions,
  type OperatorOutcome,
  type RecordedAction,
} from './operations/operator-log.ts'
export type { Orphan } from './operations/orphan-candidates.ts'
export type { PruneRunsOptions, PruneRunsReport } from './operations/prune-runs.ts'
export type { PurgeAssetOptions, PurgeAssetReport } from './operations/purge-asset.ts'
export type { PurgeTrashedOptions, PurgeTrashedReport } from './operations/purge-trashed.ts'
export type { PurgeUnattachedOptions, PurgeUnattachedReport } from './operations/purge-unattached.ts'
export type {
  ListQuotasOptions,
  QuotaAccount,
  QuotaDrift,
  QuotaPage,
  RecountQuotasOptions,
  RecountQuotasReport,
} from './operations/quotas.ts'
export type { RecoverOptions, RecoverReport } from './operations/recover-lost-work.ts'
export type { RegenerateOptions, RegenerateReport, UndeclaredVariants } from './operations/regenerate-variants.ts'
export type { ReleaseOptions, ReleaseReport } from './operations/release-asset.ts'
export type { ReprobedField, ReprobeOptions, ReprobeReport } from './operations/reprobe.ts'
export type { RequeueAllOptions, RequeueAllReport } from './operations/requeue-all.ts'
export type { RequeueOptions, RequeueReport } from './operations/requeue-variants.ts'
export { STATUS_DEFAULTS, type StatusDefault } from './operations/runtime-status/classes.ts'
export { GAUGES } from './operations/runtime-status/gauges.ts'
export {
  type QueueStatus,
  type RecipeChange,
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
export type { VerifyMirrorsOptions, VerifyMirrorsReport } from './operations/verify-mirrors.ts'
export type { VerifyStorageOptions, VerifyStorageReport } from './operations/verify-storage.ts'
export type { WalkOptions, WalkProgress } from './operations/walk.ts'
export type { Analyzer } from './ports/analyzer.ts'
export type { AssetDelivery, Authorizer, DeliveryRequest, KeyDelivery } from './ports/authorizer.ts'
export type { DeliverySigner, SignDeliveryOptions } from './ports/delivery-signer.ts'
export { CHECK_STATUSES, type CheckStatus } from './ports/diagnosis.ts'
export type { HookContext, HookEvent, HookHandler, HookHandlers, WebhookOptions } from './ports/hooks.ts'
export type { JobsAdapter } from './ports/jobs.ts'
export { jsonLogger, type LogFields, type Logger, silentLogger, stderrLogger } from './ports/logger.ts'
export type { Processor, SourceFile } from './ports/processor.ts'
export type { Quota, QuotaRequest, QuotaRule } from './ports/quota.ts'
export type { ScanInput, Scanner, ScanVerdict } from './ports/scanner.ts'
export type {
  ConditionalOptions,
  ListedObject,
  SignedRequest,
  StorageAdapter,
  StorageCallOptions,
  StorageCapability,
  StoredObject,
  UploadedPart,
} from './ports/storage.ts'
export type { Gauge, GaugeReading, Telemetry } from './ports/telemetry.ts'
export { defineProfile } from './profile/define-profile.ts'
export type {
  AnyProfiles,
  FamilyName,
  ProfileName,
  Profiles,
  ProfileWith,
  SlotName,
  StreamName,
  VariantName,
} from './profile/names.ts'
export type {
  AnyProfile,
  Cardinality,
  Declared,
  DeliveryOptions,
  Family,
  FamilyMember,
  Makes,
  NoNames,
  OriginalsOptions,
  PlaceholderMode,
  Profile,
  ProfileOptions,
  PurgeOptions,
  RegenerateMode,
  SlotOption,
  SlotRules,
  Slots,
  StorageChoice,
  Stream,
  StreamMember,
} from './profile/profile.ts'
export type {
  AssetOf,
  Assets,
  Attachments,
  Diagnostics,
  DirectUploads,
  FetchedUploads,
  Instance,
  ProxiedUploads,
  Rindle,
  TenantRindle,
  UploadSessions,
} from './rindle.ts'
export { type FromEnvOptions, rindleFromEnv } from './rindle-from-env.ts'
export type { AddTrackOptions } from './tracks/add-track.ts'
export type { RemoveTrackOptions } from './tracks/remove-track.ts'
export type {
  Adoption,
  AdoptionPreview,
  AdoptOptions,
  AdoptPlace,
  AdoptSource,
} from './uploads/adopted/adopt-options.ts'
export type { AdoptedUploads } from './uploads/adopted/adopted-uploads.ts'
export type { ForeignObjectsOptions } from './uploads/adopted/foreign-objects.ts'
export type { UploadedAsset } from './uploads/asset-with-uploader.ts'
export type { AttachTo } from './uploads/attach-to.ts'
export type { InspectedUpload, VerifiedUpload } from './uploads/complete.ts'
export type { CompletedPart } from './uploads/direct/multipart.ts'
export type { UploadFromOptions } from './uploads/fetched/upload-from.ts'
export type { InitiateMultipartOptions, MultipartUpload } from './uploads/initiate.ts'
export type { InitiateOptions } from './uploads/plan-upload.ts'
export type { ReceivedUpload, ReceiveOptions } from './uploads/proxied/receive.ts'
export type { Base64Source, UploadSource } from './uploads/proxied/upload-source.ts'
export type { ConcatenateOptions } from './uploads/resumable/concatenate.ts'
export type { ResumableUploads } from './uploads/resumable/resumable-uploads.ts'
export type { InitiateResumableOptions, ResumableSession } from './uploads/resumable/session.ts'
export type { CompleteResumable } from './uploads/resumable/upload-resumable.ts'
export type { UploadOrigin } from './uploads/upload-origin.ts'
export type { CancelOptions } from './variants/cancel.ts'
export type { SetFocusOptions } from './variants/set-focus.ts'
