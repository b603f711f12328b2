import type { PrismaClient, SqlExecutor } from '@rindle/prisma'
import type { MergeMetadataOptions } from './assets/merge-metadata.ts'
import type { AssetWithVariants } from './assets/read.ts'
import type { AttachOptions } from './attachments/attach.ts'
import type { AttachUploadedOptions } from './attachments/attach-uploaded.ts'
import type { DetachOptions } from './attachments/detach.ts'
import type { AttachmentWithAsset } from './attachments/read.ts'
import type { TrashAndHolds } from './attachments/trash-and-holds.ts'
import type { Delivery } from './delivery/delivery.ts'
import type { Asset, Attachment, Focus, MediaTrack, Owner, UploadSession, Variant } from './domain/entities.ts'
import type { JsonObject } from './domain/errors.ts'
import type { ChangeListener, ChangeSubscription } from './events/changes.ts'
import type { EventListener } from './events/event-bus.ts'
import type { EventName } from './events/event-map.ts'
import type { DrainOptions, DrainReport } from './jobs/drain.ts'
import type { LiveWorker } from './jobs/live-workers.ts'
import type { WorkOptions } from './jobs/work.ts'
import type { RunningWorkers } from './kernel/running-workers.ts'
import type { TransactionHandle } from './kernel/unit-of-work.ts'
import type { OwnFiles } from './objects/own-files.ts'
import type { CheckInvariantsOptions, InvariantReport } from './operations/check-invariants.ts'
import type { DoctorOptions, DoctorReport } from './operations/doctor/doctor.ts'
import type { Operations } from './operations/operations.ts'
import type { SignedRequest, UploadedPart } from './ports/storage.ts'
import type { GaugeReading } from './ports/telemetry.ts'
import type { AnyProfiles, ProfileName, Profiles, ProfileWith, SlotName, VariantName } from './profile/names.ts'
import type { TENANT_SCOPES } from './tenant-scopes.ts'
import type { AddTrackOptions } from './tracks/add-track.ts'
import type { RemoveTrackOptions } from './tracks/remove-track.ts'
import type { AdoptedUploads } from './uploads/adopted/adopted-uploads.ts'
import type { UploadedAsset } from './uploads/asset-with-uploader.ts'
import type { AttachTo } from './uploads/attach-to.ts'
import type { InspectedUpload, VerifiedUpload } from './uploads/complete.ts'
import type { CompletedPart } from './uploads/direct/multipart.ts'
import type { UploadFromOptions } from './uploads/fetched/upload-from.ts'
import type { InitiateMultipartOptions, MultipartUpload } from './uploads/initiate.ts'
import type { InitiateOptions } from './uploads/plan-upload.ts'
import type { ReceivedUpload, ReceiveOptions } from './uploads/proxied/receive.ts'
import type { UploadSource } from './uploads/proxied/upload-source.ts'
import type { ResumableUploads } from './uploads/resumable/resumable-uploads.ts'
import type { CancelOptions } from './variants/cancel.ts'
import type { SetFocusOptions } from './variants/set-focus.ts'

/** An asset with a profile that the compiler knows. */
export type AssetOf<P extends string> = { readonly id: string; readonly profile: P }

/** The instance itself: its life cycle, its workers, and its events. */
export interface Instance<Ps extends AnyProfiles = Profiles> {
  /** The version of this package. */
  readonly version: string
  /** The generated Prisma client: the typed read model of Rindle's tables. Made on first use. */
  readonly prisma: PrismaClient
  /** The configured profiles. */
  readonly profiles: Ps
  /**
   * Acquires the adapters' resources and prepares the queues. Safe to repeat. `setup_incomplete` without migrations.
   */
  start(): Promise<void>
  /** Stops workers (waiting for running jobs), then releases everything. Safe to repeat. */
  stop(): Promise<void>
  /**
   * Starts workers in this process. Queues whose program this machine lacks are left to other workers, and checked
   * again every minute; a named one is an error: `setup_incomplete`. Several calls may share the queues among them. A
   * call that repeats another gets the workers that run already; `conflict` for a queue that other workers of this
   * instance serve.
   */
  work(options?: WorkOptions): Promise<RunningWorkers>
  /** Does the work that is due, for at most `maxSeconds`, then returns. `invalid_input`, `setup_incomplete`. */
  drain(options: DrainOptions): Promise<DrainReport>
  /**
   * The workers of all processes that take jobs now, the longest running first. Workers of a dead process stay in the
   * list for up to a minute.
   */
  liveWorkers(): Promise<readonly LiveWorker[]>
  /** Calls `listener` for every event of that name in this process; returns the function that removes it. */
  // Written out, so that the compiler's message about an unknown name shows the names.
  on<N extends { [E in EventName]: E }[EventName]>(name: N, listener: EventListener<N>): () => void
  /**
   * Calls `listener` for every change of one asset and its variants, including progress, by any process, after its
   * commit. Needs a database opened from a URL or a pool.
   */
  subscribe(asset: { readonly assetId: string }, listener: ChangeListener): Promise<ChangeSubscription>
  /**
   * Returns the same instance for one tenant: uploads get the tenant, lists see only its assets, and ids of other tenants
   * are `not_found`. `null`: for everything that belongs to no tenant. Costs one query by key for a verb that takes an
   * id. `invalid_input` for a text that is no name of a tenant.
   */
  forTenant(tenant: string | null): TenantRindle<Ps>
  /**
   * Wraps a transaction of the application, so that its events follow the commit: pass the handle as `tx`, and call its
   * `afterCommit()` after the commit. With a bare executor the events travel with the job instead.
   */
  withTransaction(tx: SqlExecutor): TransactionHandle
}

/** Uploads whose bytes pass through the application. */
export interface ProxiedUploads<Ps extends AnyProfiles = Profiles> {
  /**
   * Streams a file through the application: sniffed, measured, hashed and stored in one pass, then its row and its
   * promote job (and, with `owner` and `slot`, its attachment) in one transaction. `upload_rejected`.
   */
  upload<P extends keyof Ps & string>(
    profile: P,
    source: UploadSource,
    options?: ReceiveOptions & AttachTo<SlotName<Ps, P> & string>,
  ): Promise<Asset<P>>
  /**
   * Does the part of {@link upload} that touches storage. Call it before a transaction of the application, then
   * {@link register} inside. `upload_rejected`.
   */
  receive<P extends keyof Ps & string>(
    profile: P,
    source: UploadSource,
    options?: ReceiveOptions,
  ): Promise<ReceivedUpload<P>>
  /** Writes the rows of an {@link upload}: asset, session, promote job and, when given, attachment. Atomic. */
  register<P extends keyof Ps & string>(
    received: ReceivedUpload<P>,
    options?: { readonly tx?: SqlExecutor } & AttachTo<SlotName<Ps, P> & string>,
  ): Promise<Asset<P>>
  /**
   * Deletes received bytes, unless they are registered. Call it when your transaction failed, even if you do not know
   * whether it committed. Safe to repeat.
   */
  discard(received: ReceivedUpload): Promise<void>
}

/** Uploads whose bytes a worker fetches. */
export interface FetchedUploads<Ps extends AnyProfiles = Profiles> {
  /**
   * Begins an upload from a URL; a job fetches the file, from public addresses alone, and continues where it stopped. A verdict
   * (404, a private address) quarantines the asset. `invalid_input`, `upload_rejected`, `capability_unsupported`.
   */
  uploadFrom<P extends keyof Ps & string>(
    profile: P,
    url: string | URL,
    options?: Omit<UploadFromOptions, 'owner' | 'slot'> & AttachTo<SlotName<Ps, P> & string>,
  ): Promise<UploadSession>
}

/** Uploads that a client sends to the storage itself: in one request, or in parts. */
export interface DirectUploads<Ps extends AnyProfiles = Profiles> {
  /**
   * Begins an upload by one PUT to the storage: a `staged` asset and an `initialized` session in one transaction.
   * `upload_rejected` when the declaration is not acceptable, `capability_unsupported`.
   */
  initiateUpload<P extends keyof Ps & string>(
    profile: P,
    options: Omit<InitiateOptions, 'owner' | 'slot'> & AttachTo<SlotName<Ps, P> & string>,
  ): Promise<UploadSession>
  /** Signs the request for the whole file; may be called again. `not_found`, `session_expired`. */
  signUpload(sessionId: string): Promise<SignedRequest>
  /** {@link initiateUpload} and {@link signUpload} in one call. */
  presignedPut<P extends keyof Ps & string>(
    profile: P,
    options: Omit<InitiateOptions, 'owner' | 'slot' | 'tx'> & AttachTo<SlotName<Ps, P> & string>,
  ): Promise<{ readonly session: UploadSession; readonly request: SignedRequest }>
  /** Begins an upload in parts, up to 5 TiB, and plans the parts. `upload_rejected`, `capability_unsupported`. */
  initiateMultipartUpload<P extends keyof Ps & string>(
    profile: P,
    options: Omit<InitiateMultipartOptions, 'owner' | 'slot'> & AttachTo<SlotName<Ps, P> & string>,
  ): Promise<MultipartUpload>
  /** Signs the request for one part: in any order, in parallel, repeatedly. `not_found`, `session_expired`. */
  signMultipartPart(sessionId: string, partNumber: number): Promise<SignedRequest>
  /**
   * Lists the parts that the storage has, so that a reloaded page can continue. `not_found`, `session_expired`, with
   * `completed` in `details.state` when they were assembled. Finishes a completion that was cut short.
   */
  listMultipartParts(sessionId: string): Promise<readonly UploadedPart[]>
  /** Assembles the parts (by the storage's own list, unless given), then verifies. Safe to repeat. */
  completeMultipartUpload(sessionId: string, parts?: readonly CompletedPart[]): Promise<VerifiedUpload<ProfileName<Ps>>>
  /**
   * Looks for the uploaded object and begins the asset's promotion. Safe to repeat and to call many times at once.
   * `storage_object_missing` when it is too early, `upload_rejected`, `session_expired`, `invalid_input` for a piece of
   * another upload.
   */
  verifyCompletion(sessionId: string): Promise<VerifiedUpload<ProfileName<Ps>>>
  /** The older name of {@link verifyCompletion}. */
  verifyUpload(sessionId: string): Promise<VerifiedUpload<ProfileName<Ps>>>
  /** Does the storage's part of {@link verifyCompletion}; call it before a transaction, then {@link confirmUpload}. */
  inspectUpload(sessionId: string): Promise<InspectedUpload>
  /** Does the part of {@link verifyCompletion} that writes rows. Atomic. */
  confirmUpload(
    inspected: InspectedUpload,
    options?: { readonly tx?: SqlExecutor },
  ): Promise<VerifiedUpload<ProfileName<Ps>>>
}

/** Methods for uploads of every kind. */
export interface UploadSessions<Ps extends AnyProfiles = Profiles> {
  /** One upload session. `not_found`. */
  uploadSession(sessionId: string): Promise<UploadSession>
  /** Gives up an upload; one that has ended is left unchanged. Safe to repeat. `not_found`. */
  abortUpload(sessionId: string): Promise<void>
  /**
   * One asset with its variants and text tracks, and the `actorId` of its upload; `null` for every id that names none.
   * One statement, for a route that shows an asset to those who may see it.
   */
  assetWithUploader(id: string): Promise<UploadedAsset<ProfileName<Ps>> | null>
  /** The `actorId` of an asset's upload; `null` for none, and for an unknown asset. */
  uploaderOf(assetId: string): Promise<string | null>
}

/** Uploaded files and their variants. */
export interface Assets<Ps extends AnyProfiles = Profiles> {
  /** One asset with its variants and text tracks; `null` for every id that names none. */
  asset(id: string): Promise<AssetWithVariants<ProfileName<Ps>> | null>
  /** Returns the same asset with a profile that the compiler knows; `invalid_input` when it has another profile. */
  narrow<P extends keyof Ps & string, A extends Asset>(asset: A, profile: P): A & Asset<P>
  /**
   * Adds values to an asset's `metadata`, beside those of probe and analyzers; a key that is there is replaced. Atomic,
   * safe to repeat. `not_found`, `invalid_input`.
   */
  mergeMetadata(asset: { readonly id: string }, values: JsonObject, options?: MergeMetadataOptions): Promise<Asset>
  /**
   * Sets the point of a picture that matters, in fractions of its displayed width and height, or takes it away: `null`.
   * Exactly the variants whose recipes use it, such as `image.crop(…, { position: 'focal' })`, become stale and are
   * queued in the same transaction; URLs lead to their old objects until the new ones are there. Works in every state
   * of the asset. Atomic, safe to repeat. `not_found`, `invalid_input`.
   */
  setFocus(asset: { readonly id: string }, focus: Focus | null, options?: SetFocusOptions): Promise<Asset>
  /**
   * Adds captions, subtitles or chapters to a video or to sound: WebVTT or SubRip, checked and stored as WebVTT. At most
   * 100 tracks of one asset, of 4 MiB and 50,000 cues each. A new default takes the place of the earlier one. `not_found`,
   * `invalid_input` (with `details.line` where the text is wrong), `conflict` for one track too many.
   */
  addTrack(asset: { readonly id: string }, text: string | Uint8Array, options: AddTrackOptions): Promise<MediaTrack>
  /**
   * Takes a text track from an asset; its object goes when every URL of it has expired. Atomic, safe to repeat.
   * `not_found` for an unknown asset.
   */
  removeTrack(asset: { readonly id: string }, trackId: string, options?: RemoveTrackOptions): Promise<void>
  /** The asset's ready variants, sorted by name. */
  readyVariantsFor(asset: { readonly id: string }): Promise<readonly Variant[]>
  /** Cancels the asset's queued and running variants and returns their names. `not_found`, `not_processing`. */
  cancelProcessing(assetId: string, options?: CancelOptions): Promise<readonly string[]>
}

/** The connections of assets to owners, at slots. */
export interface Attachments<Ps extends AnyProfiles = Profiles> {
  /**
   * Makes the asset the only one in the owner's slot. The previous assets are detached and, where no other attachment
   * holds them, purged or trashed. The last of concurrent attaches wins. Atomic, safe to repeat. `not_found`, `not_deliverable`.
   */
  attach<P extends keyof Ps & string>(
    asset: AssetOf<P>,
    owner: Owner,
    slot: SlotName<Ps, P> & string,
    options?: AttachOptions,
  ): Promise<Attachment>
  /**
   * Adds the asset at the end of the owner's slot of many. Atomic, safe to repeat. `not_found`, `not_deliverable`,
   * `conflict` when the slot is full.
   */
  append<P extends keyof Ps & string>(
    asset: AssetOf<P>,
    owner: Owner,
    slot: SlotName<Ps, P, 'many'> & string,
    options?: AttachOptions,
  ): Promise<Attachment>
  /**
   * Attaches an asset whose id a client sent, if `actorId` uploaded it and no other slot holds it. A slot of one gives up
   * what it held; a slot of many gets the asset at its end. Atomic, safe to repeat. `not_found` for everything that is not
   * this actor's upload of this profile, `not_deliverable` until the file has passed its checks, `conflict` when another
   * slot holds it or this one is full.
   */
  attachUploaded<P extends keyof Ps & string>(
    asset: AssetOf<P>,
    owner: Owner,
    slot: SlotName<Ps, P> & string,
    options: AttachUploadedOptions,
  ): Promise<Attachment>
  /** Orders the slot; the ids must be exactly the attached ones, else `conflict`. Atomic, safe to repeat. */
  reorder(
    owner: Owner,
    slot: SlotName<Ps, keyof Ps, 'many'> & string,
    assetIds: readonly string[],
    options?: AttachOptions,
  ): Promise<void>
  /** Empties the slot, or takes one asset out of it; unshared assets are purged or trashed. Atomic, safe to repeat. */
  detach(owner: Owner, slot: SlotName<Ps> & string, options?: DetachOptions): Promise<void>
  /** The attachment at the slot of one with its asset and variants, or `null`. Two queries. */
  attachmentFor<S extends SlotName<Ps, keyof Ps, 'one'> & string>(
    owner: Owner,
    slot: S,
  ): Promise<AttachmentWithAsset<ProfileWith<Ps, S> & string> | null>
  /** All attachments of these owners at these slots, in order; two queries for any number of owners. */
  attachmentsFor<const S extends SlotName<Ps> & string>(
    owners: readonly Owner[],
    slots: readonly S[],
  ): Promise<readonly AttachmentWithAsset<ProfileWith<Ps, S> & string>[]>
}

/** Methods for monitors and operators. */
export interface Diagnostics<Ps extends AnyProfiles = Profiles> {
  /**
   * Reads the gauges, for monitors: depth and oldest wait of queues, workers, rows by state, findings by class. Read at
   * most every 15 seconds, for any number of callers. Changes nothing. `database_unavailable` after eight seconds.
   */
  gauges(): Promise<readonly GaugeReading[]>
  /** Checks the invariants; changes nothing. */
  checkInvariants(options?: CheckInvariantsOptions): Promise<InvariantReport>
  /**
   * Checks the set-up: database, migrations, queues, workers, storages, processors, disk. Needs no {@link start}, and
   * leaves nothing behind. The report lists the problems; it rejects only for `unknown_profile` and `invalid_input`.
   */
  doctor(options?: DoctorOptions<ProfileName<Ps>>): Promise<DoctorReport>
}

/**
 * One instance of Rindle over its adapters. Made by {@link createRindle}. Every method throws {@link RindleError}; its
 * doc comment names the codes that matter. Methods that take `tx` write through the application's transaction. The
 * parts are interfaces of their own, so that a function may ask for only what it needs.
 */
export interface Rindle<Ps extends AnyProfiles = Profiles>
  extends AsyncDisposable,
    Instance<Ps>,
    ProxiedUploads<Ps>,
    FetchedUploads<Ps>,
    AdoptedUploads<Ps>,
    DirectUploads<Ps>,
    ResumableUploads<Ps>,
    UploadSessions<Ps>,
    Assets<Ps>,
    Attachments<Ps>,
    TrashAndHolds,
    Delivery<Ps>,
    OwnFiles<Ps>,
    Diagnostics<Ps>,
    Operations<keyof Ps & string, VariantName<Ps, keyof Ps> & string> {}

/** The verbs that a tenant has. */
type TenantVerb = {
  [Name in keyof typeof TENANT_SCOPES]: (typeof TENANT_SCOPES)[Name] extends 'none' ? never : Name
}[keyof typeof TENANT_SCOPES]

/**
 * An instance that keeps to one tenant; made by `rindle.forTenant(…)`. Uploads get the tenant, lists and verbs over many
 * assets see only its assets, and an asset or a session of another tenant is `not_found`, as if it did not exist.
 */
export type TenantRindle<Ps extends AnyProfiles = Profiles> = Pick<Rindle<Ps>, TenantVerb | 'profiles'> & {
  /** The tenant; `null`: what belongs to none. */
  readonly tenant: string | null
}
