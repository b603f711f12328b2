import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { FromDecoder, Order, OrderKind, Orders } from './decoder/orders.ts'
import type { RefusalCode } from './decoder/refusal.ts'
import { type DecoderOptions, startDecoder } from './start-decoder.ts'

/**
 * Why a decoder process is no more: `crashed` by an error of its own, `killed` from outside, `timed_out`, `out_of_memory` by the bound of its
 * own, `stopped` on purpose, `unstartable` before it could do anything.
 */
export type DecoderEnd = 'crashed' | 'killed' | 'timed_out' | 'out_of_memory' | 'stopped' | 'unstartable'

/** What is rejected with when a decoder process ends before it has answered. */
export class DecoderEnded extends Error {
  override readonly name: string = 'DecoderEnded'
  readonly end: DecoderEnd
  /** Whether it worked on something else at the same time, so that this may not be what ended it. */
  readonly isSuspect: boolean

  constructor(end: DecoderEnd, message: string, isSuspect: boolean) {
    super(message)
    this.end = end
    this.isSuspect = isSuspect
  }
}

/** A verdict of a decoder about the bytes it was given, in a sentence of its own. */
export class DecoderVerdict extends Error {
  override readonly name: string = 'DecoderVerdict'
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string) {
    super(message)
    this.code = code
  }
}

function failureOf(failure: string, verdict: RefusalCode | null): Error {
  return verdict === null ? new Error(failure) : new DecoderVerdict(verdict, failure)
}

interface Pending {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** Signals that a process does not bring upon itself: the system sends the first when there is no memory left. */
const FROM_OUTSIDE: readonly unknown[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']

const START_TIMEOUT_MS = 30_000
const KEPT_MESSAGE_CHARACTERS = 4096

/** One process that decodes. It keeps this one alive only while there is an answer to wait for. */
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

  /** Starts one. Throws {@link DecoderEnded}, or the first `ask` rejects with it, when that cannot be done. */
  static start(options: DecoderOptions): DecoderProcess {
    try {
      const decoder = new DecoderProcess(startDecoder(options))
      decoder.#listen()
      return decoder
    } catch (error) {
      // Some lacks of the system are thrown, others are told later.
      throw new DecoderEnded('unstartable', String(error), false)
    }
  }

  /** Of the system; `undefined` when it could not be started. */
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
   * What the process answers. Rejects with an error whose message is sharp's, with a {@link DecoderVerdict}, or with
   * {@link DecoderEnded}. After
   * `timeoutMs` the process is killed, whatever else it does.
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
    // A channel that cannot be written to belongs to a process that has ended, which is heard of below.
    this.#child.send(order, () => {})
    try {
      return (await promise) as Orders[Kind]['answer']
    } finally {
      clearTimeout(timer)
      this.#pending.delete(id)
      this.#keepAliveWhileBusy()
    }
  }

  /** Ends the process at once: it holds nothing that would have to be put in order. Safe to repeat. */
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
    // After everything that it has said was heard.
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

  // The line that names the error: Node prints a stack and its version after it, libvips warnings before.
  #lastWords(): string {
    const lines = this.#messages.split('\n').filter((line) => line.trim() !== '')
    const line = lines.find((candidate) => /error/i.test(candidate)) ?? lines.at(-1)
    return line === undefined ? '' : `: ${line.trim()}`
  }

  // With all that it holds: its end is only seen when the channel and the pipe have closed, too.
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
