import type { Readable } from 'node:stream'
import { isRindleError, type Rindle, RindleError, type UploadSession } from '@rindle/core'
import type { BodyLimits } from '@rindle/core/adapter'
import { DataStore, Upload } from '@tus/server'
import { currentRequest } from './upload-request.ts'

/** The extensions of tus 1.0 that this server offers. */
const EXTENSIONS: readonly string[] = [
  'creation',
  'creation-with-upload',
  'creation-defer-length',
  'expiration',
  'termination',
  'checksum',
  'concatenation',
]

// @tus/server knows one lifetime for all uploads, counted from their creation; a session knows its own end.
const LIFETIME_MS = 1_000_000

const ENDED: readonly string[] = ['aborted', 'expired', 'failed']

/** The store of @tus/server over the sessions of an instance. Keeps no state. */
export class SessionStore extends DataStore {
  override extensions: string[] = [...EXTENSIONS]
  readonly #rindle: Rindle
  readonly #bodyLimits: BodyLimits

  constructor(rindle: Rindle, bodyLimits: BodyLimits) {
    super()
    this.#rindle = rindle
    this.#bodyLimits = bodyLimits
  }

  /** Only fills in the upload: its session began when the upload got its name. */
  override async create(upload: Upload): Promise<Upload> {
    return Object.assign(upload, uploadOf(currentRequest().begun ?? (await this.#rindle.uploadSession(upload.id))))
  }

  override async getUpload(id: string): Promise<Upload> {
    const request = currentRequest()
    const isQuestion = request.method === 'HEAD'
    const session =
      request.begun ?? (await (isQuestion ? this.#rindle.resumableSessionStatus(id) : this.#rindle.uploadSession(id)))
    request.metadata = session.resumableMetadata
    request.concat = session.resumableConcat
    const isGone = session.state === 'completed' && (await this.#isPurged(session.assetId))
    if (!isGone && !ENDED.includes(session.state)) return uploadOf(session)
    throw new RindleError('session_expired', `Upload session ${id} is ${session.state}. Begin a new one.`, {
      details: { state: session.state },
    })
  }

  /** Whether the file counts as purged: from then on it is gone, though its rows are deleted with their objects. */
  async #isPurged(assetId: string): Promise<boolean> {
    return (await this.#rindle.asset(assetId))?.state === 'deleted'
  }

  override async write(body: Readable, _id: string, offset: number): Promise<number> {
    const request = currentRequest()
    const { writer, checksum, disposeChunks } = request
    delete request.begun
    if (writer === undefined) throw new Error('An upload may only be written under its lock.')
    return writer.append(body, {
      offset,
      ...this.#bodyLimits,
      disposeChunks,
      ...(checksum === undefined ? {} : { checksum }),
    })
  }

  override async declareUploadLength(_id: string, byteSize: number): Promise<void> {
    await currentRequest().writer?.declareLength(byteSize)
  }

  override async remove(id: string): Promise<void> {
    const { state, assetId } = await this.#rindle.uploadSession(id)
    if (state === 'completed' || state === 'verifying') await purgeFile(this.#rindle, assetId)
    else await this.#rindle.cancelResumableSession(id)
  }

  override getExpiration(): number {
    return LIFETIME_MS
  }
}

/** Purges the asset of a complete upload. It may be attached by now; the client need not know to whom. */
async function purgeFile(rindle: Rindle, assetId: string): Promise<void> {
  try {
    await rindle.purgeAsset(assetId, { live: true })
  } catch (error) {
    if (!isRindleError(error, 'conflict')) throw error
    throw new RindleError('conflict', 'This file is in use. Remove it where it is attached.', { cause: error })
  }
}

function uploadOf({ id, state, uploadLength, lastKnownOffset, expiresAt }: UploadSession): Upload {
  // A complete upload does not expire: clients may still ask for it.
  const isOver = state === 'verifying' || state === 'completed' || expiresAt === null
  const createdAtMs = isOver ? Date.now() : expiresAt.getTime() - LIFETIME_MS
  return new Upload({
    id,
    offset: lastKnownOffset ?? 0,
    creation_date: new Date(createdAtMs).toISOString(),
    ...(uploadLength === null ? {} : { size: uploadLength }),
  })
}
