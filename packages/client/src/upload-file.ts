import type { AnyServer } from './any-server.ts'
import { assetChanges, readAsset } from './asset-changes.ts'
import { isClientError, RindleClientError } from './client-error.ts'
import { type Connection, request, requestJson } from './connection.ts'
import { fingerprintOf } from './remembered-uploads.ts'
import { reportListenerError } from './report-listener-error.ts'
import { withRetries } from './retry.ts'
import { sendFile } from './send-file.ts'
import type { UploadFileOptions, UploadPhase, WaitFor } from './upload-file-options.ts'
import type { AssetState, ChosenOrder, SessionState, WireAsset, WireUpload } from './wire.ts'

/** Options of {@link uploadFile}: those of a client of any server. */
export type AnyUploadFileOptions = UploadFileOptions<AnyServer, string>

const OPEN_STATES: readonly SessionState[] = ['initialized', 'signed', 'resuming', 'uploading', 'uploaded', 'verifying']
/** Those of `@rindle/core`, of which nothing comes to a page; a test compares them. */
export const DELIVERABLE_STATES: readonly AssetState[] = ['available', 'processing', 'transcoding', 'ready', 'degraded']
const GIVE_UP_TIMEOUT_MS = 5_000

/** Reports a change of an upload. */
export type Report = (phase: UploadPhase, loadedBytes: number, asset?: WireAsset) => void

interface Job {
  readonly connection: Connection
  readonly file: File
  readonly options: AnyUploadFileOptions
  readonly order: ChosenOrder
  readonly signal: AbortSignal
  readonly fingerprint: string
  /** Releases the fingerprint; `undefined` if another upload of this page has it, and this one is not remembered. */
  readonly release: (() => void) | undefined
  readonly report: Report
}

/** One upload, from the first request to the asset that `waitFor` asks for. Rejects as `Client.upload` says. */
export async function uploadFile(
  connection: Connection,
  file: File,
  options: AnyUploadFileOptions,
): Promise<WireAsset> {
  const { profile, slot, strategy, order = connection.nextInOrder() } = options
  // A signal of its own, so that no listener stays on the caller's longer-lived signal.
  const signal = AbortSignal.any(options.signal === undefined ? [] : [options.signal])
  const report = reporterOf(file.size, options)
  report('negotiating', 0)
  const assetId = await connection.sending.run(signal, async () => {
    const fingerprint = fingerprintOf(file, [connection.baseUrl, profile, slot, strategy])
    const release = connection.remembered.claim(fingerprint)
    try {
      return await transferOrBeginAgain({ connection, file, options, order, signal, fingerprint, release, report })
    } finally {
      release?.()
    }
  })
  report('processing', file.size)
  const waitFor = options.waitFor ?? 'ready'
  const asset =
    waitFor === 'complete'
      ? assertAccepted(await readAsset(connection, assetId, signal))
      : await awaitAsset(connection, assetId, { waitFor, signal, report, byteSize: file.size })
  report('done', file.size, asset)
  return asset
}

/** Reports the progress of an upload of that many bytes. */
export function reporterOf(totalBytes: number, { onProgress }: Pick<AnyUploadFileOptions, 'onProgress'>): Report {
  return (phase, loadedBytes, asset) => {
    try {
      onProgress?.({ phase, loadedBytes, totalBytes, ...(asset === undefined ? {} : { asset }) })
    } catch (error) {
      reportListenerError(error)
    }
  }
}

/** Transfers the file. If the server ends the session meanwhile, starts over, once. */
async function transferOrBeginAgain(job: Job): Promise<string> {
  try {
    return await transfer(job)
  } catch (error) {
    if (job.signal.aborted || !(isClientError(error, 'session_expired') || isClientError(error, 'not_found')))
      throw error
    return transfer(job)
  }
}

async function transfer(job: Job): Promise<string> {
  const { connection, file, signal, report } = job
  const upload = (await recallUpload(job)) ?? (await beginUpload(job))
  try {
    const onLoaded = (bytes: number): void => report('uploading', bytes)
    if (OPEN_STATES.includes(upload.state)) await sendFile({ connection, upload, file, signal, onLoaded })
    await complete(job, upload)
  } catch (error) {
    if (signal.aborted || hasEnded(error)) forget(job)
    if (signal.aborted) {
      // The same file may be sent again without waiting for the server to drop this session.
      job.release?.()
      await giveUp(connection, upload)
    }
    throw error
  }
  forget(job)
  return upload.assetId
}

async function recallUpload({ connection, fingerprint, release, signal }: Job): Promise<WireUpload | undefined> {
  const id = release !== undefined ? connection.remembered.recall(fingerprint) : undefined
  if (id === undefined) return undefined
  try {
    const call = { route: 'GET /uploads/:id', params: { id }, signal } as const
    const upload = await withRetries(signal, () => requestJson(connection, call))
    if ([...OPEN_STATES, 'completed'].includes(upload.state)) return upload
  } catch (error) {
    // The session is gone, or belongs to another user now.
    if (signal.aborted || !isClientError(error) || error.retryable) throw error
  }
  connection.remembered.forget(fingerprint)
  return undefined
}

async function beginUpload({
  connection,
  file,
  options,
  order,
  signal,
  fingerprint,
  release,
}: Job): Promise<WireUpload> {
  const sha256 = await connection.hashes.of(file, signal)
  const body = {
    profile: options.profile,
    filename: file.name,
    contentType: file.type === '' ? 'application/octet-stream' : file.type,
    byteSize: file.size,
    ...(sha256 === undefined ? {} : { checksumSha256: sha256 }),
    ...(options.slot === undefined ? {} : { slot: options.slot, order }),
    strategy: options.strategy ?? 'auto',
  }
  const call = { route: 'POST /uploads', params: {}, body, signal } as const
  const upload = await withRetries(signal, () => requestJson(connection, call))
  if (release !== undefined) connection.remembered.remember(fingerprint, upload)
  return upload
}

async function complete({ connection, signal }: Job, { id }: WireUpload): Promise<void> {
  const call = { route: 'POST /uploads/:id/complete', params: { id }, signal } as const
  await withRetries(signal, async () => {
    try {
      await requestJson(connection, call)
    } catch (error) {
      // The storage has every byte but does not show the object yet, or another request is assembling the parts.
      const isEarly =
        isClientError(error, 'storage_object_missing') || isClientError(error, 'storage_precondition_failed')
      if (!isEarly) throw error
      throw new RindleClientError(error.code, { status: error.status, detail: error.detail, retryable: true })
    }
  })
}

/** Drops a cancelled session at the server. If that fails, the server drops it when it expires. */
export async function giveUp(connection: Connection, { id }: WireUpload): Promise<void> {
  const signal = AbortSignal.timeout(GIVE_UP_TIMEOUT_MS)
  await request(connection, { route: 'DELETE /uploads/:id', params: { id }, signal }).catch(() => {})
}

/** Whether the session cannot be continued: a refused file stays refused, a lost connection comes back. */
function hasEnded(error: unknown): boolean {
  return isClientError(error) && !error.retryable && error.code !== 'storage_refused'
}

function forget({ connection, fingerprint, release }: Job): void {
  if (release !== undefined) connection.remembered.forget(fingerprint)
}

/** What an upload waits for, and who hears of it. */
export interface Awaited {
  readonly waitFor: WaitFor
  readonly signal: AbortSignal
  readonly report: Report
  readonly byteSize: number
}

/** Waits for an asset whose bytes have arrived, or will. Rejects if it is refused. */
export async function awaitAsset(
  connection: Connection,
  id: string,
  { waitFor, signal, report, byteSize }: Awaited,
): Promise<WireAsset> {
  for await (const asset of assetChanges(connection, id, signal)) {
    assertAccepted(asset)
    report('processing', byteSize, asset)
    const hasArrived = waitFor === 'complete' && asset.state !== 'staged'
    const isAvailable = waitFor === 'available' && DELIVERABLE_STATES.includes(asset.state)
    if (asset.settled || hasArrived || isAvailable) return asset
  }
  throw new RindleClientError('response_invalid', { detail: `The server stopped reporting asset ${id}.` })
}

function assertAccepted(asset: WireAsset): WireAsset {
  if (asset.state === 'quarantined') {
    throw new RindleClientError('upload_rejected', {
      reason: asset.errorReason ?? undefined,
      detail: asset.errorMessage ?? undefined,
    })
  }
  if (asset.state === 'trashed' || asset.state === 'deleted') throw new RindleClientError('not_found')
  return asset
}
