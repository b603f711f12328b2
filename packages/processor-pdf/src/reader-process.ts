import type { ChildProcess } from 'node:child_process'
import type { FromReader, Order, OrderKind, Orders, ReaderSettings, VerdictCode } from './reader/orders.ts'
import { startReader } from './start-reader.ts'

/**
 * Why a reader process ended: `crashed` by its own error, `killed` from outside, `timed_out`, `out_of_memory` by its own
 * limit, `stopped` on purpose, `unstartable` before it could do anything.
 */
export type ReaderEnd = 'crashed' | 'killed' | 'timed_out' | 'out_of_memory' | 'stopped' | 'unstartable'

/** The rejection of an order whose process ended before it answered. */
export class ReaderEnded extends Error {
  override readonly name: string = 'ReaderEnded'
  readonly end: ReaderEnd

  constructor(end: ReaderEnd, message: string) {
    super(message)
    this.end = end
  }
}

/** A verdict of a reader about a document, as a sentence. */
export class ReaderVerdict extends Error {
  override readonly name: string = 'ReaderVerdict'
  readonly code: VerdictCode

  constructor(code: VerdictCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Signals that a process does not cause itself: the system sends the first when there is no memory left. */
const FROM_OUTSIDE: readonly unknown[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']

const START_TIMEOUT_MS = 30_000
const KEPT_MESSAGE_CHARACTERS = 4096

/** One process that reads one document. It takes one order at a time. */
export class ReaderProcess {
  readonly #child: ChildProcess
  readonly #ended = Promise.withResolvers<void>()
  #pending: PromiseWithResolvers<unknown> | undefined
  #isReady = false
  #end: ReaderEnded | undefined
  #messages = ''

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Starts one. If that fails, throws {@link ReaderEnded}, or the first `ask` rejects with it. */
  static start(settings: ReaderSettings): ReaderProcess {
    try {
      const reader = new ReaderProcess(startReader(settings))
      reader.#listen()
      return reader
    } catch (error) {
      // Some failures of the system are thrown, others are reported later.
      throw new ReaderEnded('unstartable', String(error))
    }
  }

  /**
   * Gives an order, and resolves with the answer. Rejects with the reader's error, with a {@link ReaderVerdict}, or with
   * {@link ReaderEnded}: after `timeoutMs` the process is killed.
   */
  async ask<Kind extends OrderKind>(
    kind: Kind,
    given: Orders[Kind]['given'],
    timeoutMs: number,
  ): Promise<Orders[Kind]['answer']> {
    if (this.#end !== undefined) throw this.#end
    const pending = Promise.withResolvers<unknown>()
    this.#pending = pending
    const allowedMs = timeoutMs + (this.#isReady ? 0 : START_TIMEOUT_MS)
    const timer = setTimeout(() => this.#kill('timed_out', `no answer after ${allowedMs / 1000} s`), allowedMs)
    const order: Order<Kind> = { kind, given }
    // A broken channel means that the process has ended, which is handled below.
    this.#child.send(order, () => {})
    try {
      return (await pending.promise) as Orders[Kind]['answer']
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends the process at once, and resolves when it is gone: it has nothing to clean up. Safe to repeat. */
  stop(): Promise<void> {
    this.#kill('stopped', 'it was stopped')
    return this.#ended.promise
  }

  #kill(end: ReaderEnd, message: string): void {
    this.#end ??= new ReaderEnded(end, message)
    this.#child.kill('SIGKILL')
  }

  #listen(): void {
    const child = this.#child
    child.on('message', (message: FromReader) => this.#hear(message))
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
  }

  #hear(message: FromReader): void {
    switch (message.type) {
      case 'ready':
        this.#isReady = true
        return
      case 'done':
        this.#pending?.resolve(message.answer)
        return
      case 'failed':
        this.#pending?.reject(failureOf(message.failure, message.verdict))
        return
      case 'out_of_memory':
        this.#end ??= new ReaderEnded('out_of_memory', `${Math.round(message.residentBytes / 1024 ** 2)} MiB`)
    }
  }

  #bury(how: string, isKilled = false): void {
    const byItself = this.#isReady ? 'crashed' : 'unstartable'
    this.#end ??= new ReaderEnded(isKilled ? 'killed' : byItself, `${how}${this.#lastWords()}`)
    this.#pending?.reject(this.#end)
    this.#ended.resolve()
  }

  // The line that names the error: Node prints a stack and its version after it.
  #lastWords(): string {
    const lines = this.#messages.split('\n').filter((line) => line.trim() !== '')
    const line = lines.find((candidate) => /error/i.test(candidate)) ?? lines.at(-1)
    return line === undefined ? '' : `: ${line.trim()}`
  }
}

function failureOf(failure: string, verdict: VerdictCode | null): Error {
  return verdict === null ? new Error(failure) : new ReaderVerdict(verdict, failure)
}
