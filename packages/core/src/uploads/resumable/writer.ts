import type { Hash } from 'node:crypto'
import { PassThrough, pipeline, Readable } from 'node:stream'
import { counted } from '../../domain/counted.ts'
import { isRindleError, RindleError } from '../../domain/errors.ts'
import { emptyFile } from '../../domain/gate.ts'
import { uploadRejected } from '../../domain/upload-rejected.ts'
import { profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { type BodyLimits, BodyPace, tooSlow } from '../body-pace.ts'
import { assertNotEnded, assertOpen, readSession } from '../sessions.ts'
import { type LockOptions, lockSession, type SessionLock } from './lock.ts'
import { keepLength, keepProgress, markResuming, type OpenResumable, readResumable } from './rows.ts'

/** Options of {@link writeResumableSession}. */
export type WriteResumableOptions = LockOptions

/** A body that follows the bytes that are stored already. */
export interface AppendBodyOptions extends BodyLimits {
  /** The client's offset, which must be right. */
  readonly offset: number
  /** The checksum that the client sent with the body. Nothing is stored of a body with another checksum. */
  readonly checksum?: { readonly hash: Hash; readonly expected: Buffer }
  /** The body's chunks have no other owner: their memory is freed as soon as they are stored. @default false */
  readonly disposeChunks?: boolean
}

/** The only writer of a resumable upload, until it is released or its process dies. */
export interface ResumableWriter {
  /**
   * Takes a body and returns the new offset. If the body breaks off, the bytes that arrived stay, and the call rejects
   * with the body's error. `conflict` for a wrong offset and for a lost lock, `upload_rejected` as soon as there are
   * more bytes than declared or accepted, `checksum_mismatch`, `session_expired`. One call at a time.
   */
  append(body: Readable, options: AppendBodyOptions): Promise<number>
  /** Declares the length that was open at the beginning. `upload_rejected`, `conflict`, `session_expired`. */
  declareLength(byteSize: number): Promise<void>
  /** Lets others write. Safe to repeat. */
  release(): Promise<void>
}

/**
 * Becomes the only writer of a resumable upload, after any process. Asks the current writer to end, and waits for it.
 * `conflict` when it does not end, `not_found`, `invalid_input` for another strategy.
 */
export async function writeResumableSession(
  runtime: Runtime,
  sessionId: string,
  options: WriteResumableOptions = {},
): Promise<ResumableWriter> {
  await readResumable(runtime, sessionId)
  const lock = await lockSession(runtime, sessionId, options)
  return {
    append: (body, appendOptions) => appendTo(runtime, lock, body, appendOptions),
    declareLength: (byteSize) => declareLength(runtime, lock, byteSize),
    release: () => lock.release(),
  }
}

/** {@link ResumableWriter.append} for the holder of the lock. */
export async function appendTo(
  runtime: Runtime,
  lock: SessionLock,
  body: Readable,
  { offset, checksum, disposeChunks = false, ...pace }: AppendBodyOptions,
): Promise<number> {
  const open = await readResumable(runtime, lock.sessionId)
  assertOpen(open, runtime.now())
  const { session, asset, resumable } = open
  if (offset !== resumable.offset) throw wrongOffset(open, offset)
  await markResuming(runtime, lock)
  const arriving = new Arrival(body, {
    limitBytes: limitOf(runtime, open) - offset,
    checksum,
    pace,
  })
  const states = storageOf(runtime, asset.storage).resumable.append(session.uploadKey, resumable, arriving.body, {
    signal: lock.lost,
    isWhole: checksum !== undefined,
    disposeChunks,
    ...(session.uploadLength === null ? {} : { byteSize: session.uploadLength }),
  })
  let reached: number | undefined
  try {
    for await (const state of states) {
      // After a body without bytes, too: the row then says that no client writes.
      if (state.offset !== reached) await keepProgress(runtime, lock, state)
      reached = state.offset
    }
  } catch (error) {
    // An abort takes no lock: it shows in the storage, or in the row.
    const mayHaveEnded = isRindleError(error, 'storage_object_missing') || isRindleError(error, 'conflict')
    if (mayHaveEnded) assertNotEnded(await readSession(runtime, lock.sessionId))
    throw error
  }
  arriving.throwIfBroken()
  return reached ?? offset
}

async function declareLength(runtime: Runtime, lock: SessionLock, byteSize: number): Promise<void> {
  const open = await readResumable(runtime, lock.sessionId)
  assertOpen(open, runtime.now())
  const { maxBytes, allowEmpty } = profileOf(runtime, open.asset.profile).accept
  if (byteSize > maxBytes) throw tooManyBytes()
  if (byteSize === 0 && !allowEmpty) throw uploadRejected(emptyFile())
  await keepLength(runtime, lock, byteSize)
}

/** A body as it arrives: measured, hashed on request, and ended where it breaks off. */
class Arrival {
  readonly body: Readable
  #broken: { readonly error: unknown } | undefined

  constructor(body: Readable, limits: ArrivalLimits) {
    const chunks = this.#measure(body, limits)
    // An error before the first read would reach no listener, and end the process.
    body.on('error', () => {})
    this.body = new Readable({
      ...PIECEWISE,
      read() {
        chunks.next().then(
          ({ done, value }) => this.push(done === true ? null : value),
          (error: unknown) => this.destroy(error as Error),
        )
      },
      // At once, not with the sender's next bytes: the sender may have stopped.
      destroy(error, callback) {
        body.destroy(error ?? undefined)
        callback(error)
      },
    })
  }

  /** Throws the error that ended the body. */
  throwIfBroken(): void {
    if (this.#broken !== undefined) throw this.#broken.error
  }

  async *#measure(
    body: Readable,
    { limitBytes, checksum, pace: limits }: ArrivalLimits,
  ): AsyncGenerator<Uint8Array, void> {
    let byteSize = 0
    const pace = new BodyPace(limits)
    const wait = (): NodeJS.Timeout => {
      const { timeoutMs, message } = pace.deadline()
      return setTimeout(() => body.destroy(tooSlow(message, 'Continue from the offset.')), timeoutMs)
    }
    let waiting = wait()
    try {
      for await (const chunk of piecewise(body)) {
        clearTimeout(waiting)
        pace.take(chunk.byteLength)
        byteSize += chunk.byteLength
        if (byteSize > limitBytes) throw tooManyBytes()
        checksum?.hash.update(chunk)
        yield chunk
        waiting = wait()
      }
    } catch (error) {
      const isBreak = !isRindleError(error) || error.details['reason'] === 'body_timeout'
      if (checksum !== undefined || !isBreak) throw error
      this.#broken = { error }
    } finally {
      clearTimeout(waiting)
    }
    const isOther = checksum !== undefined && !checksum.hash.digest().equals(checksum.expected)
    if (isOther) throw new RindleError('checksum_mismatch', 'The body does not match the checksum that came with it.')
  }
}

interface ArrivalLimits {
  readonly limitBytes: number
  readonly checksum: AppendBodyOptions['checksum']
  readonly pace: BodyLimits
}

// A byte stream merges its chunks on the next read: that costs a copy, and leaves the pieces to the garbage collector.
// In object mode they stay separate, one ahead of the storage.
const PIECEWISE = { objectMode: true, highWaterMark: 1 }

function piecewise(body: Readable): AsyncIterable<Uint8Array> {
  const pieces = new PassThrough(PIECEWISE)
  // A failure at either end reaches the other, and the reader gets the error.
  pipeline(body, pieces, () => {})
  return pieces
}

function limitOf(runtime: Runtime, { session, asset }: OpenResumable): number {
  return session.uploadLength ?? profileOf(runtime, asset.profile).accept.maxBytes
}

function wrongOffset({ session, resumable }: OpenResumable, offset: number): RindleError {
  return new RindleError(
    'conflict',
    `Upload session ${session.id} has ${counted(resumable.offset, 'byte')}, not ${offset}. Continue from there.`,
    { details: { reason: 'offset' } },
  )
}

function tooManyBytes(): RindleError {
  const message = 'The body has more bytes than declared or accepted.'
  return uploadRejected({ reason: 'max_bytes_exceeded', message })
}
