import { addAbortSignal, type Readable } from 'node:stream'
import { RindleError } from '@rindle/core'
import { type AppendOptions, abortedOr, disposeChunk, partBuffer, type ResumableState } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { type AzureContainer, blobOf } from './azure-container.ts'
import { MAX_BLOCKS, newBlockNames, stageBlock } from './blocks.ts'
import { countBlocks, type ResumableNotes } from './resumable-notes.ts'

/** One upload, with its progress so far. */
export interface ResumableUpload {
  readonly container: AzureContainer
  readonly key: string
  readonly uploadId: string
  readonly offset: number
  readonly notes: ResumableNotes
  readonly signal: AbortSignal | undefined
}

/**
 * Takes a body and yields the state after each block that the service has, and at its end. One block is sent while the
 * next is collected. A block of the service may have any size, so the rest of a body is one, too.
 */
export async function* appendBody(
  upload: ResumableUpload,
  body: Readable,
  { isWhole = false, disposeChunks = false }: AppendOptions,
): AsyncGenerator<ResumableState, void> {
  // Without a listener, a body that fails before it is read would end the process; its reader sees the failure later.
  body.on('error', () => {})
  const { signal, notes } = upload
  const blocks = new Blocks(upload)
  const part = partBuffer(notes.blockBytes)
  try {
    signal?.throwIfAborted()
    const arriving: AsyncIterable<Buffer> = signal === undefined ? body : addAbortSignal(signal, body)
    let waiting = 0
    for await (const chunk of arriving) {
      for (let rest = chunk; rest.byteLength > 0; ) {
        const left = part.fill(rest)
        waiting += rest.byteLength - left.byteLength
        rest = left
        if (!part.isFull()) continue
        const isMore = await blocks.settle()
        if (isMore && !isWhole) yield blocks.state()
        blocks.begin(part.drain())
        waiting = 0
      }
      if (disposeChunks) disposeChunk(chunk)
    }
    await blocks.settle()
    if (waiting > 0) {
      blocks.begin(part.drain())
      await blocks.settle()
    }
    yield blocks.state()
  } catch (error) {
    throw abortedOr(error, signal)
  } finally {
    body.destroy()
    await blocks.abandon()
  }
}

/** The blocks of one request. */
class Blocks {
  readonly #upload: ResumableUpload
  readonly #names = newBlockNames()
  readonly #before: number
  #count = 0
  #offset: number
  #sending: Promise<number> | undefined

  constructor(upload: ResumableUpload) {
    this.#upload = upload
    this.#before = countBlocks(upload.notes)
    this.#offset = upload.offset
  }

  state(): ResumableState {
    const { uploadId, notes } = this.#upload
    const runs = this.#count === 0 ? notes.runs : [...notes.runs, [this.#names.token, this.#count] as const]
    return { offset: this.#offset, uploadId, notes: { ...notes, runs } }
  }

  /** Begins to send a block. */
  begin(bytes: Buffer): void {
    this.#sending = this.#send(this.#count + 1, bytes)
    // Awaited later; until then its failure must not be an unhandled rejection.
    this.#sending.catch(() => {})
  }

  /** Waits for the block that is being sent. `false` if there was none. */
  async settle(): Promise<boolean> {
    const byteSize = await this.#sending
    this.#sending = undefined
    if (byteSize === undefined) return false
    this.#count += 1
    this.#offset += byteSize
    return true
  }

  /** Waits until nothing is being sent any more. */
  async abandon(): Promise<void> {
    await this.#sending?.catch(() => {})
  }

  async #send(blockNumber: number, bytes: Buffer): Promise<number> {
    const { container, key, signal } = this.#upload
    if (this.#before + blockNumber > MAX_BLOCKS) {
      throw new RindleError('invalid_input', `The upload of "${key}" came in more than ${MAX_BLOCKS} pieces.`)
    }
    await attempt(container, { operation: 'resumable.append', key }, signal, (abortSignal) =>
      stageBlock(blobOf(container, key), this.#names.nameOf(blockNumber), bytes, abortSignal),
    )
    return bytes.byteLength
  }
}
