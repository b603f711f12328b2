import { pipeline, type Readable, Transform } from 'node:stream'
import { isRindleError } from '../../domain/errors.ts'
import { tooLarge } from '../../domain/gate.ts'
import { uploadRejected } from '../../domain/upload-rejected.ts'
import { payloadText } from '../../kernel/payload-text.ts'
import { profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { announceCommitted } from '../../kernel/unit-of-work.ts'
import type { RunningJob } from '../../ports/jobs.ts'
import { verifyCompletion } from '../complete.ts'
import { giveUpParts } from '../give-up.ts'
import { lockSession, type SessionLock } from '../resumable/lock.ts'
import { hasAllBytes, keepLength, lostTo } from '../resumable/rows.ts'
import { appendTo } from '../resumable/writer.ts'
import { type OpenSession, readSession } from '../sessions.ts'
import { continuationOf, validatorOf } from './continuation.ts'
import { describeResponse } from './describe-response.ts'
import { FetchOutage } from './fetch-errors.ts'
import { type FetchSource, readFetchSource, recordBeginning } from './fetch-source.ts'
import { type FetchResponse, openUrl } from './open-url.ts'
import { settleFetch } from './settle-fetch.ts'

/**
 * The job `rindle_fetch`: streams the file of a URL into the storage, as far as it is not there, then begins its
 * promotion. A verdict about the URL or its file fails the upload. After anything else a new job continues with the next
 * byte, until the session expires. Safe to run twice, even at once: one writer holds the session's lock.
 */
export async function fetchUpload(runtime: Runtime, job: RunningJob): Promise<void> {
  const sessionId = payloadText(job.payload, 'sessionId')
  if (job.attempt === 1) announceCommitted(runtime, job.payload)
  const before = await readFetchSource(runtime, sessionId)
  if (before === null) return
  const { session } = await readSession(runtime, sessionId)
  try {
    await download(runtime, sessionId, job)
    await verifyCompletion(runtime, sessionId)
  } catch (error) {
    await settleFetch(runtime, job, { sessionId, offset: session.lastKnownOffset ?? 0, error })
  }
}

async function download(runtime: Runtime, sessionId: string, { signal }: RunningJob): Promise<void> {
  const lock = await lockSession(runtime, sessionId, { signal })
  try {
    const source = await readFetchSource(runtime, sessionId)
    const open = await readSession(runtime, sessionId)
    if (source === null || hasAllBytes(open)) return
    const fetching = { lock, source, open, signal: AbortSignal.any([signal, lock.lost]) }
    const response = await ask(runtime, fetching)
    try {
      await take(runtime, fetching, response)
    } finally {
      response.body.destroy()
    }
  } finally {
    await lock.release()
  }
}

/** One attempt at a file, by the holder of its session's lock. */
interface Fetching {
  readonly lock: SessionLock
  readonly source: FetchSource
  readonly open: OpenSession
  readonly signal: AbortSignal
}

function ask(runtime: Runtime, { source, open, signal }: Fetching, fromStart = false): Promise<FetchResponse> {
  const { url, headers, hosts, validator } = source
  const offset = open.resumable?.offset ?? 0
  const rest = fromStart || validator === null || offset === 0 ? null : { offset, validator }
  return openUrl({ url, headers, hosts, rest, network: runtime.fetch, now: runtime.now(), signal })
}

async function take(runtime: Runtime, fetching: Fetching, response: FetchResponse): Promise<void> {
  const { open } = fetching
  const { offset } = open.resumable ?? { offset: 0 }
  const known = { offset, byteSize: open.session.uploadLength }
  const continuation = response.status === 200 ? 'restart' : continuationOf(response, known)
  if (continuation === 'whole') return endAt(runtime, fetching, offset)
  if (continuation === 'append') return receive(runtime, fetching, response, offset)
  if (response.status === 200) return begin(runtime, fetching, response)
  response.body.destroy()
  const whole = await ask(runtime, fetching, true)
  try {
    await begin(runtime, fetching, whole)
  } finally {
    whole.body.destroy()
  }
}

/** Begins with the first byte, whatever was there. */
async function begin(runtime: Runtime, fetching: Fetching, response: FetchResponse): Promise<void> {
  const { lock, source, open } = fetching
  const { session, asset } = open
  const { accept } = profileOf(runtime, asset.profile)
  const maxBytes = limitOf(runtime, fetching)
  const file = describeResponse(response, { ...accept, maxBytes }, source.isNamed ? asset.filename : null)
  const storage = storageOf(runtime, asset.storage)
  if (open.resumable !== null) await giveUpParts(storage, { ...open, uploadKey: session.uploadKey })
  const contentType = file.declaredType ?? 'application/octet-stream'
  const state = await storage.resumable.begin(session.uploadKey, { contentType, maxBytes: file.byteSize ?? maxBytes })
  const validator = response.isDecoded ? null : validatorOf(response.headers)
  const recorded = { ...file, validator, multipartUploadId: state.uploadId, notes: state.notes }
  if (!(await recordBeginning(runtime, lock, recorded))) {
    await storage.resumable.abort(session.uploadKey, state)
    throw lostTo(session.id)
  }
  await receive(runtime, fetching, response, 0)
}

async function receive(runtime: Runtime, fetching: Fetching, response: FetchResponse, offset: number): Promise<void> {
  const maxBytes = limitOf(runtime, fetching)
  const body = arriving(response, { remainingBytes: maxBytes - offset, maxBytes })
  const reached = await appendTo(runtime, fetching.lock, body, { offset, disposeChunks: !response.isDecoded })
  await endAt(runtime, fetching, reached)
}

/** The whole body has arrived: its length is that of the file, unless an answer had told more. */
async function endAt(runtime: Runtime, { lock }: Fetching, reached: number): Promise<void> {
  const { session } = await readSession(runtime, lock.sessionId)
  if (session.uploadLength === null) return keepLength(runtime, lock, reached)
  if (session.uploadLength === reached) return
  throw new FetchOutage('fetch_interrupted', `The file ended after ${reached} of ${session.uploadLength} bytes.`)
}

function limitOf(runtime: Runtime, { source, open }: Fetching): number {
  const { maxBytes } = profileOf(runtime, open.asset.profile).accept
  return Math.min(maxBytes, source.maxBytes ?? maxBytes)
}

interface Remaining {
  readonly remainingBytes: number
  readonly maxBytes: number
}

/** The body, cut where it is too large. Whatever ends it on the way is an outage: what has arrived, stays. */
function arriving({ body, url }: FetchResponse, { remainingBytes, maxBytes }: Remaining): Readable {
  let byteSize = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      byteSize += chunk.byteLength
      if (byteSize > remainingBytes) callback(uploadRejected(tooLarge(maxBytes)))
      else callback(null, chunk)
    },
    destroy(error, callback) {
      if (error === null || isRindleError(error)) return callback(error)
      const { code = 'no more bytes' } = error as NodeJS.ErrnoException
      callback(new FetchOutage('fetch_interrupted', `The download from ${url.host} broke off: ${code}.`))
    },
  })
  return pipeline(body, counted, () => {})
}
