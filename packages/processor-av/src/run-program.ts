import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { RindleError } from '@rindle/core'
import { cancelled, throwIfCancelled } from './cancellation.ts'
import { CAN_SUPERVISE, type Command, type ResourceLimits, supervised } from './supervised-command.ts'

/** The limits of one run of a program. */
export interface RunLimits extends ResourceLimits {
  readonly timeoutMs: number
  /** The longest time between two signs of life; absent: only the whole time counts. */
  readonly stallTimeoutMs?: number
}

/** How to run a program. */
export interface RunOptions {
  readonly limits: RunLimits
  /** Its working directory, which also holds its temporary files. */
  readonly directory: string
  readonly signal?: AbortSignal
  /**
   * Receives standard output as it arrives; returns whether it was a sign of life. An error that it throws ends the
   * program, and the run rejects with that error.
   */
  readonly onOutput: (chunk: Buffer) => boolean
  /** Receives all of standard error as it arrives; {@link ProgramEnd} keeps only the last part. */
  readonly onMessages?: (text: string) => void
}

/** How a program ended on its own. */
export interface ProgramEnd {
  /** `null`: a signal ended it. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The last lines of its standard error. */
  readonly messages: string
}

/** The size limit for files of a program that should not write any. */
export const NO_FILE_BYTES: number = 1024 ** 2

const KEPT_MESSAGE_CHARACTERS = 16_384

// FFmpeg gets no other variables: FFREPORT would make it write files, and proxies are for networks.
const INHERITED_VARIABLES = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot']
// English messages. Static builds crash when they load the character sets of the system's C library.
const OWN_VARIABLES = { LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1', GCONV_PATH: '/dev/null' }

/**
 * Runs a program without shell interpretation of its arguments, in a process group of its own that is killed as a
 * whole. Resolves when the program has ended on its own, with any exit code. Throws `variant_processing_cancelled` when
 * `signal` aborts, and `processing_timeout`; by then none of its processes is left. It never outlives this process (on
 * Windows, which has neither limits nor groups, it may).
 */
export async function runProgram(command: Command, options: RunOptions): Promise<ProgramEnd> {
  throwIfCancelled(options.signal)
  const { program, arguments: args } = supervised(command, options.limits)
  const child = spawn(program, args, {
    cwd: options.directory,
    env: environment(options.directory),
    detached: CAN_SUPERVISE,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // Nothing is written to it: closing it is the message.
  child.stdin.on('error', () => {})
  let messages = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages = (messages + text).slice(-KEPT_MESSAGE_CHARACTERS)
    options.onMessages?.(text)
  })
  const killing = new Killing(child)
  // Also ends processes that the program started, or that a killed supervisor left behind.
  child.once('exit', () => killing.killGroup())
  const watch = watchOver(child, killing, options)
  try {
    const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    if (killing.reason !== undefined) throw killing.reason
    return { ...programEnd(exitCode, signal), messages }
  } finally {
    watch[Symbol.dispose]()
  }
}

/** Kills a program, and keeps the first reason for it. */
class Killing {
  readonly #child: ChildProcess
  reason: Error | undefined

  constructor(child: ChildProcess) {
    this.#child = child
  }

  kill(reason: Error): void {
    this.reason ??= reason
    this.killGroup()
  }

  killGroup(): void {
    const { pid } = this.#child
    if (pid === undefined) return
    if (!CAN_SUPERVISE) {
      this.#child.kill('SIGKILL')
      return
    }
    try {
      process.kill(-pid, 'SIGKILL')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // Every process of the group has ended; macOS returns EPERM until the last one is reaped.
      if (code !== 'ESRCH' && code !== 'EPERM') throw error
    }
  }
}

function watchOver(child: ChildProcess, killing: Killing, options: RunOptions): Disposable {
  const { limits, signal, onOutput } = options
  const expire = (what: string, ms: number) => (): void => killing.kill(timeoutError(what, ms))
  const timeout = setTimeout(expire('ran', limits.timeoutMs), limits.timeoutMs)
  const { stallTimeoutMs = limits.timeoutMs } = limits
  const stall = setTimeout(expire('made no progress', stallTimeoutMs), stallTimeoutMs)
  const onAbort = (): void => {
    if (signal !== undefined) killing.kill(cancelled(signal))
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  child.stdout?.on('data', (chunk: Buffer) => {
    if (killing.reason !== undefined) return
    try {
      if (onOutput(chunk)) stall.refresh()
    } catch (error) {
      killing.kill(error instanceof Error ? error : new Error(String(error)))
    }
  })
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timeout)
      clearTimeout(stall)
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

// A shell reports a child that a signal ended as 128 plus the number of the signal. FFmpeg ends with 255 when it is
// asked to stop, and with small numbers otherwise.
function programEnd(exitCode: number | null, signal: NodeJS.Signals | null): Omit<ProgramEnd, 'messages'> {
  if (exitCode === null || !CAN_SUPERVISE) return { exitCode, signal }
  const found = Object.entries(constants.signals).find(([, number]) => number + 128 === exitCode)
  return found === undefined ? { exitCode, signal } : { exitCode: null, signal: found[0] as NodeJS.Signals }
}

function timeoutError(what: string, ms: number): RindleError {
  const option = what === 'ran' ? 'timeoutSeconds' : 'stallTimeoutSeconds'
  const message = `FFmpeg ${what} for ${ms / 1_000} s and was stopped; raise \`${option}\` of avProcessor if it needs more.`
  return new RindleError('processing_timeout', message, { details: { timeoutMs: ms } })
}

function environment(directory: string): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(INHERITED_VARIABLES.map((name) => [name, process.env[name]] as const))
  return { ...inherited, ...OWN_VARIABLES, TMPDIR: directory }
}
