import { randomBytes } from 'node:crypto'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, type DatabaseSource, openDatabase } from '@rindle/prisma'
import { v7 } from 'uuid'
import { mergeMetadata } from './assets/merge-metadata.ts'
import { assetById } from './assets/read.ts'
import { append, attach, reorder } from './attachments/attach.ts'
import { attachUploaded } from './attachments/attach-uploaded.ts'
import { detach } from './attachments/detach.ts'
import { attachmentFor, attachmentsFor } from './attachments/read.ts'
import { trashAndHoldsOf } from './attachments/trash-and-holds.ts'
import { answerFile, serveFile } from './delivery/files/serve-file.ts'
import { familyUrl } from './delivery/images/family-url.ts'
import { IMAGE_TOKEN_USE } from './delivery/images/image-token.ts'
import { serveImage } from './delivery/images/serve-image.ts'
import { picture } from './delivery/markup/picture.ts'
import { audio, video } from './delivery/markup/player.ts'
import { serveStream } from './delivery/streams/serve-stream.ts'
import { STREAM_TOKEN_USE } from './delivery/streams/stream-token.ts'
import { storyboardUrl, streamUrl } from './delivery/streams/stream-url.ts'
import { trackUrl } from './delivery/urls/track-url.ts'
import { url, variantUrl } from './delivery/urls/url.ts'
import { urlsFor } from './delivery/urls/urls-for.ts'
import { DEFAULT_RETRY_FOR_SECONDS } from './domain/delivery-attempts.ts'
import type { Asset } from './domain/entities.ts'
import { RindleError } from './domain/errors.ts'
import { DEFAULT_EXPIRY_SECONDS, MAX_EXPIRY_SECONDS } from './domain/expiry.ts'
import { Changes } from './events/changes.ts'
import { EventBus } from './events/event-bus.ts'
import { WantedEvents } from './events/wanted-events.ts'
import { drain } from './jobs/drain.ts'
import { liveWorkers } from './jobs/live-workers.ts'
import { work } from './jobs/work.ts'
import { eventTargetsOf } from './kernel/event-targets.ts'
import { Flights } from './kernel/flights.ts'
import { mappingErrors } from './kernel/map-database-error.ts'
import type { FetchNetwork } from './kernel/outbound/fetch-network.ts'
import { type ImageRuntime, type Runtime, type StreamRuntime, storageOf } from './kernel/runtime.ts'
import { signedTokens } from './kernel/signed-tokens.ts'
import { SourceCache } from './kernel/source-cache.ts'
import { withTransaction } from './kernel/unit-of-work.ts'
import { VERSION } from './kernel/version.ts'
import { notedWrites } from './mirrors/noted-writes.ts'
import { store, storeVariant } from './objects/store.ts'
import { deleteObject, downloadObject, headObject } from './objects/stored-objects.ts'
import { urlForKey } from './objects/url-for-key.ts'
import { checkInvariants } from './operations/check-invariants.ts'
import { doctor } from './operations/doctor/doctor.ts'
import { maintain } from './operations/maintenance-job.ts'
import { operationsOf } from './operations/operations.ts'
import { GaugeReader } from './operations/runtime-status/gauge-reader.ts'
import { GAUGES, readGauges } from './operations/runtime-status/gauges.ts'
import type { WebhookOptions } from './ports/hooks.ts'
import type { JobsAdapter } from './ports/jobs.ts'
import { type Logger, safeLogger, stderrLogger } from './ports/logger.ts'
import type { Processor } from './ports/processor.ts'
import type { QuotaRule } from './ports/quota.ts'
import type { StorageAdapter } from './ports/storage.ts'
import type { GaugeReading, Telemetry } from './ports/telemetry.ts'
import type { AnyProfiles, Profiles } from './profile/names.ts'
import type { AnyProfile } from './profile/profile.ts'
import type { Rindle, TenantRindle } from './rindle.ts'
import { startRuntime, stopRuntime } from './start.ts'
import { tracedJobs } from './telemetry/traced-jobs.ts'
import { tracedStorage } from './telemetry/traced-storage.ts'
import { tenantView } from './tenant-view.ts'
import { addTrack } from './tracks/add-track.ts'
import { removeTrack } from './tracks/remove-track.ts'
import { abortUpload } from './uploads/abort.ts'
import { adoptedUploads } from './uploads/adopted/adopted-uploads.ts'
import { assetWithUploader } from './uploads/asset-with-uploader.ts'
import { confirmUpload, inspectUpload, verifyCompletion } from './uploads/complete.ts'
import { completeMultipartUpload, listMultipartParts } from './uploads/direct/multipart.ts'
import { presignedPut, signMultipartPart, signUpload } from './uploads/direct/sign.ts'
import { uploadFrom } from './uploads/fetched/upload-from.ts'
import { initiateMultipartUpload, initiateUpload } from './uploads/initiate.ts'
import { receive } from './uploads/proxied/receive.ts'
import { discard, register, upload } from './uploads/proxied/register.ts'
import { resumableUploads } from './uploads/resumable/resumable-uploads.ts'
import { readSession, uploaderOf } from './uploads/sessions.ts'
import { storageFor } from './uploads/upload-origin.ts'
import { assertValidOptions } from './validate-options.ts'
import { cancelProcessing } from './variants/cancel.ts'
import { readyVariantsFor } from './variants/read.ts'
import { setFocus } from './variants/set-focus.ts'
import { announcingRefusals, tracedVerbs } from './wrap-verbs.ts'

/** Options of {@link createRindle}. */
export interface RindleOptions<Ps extends AnyProfiles = AnyProfiles, St extends string = string> {
  /** A PostgreSQL URL, a pooler's URL beside the server's own, or the application's own `pg` pool or Prisma client. */
  readonly database: DatabaseSource
  /** Storages by name; rows remember the name, so it stays when the adapter changes. */
  readonly storages: { readonly [N in St]: StorageAdapter }
  /** Families of media by name, each made by `defineProfile`; rows remember the name. */
  readonly profiles: Ps
  /** The queue for background work. */
  readonly jobs: JobsAdapter
  /** Processors make variants and probe media. @default none: nothing but originals */
  readonly processors?: readonly Processor[]
  /** Receives the log; a pino instance fits. @default one JSON line for each event from `info` on, on stderr */
  readonly logger?: Logger
  /** The lifetimes of signed URLs. */
  readonly delivery?: {
    /** The shortest remaining lifetime of signed URLs, unless a profile sets it. @default 900 */
    readonly expiresInSeconds?: number
    /**
     * The longest lifetime that a signed URL may be asked for. A replaced object is kept for this long, and then
     * deleted. @default 604800 (seven days)
     */
    readonly maxExpiresInSeconds?: number
  }
  /** Where your application serves images of families: required for families on demand. @default families have no URLs */
  readonly images?: ImagesOptions
  /** Where your application serves the playlists of streams, and storyboards. @default they have no URLs */
  readonly streams?: StreamsOptions
  /** The directory for work in progress. @default `rindle` in the system's temporary directory */
  readonly workDirectory?: string
  /** The size limit of the cache of source files of remote storages, in bytes. @default 2147483648 */
  readonly sourceCacheMaxBytes?: number
  /**
   * The number of days for which a quarantined original can be released; afterwards `purgeUnattached` purges it.
   * @default 30
   */
  readonly quarantineDays?: number
  /** Limits what is stored, and counts it: see {@link QuotaRule}. Called for each upload. @default no quotas */
  readonly quota?: QuotaRule
  /** The most uploads that one actor may have under way at once; further ones are refused. @default 100 */
  readonly maxOpenUploads?: number
  /** Receivers of events over HTTP, by the Standard Webhooks specification. @default none */
  readonly webhooks?: readonly WebhookOptions[]
  /** The delivery of events to the handlers of profiles and to webhooks. */
  readonly hooks?: {
    /** The time limit of a handler, in milliseconds. @default 60000 */
    readonly handlerTimeoutMs?: number
    /** How long after its first attempt a failing delivery is retried, in seconds. @default 259200 (three days) */
    readonly retryForSeconds?: number
  }
  /** The way to the servers of `uploadFrom`. @default https to public addresses, without a proxy */
  readonly fetch?: FetchNetwork
  /** Spans and metrics: `openTelemetry()` of @rindle/opentelemetry. @default none, at no cost */
  readonly telemetry?: Telemetry
  /** The clock, for the expiry of URLs. @default the system's */
  readonly now?: () => Date
}

/** Options of the images of families, which `serveImage` answers. */
export interface ImagesOptions {
  /**
   * Where the application serves `GET|HEAD {baseUrl}/images/{token}`: an absolute http(s) URL, or a path, `/rindle`, for
   * pages of the same origin.
   */
  readonly baseUrl: string
  /** The secrets that sign the URLs, each of at least 32 characters. For rotation: the first signs, all verify. */
  readonly signingKeys: readonly string[]
  /** How long a request waits for an image that is being made, in milliseconds, at most ten minutes. @default 10000 */
  readonly waitMs?: number
  /**
   * The answer when that time is over. `wait`: the client should ask again. `nearest`: the nearest size that is ready,
   * which no cache keeps. @default 'wait'
   */
  readonly whileMaking?: 'wait' | 'nearest'
  /**
   * How images of remote storages are sent. `follow`: the client is redirected to the storage. `stream`: through the
   * application. @default 'follow'
   */
  readonly redirect?: 'follow' | 'stream'
  /**
   * The most variants on demand that wait or are being made at once, in all processes together. A request for one more
   * is told to come again. @default 200
   */
  readonly maxMaking?: number
  /** The most requests of one process that wait for images; further ones are told to come again. @default 500 */
  readonly maxWaiting?: number
}

/** Options of the playlists of streams, which `serveStream` answers. */
export interface StreamsOptions {
  /**
   * Where the application serves `GET|HEAD {baseUrl}/streams/{token}/{file}`: an absolute http(s) URL, or a path,
   * `/rindle`, for pages of the same origin.
   */
  readonly baseUrl: string
  /** The secrets that sign the URLs, each of at least 32 characters. For rotation: the first signs, all verify. */
  readonly signingKeys: readonly string[]
}

const DEFAULT_QUARANTINE_DAYS = 30
const DEFAULT_MAX_OPEN_UPLOADS = 100
const DEFAULT_HANDLER_TIMEOUT_MS = 60_000
const DEFAULT_WAIT_MS = 10_000
const DEFAULT_MAX_MAKING = 200
const DEFAULT_MAX_WAITING = 500
const DEFAULT_SOURCE_CACHE_BYTES = 2 * 1024 ** 3

/**
 * Makes an instance. Everything is validated at once, and `config_invalid` lists every problem with its path: unknown
 * options, storages that lack a capability their profiles need, processors of one kind of recipe. A process that only
 * serves needs no processors: `work()` and the doctor ask for them. Does no I/O.
 */
export function createRindle<Ps extends Readonly<Record<string, AnyProfile<NoInfer<St>>>>, St extends string = string>(
  options: RindleOptions<Ps, St>,
): Rindle<Ps> {
  // The types hold the names of storages, variants and slots together; from here on, any text may be a name.
  const given = options as unknown as RindleOptions<Profiles>
  assertValidOptions(given)
  const database = openDatabase(options.database)
  const runtime = composeRuntime(given, mappingErrors(database))
  options.jobs.connect({ database, logger: runtime.logger })
  // The facade's types say more than the verbs' (which variant belongs to which profile); at run time they are the
  // same.
  const { telemetry } = options
  // A view calls the verbs as they are at the end, with their spans and refusals.
  const forTenant = (tenant: string | null): TenantRindle => tenantView(runtime, whole, tenant)
  const instance = announcingRefusals(runtime, Object.assign(facade(runtime, database, telemetry), { forTenant }))
  const whole = telemetry === undefined ? instance : tracedVerbs(telemetry, instance)
  return whole as unknown as Rindle<Ps>
}

function composeRuntime(options: RindleOptions<Profiles>, database: Database): Runtime {
  const logger = safeLogger(options.logger ?? stderrLogger)
  const workDirectory = options.workDirectory ?? join(tmpdir(), 'rindle')
  const { telemetry, now = () => new Date() } = options
  const jobs = telemetry === undefined ? options.jobs : tracedJobs(options.jobs, telemetry)
  const traced = telemetry === undefined ? options.storages : tracedStorages(options.storages, telemetry)
  const noted = Object.entries(traced).map(([name, storage]) => [name, notedWrites(name, storage, { database, jobs })])
  const storages = Object.fromEntries(noted) as Runtime['storages']
  return {
    database,
    storages,
    processors: options.processors ?? [],
    jobs,
    profiles: options.profiles,
    events: new EventBus(logger, telemetry),
    changes: new Changes(database, logger),
    logger,
    sources: new SourceCache({
      directory: workDirectory,
      maxBytes: options.sourceCacheMaxBytes ?? DEFAULT_SOURCE_CACHE_BYTES,
      storageOf: (name) => storageOf({ storages }, name),
    }),
    workers: new Set(),
    workDirectory,
    worker: `${hostname()}:${process.pid}`,
    deliveryExpiresInSeconds: options.delivery?.expiresInSeconds ?? DEFAULT_EXPIRY_SECONDS,
    maxDeliveryExpiresInSeconds: options.delivery?.maxExpiresInSeconds ?? MAX_EXPIRY_SECONDS,
    now,
    startedAt: now(),
    quarantineDays: options.quarantineDays ?? DEFAULT_QUARANTINE_DAYS,
    hooks: {
      targets: eventTargetsOf(options.profiles, options.webhooks ?? []),
      wanted: new WantedEvents(database, logger),
      handlerTimeoutMs: options.hooks?.handlerTimeoutMs ?? DEFAULT_HANDLER_TIMEOUT_MS,
      retryForSeconds: options.hooks?.retryForSeconds ?? DEFAULT_RETRY_FOR_SECONDS,
    },
    fetch: options.fetch ?? {},
    quotas: { rule: options.quota ?? null, maxOpenUploads: options.maxOpenUploads ?? DEFAULT_MAX_OPEN_UPLOADS },
    images: imageRuntimeOf(options.images),
    streams: streamRuntimeOf(options.streams),
    newId: () => v7(),
    randomText: () => randomBytes(16).toString('hex'),
  }
}

function imageRuntimeOf(images: ImagesOptions | undefined): ImageRuntime | null {
  if (images === undefined) return null
  return {
    baseUrl: images.baseUrl.replace(/\/+$/, ''),
    // Checked by `assertValidOptions`.
    tokens: signedTokens(IMAGE_TOKEN_USE, images.signingKeys as [string, ...string[]]),
    waitMs: images.waitMs ?? DEFAULT_WAIT_MS,
    whileMaking: images.whileMaking ?? 'wait',
    redirect: images.redirect ?? 'follow',
    maxMaking: images.maxMaking ?? DEFAULT_MAX_MAKING,
    flights: new Flights(images.maxWaiting ?? DEFAULT_MAX_WAITING),
  }
}

function streamRuntimeOf(streams: StreamsOptions | undefined): StreamRuntime | null {
  if (streams === undefined) return null
  return {
    baseUrl: streams.baseUrl.replace(/\/+$/, ''),
    tokens: signedTokens(STREAM_TOKEN_USE, streams.signingKeys as [string, ...string[]]),
  }
}

function tracedStorages(storages: Runtime['storages'], telemetry: Telemetry): Runtime['storages'] {
  const traced = Object.entries(storages).map(([name, storage]) => [name, tracedStorage(name, storage, telemetry)])
  return Object.fromEntries(traced) as Runtime['storages']
}

function facade(runtime: Runtime, database: Database, telemetry: Telemetry | undefined): Omit<Rindle, 'forTenant'> {
  const reader = new GaugeReader(() => readGauges(runtime))
  const gauges = (): Promise<readonly GaugeReading[]> => reader.gauges()
  let unobserve: (() => void) | undefined
  const stop = (): Promise<void> => {
    unobserve?.()
    unobserve = undefined
    return stopRuntime(runtime)
  }
  return {
    version: VERSION,
    profiles: runtime.profiles,
    get prisma() {
      return database.prisma
    },
    start: async () => {
      await startRuntime(runtime)
      unobserve ??= telemetry?.observe(GAUGES, gauges)
    },
    stop,
    [Symbol.asyncDispose]: stop,
    work: (options) => work(runtime, options ?? {}, maintain),
    drain: (options) => drain(runtime, options, maintain),
    liveWorkers: () => liveWorkers(runtime),
    on: (name, listener) => runtime.events.on(name, listener),
    withTransaction: (tx) => withTransaction(runtime, tx),
    subscribe: ({ assetId }, listener) => runtime.changes.subscribe(assetId, listener),
    upload: (profile, source, options) => upload(runtime, profile, source, options),
    receive: (profile, source, options) => receive(runtime, profile, source, options),
    register: (received, options) => register(runtime, received, options),
    discard: (received) => discard(runtime, received),
    uploadFrom: (profile, from, options) => uploadFrom(runtime, profile, from, options),
    ...adoptedUploads(runtime),
    initiateUpload: (profile, options) => initiateUpload(runtime, profile, options),
    signUpload: (sessionId) => signUpload(runtime, sessionId),
    presignedPut: (profile, options) => presignedPut(runtime, profile, options),
    initiateMultipartUpload: (profile, options) => initiateMultipartUpload(runtime, profile, options),
    signMultipartPart: (sessionId, partNumber) => signMultipartPart(runtime, sessionId, partNumber),
    listMultipartParts: (sessionId) => listMultipartParts(runtime, sessionId),
    completeMultipartUpload: (sessionId, parts) => completeMultipartUpload(runtime, sessionId, parts),
    verifyCompletion: (sessionId) => verifyCompletion(runtime, sessionId),
    verifyUpload: (sessionId) => verifyCompletion(runtime, sessionId),
    inspectUpload: (sessionId) => inspectUpload(runtime, sessionId),
    confirmUpload: (inspected, options) => confirmUpload(runtime, inspected, options),
    ...resumableUploads(runtime),
    abortUpload: (sessionId) => abortUpload(runtime, sessionId),
    uploadSession: async (sessionId) => (await readSession(runtime, sessionId)).session,
    assetWithUploader: (id) => assetWithUploader(runtime, id),
    uploaderOf: (assetId) => uploaderOf(runtime, assetId),
    storageAdapterFor: (profile, origin = {}) => storageOf(runtime, storageFor(runtime, profile, origin)),
    store: (profile, key, source, options) => store(runtime, profile, key, source, options),
    storeVariant: (profile, key, source, options) => storeVariant(runtime, profile, key, source, options),
    download: (profile, key, path, options) => downloadObject(runtime, profile, key, path, options),
    head: (profile, key, options) => headObject(runtime, profile, key, options),
    delete: (profile, key, options) => deleteObject(runtime, profile, key, options),
    urlForKey: (profile, key, options) => urlForKey(runtime, profile, key, options),
    asset: (id) => assetById(runtime, id),
    narrow,
    mergeMetadata: (reference, values, options) => mergeMetadata(runtime, reference, values, options),
    addTrack: (reference, text, options) => addTrack(runtime, reference, text, options),
    removeTrack: (reference, trackId, options) => removeTrack(runtime, reference, trackId, options),
    setFocus: (reference, focus, options) => setFocus(runtime, reference, focus, options),
    attach: (reference, owner, slot, options) => attach(runtime, reference, owner, slot, options),
    append: (reference, owner, slot, options) => append(runtime, reference, owner, slot, options),
    attachUploaded: (reference, owner, slot, options) => attachUploaded(runtime, reference, owner, slot, options),
    reorder: (owner, slot, assetIds, options) => reorder(runtime, owner, slot, assetIds, options),
    detach: (owner, slot, options) => detach(runtime, owner, slot, options),
    ...trashAndHoldsOf(runtime),
    // Only the facade's types connect a slot with its profiles.
    attachmentFor: (owner, slot) => attachmentFor(runtime, owner, slot) as Promise<never>,
    attachmentsFor: (owners, slots) => attachmentsFor(runtime, owners, slots) as Promise<never>,
    readyVariantsFor: (reference) => readyVariantsFor(runtime, reference),
    url: (reference, options) => url(runtime, reference, options),
    variantUrl: (reference, name, options) => variantUrl(runtime, reference, name, options),
    trackUrl: (reference, track, options) => trackUrl(runtime, reference, track, options),
    urlsFor: (references, options) => urlsFor(runtime, references, options),
    familyUrl: (reference, family, options) => familyUrl(runtime, reference, family, options),
    streamUrl: (reference, name, options) => streamUrl(runtime, reference, name, options),
    storyboardUrl: (reference, name, options) => storyboardUrl(runtime, reference, name, options),
    picture: (reference, options) => picture(runtime, reference, options),
    video: (reference, options) => video(runtime, reference, options),
    audio: (reference, options) => audio(runtime, reference, options),
    answerFile: (call) => answerFile(runtime, call),
    serveFile: (request, options) => serveFile(runtime, request, options),
    serveImage: (request, options) => serveImage(runtime, request, options),
    serveStream: (request, options) => serveStream(runtime, request, options),
    cancelProcessing: (assetId, options) => cancelProcessing(runtime, assetId, options),
    ...operationsOf(runtime),
    gauges,
    checkInvariants: (options) => checkInvariants(runtime, options),
    doctor: (options) => doctor(runtime, options),
  }
}

function narrow<P extends string, A extends Asset>(row: A, profile: P): A & Asset<P> {
  if (row.profile === profile) return row as A & Asset<P>
  throw new RindleError('invalid_input', `Asset ${row.id} has the profile "${row.profile}", not "${profile}".`)
}
