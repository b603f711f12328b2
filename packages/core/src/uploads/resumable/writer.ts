import type { Hash } from 'node:crypto'
import { PassThrough, pipeline, Readable } from 'node:stream'
import { counted } from '../../domain/counted.ts'
import { isRindleError, RindleError } from '../../domain/errors.ts'
import { uploadRejected } from '../../domain/upload-rejected.ts'
import { profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { type BodyLimits, BodyPace, tooSlow } from '../body-pace.ts'
import { assertNotEnded, assertOpen, readSession } from '../sessions.ts'
import { type LockOptions, lockSession, type SessionLock } from './lock.ts'
import { keepLength, keepProgress, markResuming, type OpenResumable, readResumable } from './rows.ts'

/** Options of {@link writeResumableSession}. */
export type WriteResumableOptions = LockOptions

/** A body that follows the bytes that are there. */
export interface AppendBodyOptions extends BodyLimits {
  /** How many bytes the client believes are there, which must be right. */
  readonly offset: number
  /** The checksum that the client sent with the body. Of a body that has another, nothing is kept. */
  readonly checksum?: { readonly hash: Hash; readonly expected: Buffer }
  /** Nobody else holds the chunks of the body: their memory is given free as soon as they are kept. @default false */
  readonly disposeChunks?: boolean
}

/** The one writer of a resumable upload, until it is released or its process dies. */
export interface ResumableWriter {
  /**
   * Takes a body and gives the new offset. Of one that breaks off, what arrived is kept, and the call rejects with its
   * error. `conflict` for a wrong offset and when the lock was lost, `upload_rejected` as soon as there are more bytes
   * than were declared or are accepted, `checksum_mismatch`, `session_expired`. Not twice at once.
   */
  append(body: Readable, options: AppendBodyOptions): Promise<number>
  /** Declares the length that was left open at the beginning. `upload_rejected`, `conflict`, `session_expired`. */
  declareLength(byteSize: number): Promise<void>
  /** Lets others write. Safe to repeat. */
  release(): Promise<void>
}

/**
 * Becomes the one writer of a resumable upload, whatever process wrote to it before. Waits for the writer that there
 * is, who hears that he is to end. `conflict` when he does not, `not_found`, `invalid_input` for another strategy.
 */
export async function writeResumableSession(
  runtime: Runtime,
  sessionId: string,
  options: WriteResumableOptions = {},
): Promise<ResumableWriter> {
  await readResumable(runtime, sessionId)
  const lock = await lockSession(runtime, sessionId, options)
  return {
    append: (body, appendOptions) => append(runtime, lock, body, appendOptions),
    declareLength: (byteSize) => declareLength(runtime, lock, byteSize),
    release: () => lock.release(),
  }
}

async function append(
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
  let reached = offset
  try {
    for await (const state of states) {
      if (state.offset > reached) await keepProgress(runtime, lock, state)
      reached = state.offset
    }
  } catch (error) {
    // Who gives an upload up takes no lock: it shows in the storage, or in the row.
    const mayHaveEnded = isRindleError(error, 'storage_object_missing') || isRindleError(error, 'conflict')
    if (mayHaveEnded) assertNotEnded(await readSession(runtime, lock.sessionId))
    throw error
  }
  arriving.throwIfBroken()
  return reached
}

async function declareLength(runtime: Runtime, lock: SessionLock, byteSize: number): Promise<void> {
  const open = await readResumable(runtime, lock.sessionId)
  assertOpen(open, runtime.now())
  const { maxBytes } = profileOf(runtime, open.asset.profile).accept
  if (byteSize > maxBytes) throw tooManyBytes()
  await keepLength(runtime, lock, byteSize)
}

/** A body as it arrives: measured, hashed where that is asked for, and ended where it breaks off. */
class Arrival {
  readonly body: Readable
  #broken: { readonly error: unknown } | undefined

  constructor(body: Readable, limits: ArrivalLimits) {
    const chunks = this.#measure(body, limits)
    // Ended before anybody has read of it, it would tell nobody why, and that would end the process.
    body.on('error', () => {})
    this.body = new Readable({
      ...PIECEWISE,
      read() {
        chunks.next().then(
          ({ done, value }) => this.push(done === true ? null : value),
          (error: unknown) => this.destroy(error as Error),
        )
      },
      // At once, and not when the sender next says something: he may stand still.
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
      return setTimeout(() => body.destroy(tooSlow(message, 'Go on from the offset.')), timeoutMs)
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
    if (isOther) throw new RindleError('checksum_mismatch', 'The body is not of the checksum that came with it.')
  }
}

interface ArrivalLimits {
  readonly limitBytes: number
  readonly checksum: AppendBodyOptions['checksum']
  readonly pace: BodyLimits
}

// A stream of bytes puts together what it holds when it is asked for more: a copy, and the pieces are left to the
// collector. As objects they stay what they are, one ahead of the storage.
const PIECEWISE = { objectMode: true, highWaterMark: 1 }

function piecewise(body: Readable): AsyncIterable<Uint8Array> {
  const pieces = new PassThrough(PIECEWISE)
  // Both ends hear of what goes wrong at the other, and whoever reads is told.
  pipeline(body, pieces, () => {})
  return pieces
}

function limitOf(runtime: Runtime, { session, asset }: OpenResumable): number {
  return session.uploadLength ?? profileOf(runtime, asset.profile).accept.maxBytes
}

function wrongOffset({ session, resumable }: OpenResumable, offset: number): RindleError {
  return new RindleError(
    'conflict',
    `Upload session ${session.id} has ${counted(resumable.offset, 'byte')}, not ${offset}. Go on from there.`,
    { details: { reason: 'offset' } },
  )
}

function tooManyBytes(): RindleError {
  const message = 'There are more bytes than were declared or are accepted.'
  return uploadRejected({ reason: 'max_bytes_exceeded', message })
}
