// For authors of adapters and of servers that speak an upload protocol. Applications need none of this.
export { type Database, prepareSession } from '@rindle/prisma'
export { unlessStalled } from './delivery/files/idle-timeout.ts'
export { canonicalContentType, extensionFor, extensionsOf, isActiveContent } from './domain/content-types.ts'
export { counted } from './domain/counted.ts'
export { codeOf, errorText } from './domain/error-text.ts'
export {
  type FilePatch,
  type FilePiece,
  type FileRange,
  lengthOfPieces,
  patchedPieces,
  type RepeatedByte,
} from './domain/file-pieces.ts'
export { httpStatusOf } from './domain/http-status.ts'
export {
  canBeginKey,
  companionKey,
  companionOwner,
  companionPrefix,
  isKey,
  isReadableKey,
  normalizeKey,
  readableKey,
  STAGING_PREFIX,
} from './domain/keys.ts'
export { checkOptions, type OptionIssue, problemsOf } from './domain/option-problems.ts'
export type { MetadataRemoval } from './domain/original-metadata.ts'
export { type DeadLetterQueueName, deadLetterQueue, QUEUES, type QueueDefinition } from './domain/queues.ts'
export { type KnownRecipe, readRecipe } from './domain/read-recipe.ts'
export { withFocus } from './domain/recipe.ts'
export {
  type AnyRecipeKind,
  type KindFacts,
  type OptionsOf,
  type OptionsSchema,
  type ReadRecipe,
  type RecipeKind,
  type RecipeKindDefinition,
  recipeKind,
} from './domain/recipe-kind.ts'
export { isSettledState } from './domain/states.ts'
export { UNKNOWN_CONTENT_TYPE } from './domain/type-lookup.ts'
export { defaultConcurrency } from './jobs/default-concurrency.ts'
export { actorIdOf } from './kernel/actor-id.ts'
export { BoundedMap } from './kernel/bounded-map.ts'
export { bytesBody, bytesIn } from './kernel/bytes-body.ts'
export { disposeChunk, isDisposable, markDisposable } from './kernel/disposable-chunks.ts'
export { type Doorbell, doorbell } from './kernel/doorbell.ts'
export { equalsInConstantTime } from './kernel/equals-in-constant-time.ts'
export {
  type FailureResponseOptions,
  failureResponse,
  type ProblemMembers,
  problemResponse,
} from './kernel/problem-response.ts'
export { assertQueue, assertRegistrations } from './kernel/registrations.ts'
export { type Match, matchRoute, type Route, routesOf } from './kernel/routes.ts'
export { expiredLink, invalidLink, MAX_TOKEN_LENGTH, type SignedTokens, signedTokens } from './kernel/signed-tokens.ts'
export { assertByteRange, assertListLimit } from './kernel/storage-adapter/arguments.ts'
export { abortedOr, attemptCall } from './kernel/storage-adapter/attempt-call.ts'
export { type BodyPart, type CutOptions, cutBody } from './kernel/storage-adapter/body-parts.ts'
export {
  type BytesCheck,
  type DeclaredBytes,
  declaredBytes,
  type HashingCheck,
  hashingCheck,
} from './kernel/storage-adapter/declared-bytes.ts'
export { deliverThrough, isDeliverySigner } from './kernel/storage-adapter/deliver-through.ts'
export { openDownloadFile, writeDownload } from './kernel/storage-adapter/download-file.ts'
export { FAILURES_OF_MACHINE, type FailureOfMachine } from './kernel/storage-adapter/failures-of-machine.ts'
export { type PartBuffer, partBuffer } from './kernel/storage-adapter/part-buffer.ts'
export { type ShareWorkOptions, shareWork } from './kernel/storage-adapter/share-work.ts'
export {
  etagDiffers,
  type StorageCall,
  type StorageFailure,
  storageError,
} from './kernel/storage-adapter/storage-error.ts'
export { walk } from './operations/walk.ts'
export { defineProcessor, type ProcessorDefinition } from './ports/define-processor.ts'
export type { DiagnosisContext, Finding } from './ports/diagnosis.ts'
export {
  type DeadJob,
  type InsertedRows,
  JOBS_CAPABILITIES,
  type JobRequest,
  type JobSchedule,
  type JobsCapability,
  type JobsContext,
  type QueueCounts,
  type RunningJob,
  type TakeOptions,
  type WorkerRegistration,
  type Workers,
} from './ports/jobs.ts'
export { type CodedLogger, errorFields, safeLogger } from './ports/logger.ts'
export type {
  ExtractedSubtitles,
  ExtractOptions,
  MediaLimits,
  MetadataRemover,
  ProbeOptions,
  ProbeResult,
  ProcessedOutput,
  ProcessorContext,
  ProcessorDiagnosisContext,
  ProcessRequest,
  RemoveMetadataOptions,
  ThumbHashOptions,
  VariantOutcome,
  VariantRequest,
} from './ports/processor.ts'
export {
  type AppendOptions,
  type BodyOptions,
  type ByteRange,
  type CopyOptions,
  type GetOptions,
  type KnownStorage,
  type ListedObject,
  type ListOptions,
  type Mirroring,
  type MultipartStorage,
  type OpenedToken,
  type OpenFile,
  type OpenMultipartUpload,
  type PutOptions,
  type ResumableState,
  type ResumableStorage,
  type SignGetOptions,
  type SignPutOptions,
  STORAGE_CAPABILITIES,
  type StorageDiagnosisContext,
  type StoredBody,
} from './ports/storage.ts'
export type { CopyFromOptions, StoragePlace } from './ports/storage-place.ts'
export type { RecordedEvent, SpanOptions, TraceContext } from './ports/telemetry.ts'
export { authorizeUpload, type UploadGrant, type UploadPlace } from './uploads/authorize-upload.ts'
export { type BodyLimits, BodyPace, DEFAULT_BODY_LIMITS } from './uploads/body-pace.ts'
export { type PartPlan, planParts } from './uploads/direct/part-plan.ts'
export type { AppendBodyOptions, ResumableWriter, WriteResumableOptions } from './uploads/resumable/writer.ts'
