import { randomBytes } from 'node:crypto'
import { addAbortSignal, Readable } from 'node:stream'
import { UploadPartCommand } from '@aws-sdk/client-s3'
import {
  type AppendOptions,
  abortedOr,
  companionKey,
  disposeChunk,
  type MultipartStorage,
  type ResumableState,
} from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { deleteObject } from './delete-objects.ts'
import { getObject } from './get-object.ts'
import type { LentMemory, PartMemory } from './part-memory.ts'
import { putObject } from './put-object.ts'
import { type ResumableNotes, TAIL } from './resumable-notes.ts'
import { locate, type S3Bucket } from './s3-bucket.ts'
import { openSpool, type Spool } from './spool.ts'
import { readEtag } from './stored-object.ts'

/** One upload, with its progress so far. */
export interface ResumableUpload {
  readonly bucket: S3Bucket
  readonly multipart: MultipartStorage
  readonly memory: PartMemory
  readonly key: string
  readonly uploadId: string
  readonly offset: number
  readonly notes: ResumableNotes
  readonly signal: AbortSignal | undefined
}

/**
 * Takes a body and yields the state after each part that the store has, and at its end. One part is sent while the next
 * is collected in a file.
 */
export async function* appendBody(
  upload: ResumableUpload,
  body: Readable,
  { isWhole = false, disposeChunks = false, byteSize }: AppendOptions,
): AsyncGenerator<ResumableState, void> {
  // Without a listener, a body that fails before it is read would end the process; its reader sees the failure later.
  body.on('error', () => {})
  const { signal } = upload
  const spool = await openSpool(upload.notes.partBytes)
  const parts = new Parts(upload, spool)
  try {
    signal?.throwIfAborted()
    const arriving: AsyncIterable<Buffer> = signal === undefined ? body : addAbortSignal(signal, body)
    let arrivedBytes = 0
    for await (const chunk of arriving) {
      if (arrivedBytes === 0) await refill(upload, spool)
      arrivedBytes += chunk.byteLength
      for (let rest = chunk; rest.byteLength > 0; rest = await spool.fill(rest)) {
        if (!spool.isFull()) continue
        const isMore = await parts.settle()
        if (isMore && !isWhole) yield parts.state()
        await parts.begin()
      }
      if (disposeChunks) disposeChunk(chunk)
    }
    if (arrivedBytes > 0) await parts.end(upload.offset + arrivedBytes === byteSize)
    yield arrivedBytes > 0 ? parts.state() : stateOf(upload, upload.notes, upload.offset)
    const { tail } = upload.notes
    if (tail !== null && arrivedBytes > 0) await deleteObject(upload.bucket, tail.key, {})
  } catch (error) {
    throw abortedOr(error, signal)
  } finally {
    body.destroy()
    await parts.abandon()
    await spool.close()
  }
}

/** Sends memory as one part. Returns its etag. */
export async function sendPart(upload: ResumableUpload, partNumber: number, bytes: Buffer): Promise<string> {
  const { bucket, key, uploadId, signal } = upload
  const command = new UploadPartCommand({
    ...locate(bucket, key),
    UploadId: uploadId,
    PartNumber: partNumber,
    Body: bytes,
  })
  const { ETag } = await attempt({ operation: 'resumable.append', key }, signal, (sendOptions) =>
    bucket.connection.client.send(command, sendOptions),
  )
  return readEtag(key, ETag)
}

/** Puts the bytes of the tail into the spool, where the following bytes are collected. */
export async function refill({ bucket, notes, signal }: ResumableUpload, spool: Spool): Promise<void> {
  if (notes.tail === null) return
  const { body } = await getObject(bucket, notes.tail.key, signal === undefined ? {} : { signal })
  for await (const chunk of body as AsyncIterable<Buffer>) await spool.fill(chunk)
}

/** The parts of one request. */
class Parts {
  readonly #upload: ResumableUpload
  readonly #spool: Spool
  #notes: ResumableNotes
  /** Bytes in parts and tail. */
  #offset: number
  #sending: Promise<{ readonly etag: string; readonly byteSize: number }> | undefined

  constructor(upload: ResumableUpload, spool: Spool) {
    this.#upload = upload
    this.#spool = spool
    // The tail is in the spool, and is sent with the next part.
    this.#notes = { ...upload.notes, tail: null }
    this.#offset = upload.offset - (upload.notes.tail?.byteSize ?? 0)
  }

  state(): ResumableState {
    return stateOf(this.#upload, this.#notes, this.#offset)
  }

  /** Begins to send the collected bytes; resolves when the spool can be filled again. */
  async begin(): Promise<void> {
    const { byteSize } = this.#spool
    const memory = await this.#upload.memory.lend(byteSize)
    try {
      await this.#spool.drain(memory.bytes)
    } catch (error) {
      memory.giveBack()
      throw error
    }
    this.#sending = this.#send(memory, byteSize)
    // Awaited later; until then its failure must not be an unhandled rejection.
    this.#sending.catch(() => {})
  }

  /** Waits for the part that is being sent. `false` if there was none. */
  async settle(): Promise<boolean> {
    const sent = await this.#sending
    this.#sending = undefined
    if (sent === undefined) return false
    this.#notes = { ...this.#notes, etags: [...this.#notes.etags, sent.etag] }
    this.#offset += sent.byteSize
    return true
  }

  /** Keeps the rest of the spool: as a part if it is large enough or the last, else as a tail. */
  async end(isLast: boolean): Promise<void> {
    await this.settle()
    if (this.#spool.byteSize === 0) return
    if (isLast || this.#spool.isFull()) {
      await this.begin()
      await this.settle()
    } else {
      await this.#putTail()
    }
  }

  /** Waits until nothing is being sent any more. */
  async abandon(): Promise<void> {
    await this.#sending?.catch(() => {})
  }

  async #send(memory: LentMemory, byteSize: number): Promise<{ readonly etag: string; readonly byteSize: number }> {
    try {
      return { etag: await sendPart(this.#upload, this.#notes.etags.length + 1, memory.bytes), byteSize }
    } finally {
      memory.giveBack()
    }
  }

  async #putTail(): Promise<void> {
    const { bucket, key, memory, signal } = this.#upload
    const { byteSize } = this.#spool
    const tailKey = companionKey(key, `${TAIL}-${randomBytes(8).toString('hex')}`)
    const lent = await memory.lend(byteSize)
    try {
      await this.#spool.drain(lent.bytes)
      await putObject(bucket, tailKey, Readable.from([lent.bytes]), {
        contentType: 'application/octet-stream',
        byteSize,
        ...(signal === undefined ? {} : { signal }),
      })
    } finally {
      lent.giveBack()
    }
    this.#notes = { ...this.#notes, tail: { key: tailKey, byteSize } }
    this.#offset += byteSize
  }
}

function stateOf({ uploadId }: ResumableUpload, notes: ResumableNotes, offset: number): ResumableState {
  return { offset, uploadId, notes }
}
