import type { SourceFile } from '@rindle/core'
import type { Picture } from './decoder/picture.ts'
import { DecoderEnded, DecoderProcess } from './decoder-process.ts'
import type { DecoderOptions } from './start-decoder.ts'

/** Options of a pool. */
export interface DecoderPoolOptions extends DecoderOptions {
  /** The time limit of every answer. */
  readonly timeoutMs: number
}

/**
 * The decoder processes of one processor, started when needed and kept: one for every image in work, and one that reads
 * many headers at a time, so that headers never wait behind an encoder.
 */
export class DecoderPool {
  readonly #options: DecoderPoolOptions
  readonly #all = new Set<DecoderProcess>()
  readonly #idle: DecoderProcess[] = []
  #reader: DecoderProcess | undefined
  #lastSuspect: Promise<unknown> = Promise.resolve()

  constructor(options: DecoderPoolOptions) {
    this.#options = options
  }

  /** The time limit of an answer, in milliseconds. */
  get timeoutMs(): number {
    return this.#options.timeoutMs
  }

  /** Takes a process for one user, until it is given back. */
  take(): DecoderProcess {
    for (;;) {
      // The last one: its memory is warm, and those at the other end are swapped out first.
      const decoder = this.#idle.pop()
      if (decoder === undefined) return this.#start()
      if (!decoder.hasEnded) return decoder
    }
  }

  /** Takes back a process that has answered everything. */
  giveBack(decoder: DecoderProcess): void {
    if (decoder.hasEnded) return
    // A diagnosis takes an extra process.
    if (this.#idle.length >= this.#options.concurrency) return decoder.stop()
    // Orders are processed in sequence, so nobody has to wait for this one.
    decoder.ask('forget_base', null, this.timeoutMs).catch(() => {})
    this.#idle.push(decoder)
  }

  /** Reads a header; rejects with sharp's error, or with {@link DecoderEnded}. */
  async readPicture(source: SourceFile): Promise<Picture> {
    if (this.#reader === undefined || this.#reader.hasEnded) this.#reader = this.#start()
    try {
      return await this.#reader.ask('read_picture', source, this.timeoutMs)
    } catch (error) {
      if (error instanceof DecoderEnded && mayBeOfOthers(error)) return await this.#readAlone(source)
      throw error
    }
  }

  /** Ends every process and resolves when they are gone. Open requests reject. */
  async stop(): Promise<void> {
    for (const decoder of this.#all) decoder.stop()
    await Promise.all([...this.#all].map(({ ended }) => ended))
  }

  // One file may have ended the process of the others, too. Reading them one by one shows which.
  #readAlone(source: SourceFile): Promise<Picture> {
    const read = this.#lastSuspect.then(async () => {
      const decoder = this.#start()
      try {
        return await decoder.ask('read_picture', source, this.timeoutMs)
      } finally {
        // One more than there are images to work on.
        decoder.stop()
      }
    })
    this.#lastSuspect = read.catch(() => {})
    return read
  }

  #start(): DecoderProcess {
    const { timeoutMs: _timeoutMs, ...options } = this.#options
    const decoder = DecoderProcess.start(options)
    this.#all.add(decoder)
    void decoder.ended.then(() => this.#all.delete(decoder))
    return decoder
  }
}

// The memory may belong to all the previous headers.
function mayBeOfOthers({ end, isSuspect }: DecoderEnded): boolean {
  return isSuspect || end === 'out_of_memory'
}
