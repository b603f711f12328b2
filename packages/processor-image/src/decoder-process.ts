import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { FromDecoder, Order, OrderKind, Orders, VerdictCode } from './decoder/orders.ts'
import { type DecoderOptions, startDecoder } from './start-decoder.ts'

/**
 * Why a decoder process ended: `crashed` by its own error, `killed` from outside, `timed_out`, `out_of_memory` by its
 * own limit, `stopped` on purpose, `unstartable` before it could do anything.
 */
export type DecoderEnd = 'crashed' | 'killed' | 'timed_out' | 'out_of_memory' | 'stopped' | 'unstartable'

/** The rejection of a request whose decoder process ended before it answered. */
export class DecoderEnded extends Error {
  override readonly name: string = 'DecoderEnded'
  readonly end: DecoderEnd
  /** Whether the process had other work at the same time, which may have ended it. */
  readonly isSuspect: boolean

  constructor(end: DecoderEnd, message: string, isSuspect: boolean) {
    super(message)
    this.end = end
    this.isSuspect = isSuspect
  }
}

/** A verdict of a decoder, as a sentence: about the bytes, or about a file of the application. */
export class DecoderVerdict extends Error {
  override readonly name: string = 'DecoderVerdict'
  readonly code: VerdictCode

  constructor(code: VerdictCode, message: string) {
    super(message)
    this.code = code
  }
}

function failureOf(failure: string, verdict: VerdictCode | null): Error {
  return verdict === null ? new Error(failure) : new DecoderVerdict(verdict, failure)
}

interface Pending {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** Signals that a process does not cause itself: the system sends the first when there is no memory left. */
const FROM_OUTSIDE: readonly unknown[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']

const START_TIMEOUT_MS = 30_000
const KEPT_MESSAGE_CHARACTERS = 4096

/** One process that decodes. It keeps this process alive only while an answer is due. */
export class DecoderProcess {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, Pending>()
  readonly #ended = Promise.withResolvers<void>()
  #nextId = 0
  #isReady = false
  #isGone = false
  #end: { readonly end: DecoderEnd; readonly message: string; readonly culprit?: number } | undefined
  #messages = ''

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Starts one. If that fails, throws {@link DecoderEnded}, or the first `ask` rejects with it. */
  static start(options: DecoderOptions): DecoderProcess {
    try {
      const decoder = new DecoderProcess(startDecoder(options))
      decoder.#listen()
      return decoder
    } catch (error) {
      // Some failures of the system are thrown, others are reported later.
      throw new DecoderEnded('unstartable', String(error), false)
    }
  }

  /** The system's process id; `undefined` if the process could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Whether it is gone, or about to be. */
  get hasEnded(): boolean {
    return this.#end !== undefined
  }

  /** Resolves when the process is gone. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /**
   * Asks the process. Rejects with an error that has sharp's message, with a {@link DecoderVerdict}, or with
   * {@link DecoderEnded}. After `timeoutMs` the process is killed, whatever else it is doing.
   */
  async ask<Kind extends OrderKind>(
    kind: Kind,
    given: Orders[Kind]['given'],
    timeoutMs: number,
  ): Promise<Orders[Kind]['answer']> {
    if (this.#end !== undefined) throw new DecoderEnded(this.#end.end, this.#end.message, true)
    const id = this.#nextId
    this.#nextId += 1
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#pending.set(id, { resolve, reject })
    this.#keepAliveWhileBusy()
    const allowedMs = timeoutMs + (this.#isReady ? 0 : START_TIMEOUT_MS)
    const timer = setTimeout(() => this.#kill('timed_out', `no answer after ${allowedMs / 1000} s`, id), allowedMs)
    const order: Order<Kind> = { id, kind, given }
    // A broken channel means that the process has ended, which is handled below.
    this.#child.send(order, () => {})
    try {
      return (await promise) as Orders[Kind]['answer']
    } finally {
      clearTimeout(timer)
      this.#pending.delete(id)
      this.#keepAliveWhileBusy()
    }
  }

  /** Ends the process at once: it has nothing to clean up. Safe to repeat. */
  stop(): void {
    this.#kill('stopped', 'it was stopped')
  }

  #kill(end: DecoderEnd, message: string, culprit?: number): void {
    this.#end ??= { end, message, ...(culprit === undefined ? {} : { culprit }) }
    this.#keepAliveWhileBusy()
    this.#child.kill('SIGKILL')
  }

  #listen(): void {
    const child = this.#child
    child.on('message', (message: FromDecoder) => this.#hear(message))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#messages = (this.#messages + text).slice(-KEPT_MESSAGE_CHARACTERS)
    })
    child.on('error', (error) => {
      if (child.pid === undefined) this.#bury(error.message)
    })
    // `close` comes after all of its messages.
    child.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
      this.#bury(signal ?? `exit code ${code}`, FROM_OUTSIDE.includes(signal))
    })
    this.#keepAliveWhileBusy()
  }

  #hear(message: FromDecoder): void {
    switch (message.type) {
      case 'ready':
        this.#isReady = true
        return
      case 'done':
        this.#pending.get(message.id)?.resolve(message.answer)
        return
      case 'failed':
        this.#pending.get(message.id)?.reject(failureOf(message.failure, message.verdict))
        return
      case 'out_of_memory':
        this.#end ??= { end: 'out_of_memory', message: `${Math.round(message.residentBytes / 1024 ** 2)} MiB` }
    }
  }

  #bury(how: string, isKilled = false): void {
    const byItself = this.#isReady ? 'crashed' : 'unstartable'
    this.#end ??= { end: isKilled ? 'killed' : byItself, message: `${how}${this.#lastWords()}` }
    const { end, message, culprit } = this.#end
    const isShared = this.#pending.size > 1
    for (const [id, { reject }] of this.#pending) reject(new DecoderEnded(end, message, isShared && id !== culprit))
    this.#isGone = true
    this.#ended.resolve()
  }

  // The line that names the error: Node prints a stack and its version after it, libvips prints warnings before it.
  #lastWords(): string {
    const lines = this.#messages.split('\n').filter((line) => line.trim() !== '')
    const line = lines.find((candidate) => /error/i.test(candidate)) ?? lines.at(-1)
    return line === undefined ? '' : `: ${line.trim()}`
  }

  // Including its handles: its end is visible only when the channel and the pipe have closed, too.
  #keepAliveWhileBusy(): void {
    if (this.#isGone) return
    const isBusy = this.#pending.size > 0 || this.#end !== undefined
    // The pipe is a socket; its type does not say so.
    const handles = [this.#child, this.#child.channel, this.#child.stderr as Socket | null]
    for (const handle of handles) {
      if (isBusy) handle?.ref()
      else handle?.unref()
    }
  }
}
