import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { RindleError } from '@rindle/core'
import { cancelled, throwIfCancelled } from './cancellation.ts'
import { CAN_SUPERVISE, type Command, type ResourceLimits, supervised } from './supervised-command.ts'

/** What one run of a program may use. */
export interface RunLimits extends ResourceLimits {
  readonly timeoutMs: number
  /** The longest time between two signs of life; without it only the whole time counts. */
  readonly stallTimeoutMs?: number
}

/** How a program is run. */
export interface RunOptions {
  readonly limits: RunLimits
  /** Its working directory, and the place for temporary files of its own. */
  readonly directory: string
  readonly signal?: AbortSignal
  /**
   * Given its standard output as it comes; returns whether that was a sign of life. What it throws ends the program
   * and is what the run rejects with.
   */
  readonly onOutput: (chunk: Buffer) => boolean
  /** Given its standard error as it comes, whole; an end keeps only the last of it. */
  readonly onMessages?: (text: string) => void
}

/** How a program ended by itself. */
export interface ProgramEnd {
  /** `null`: a signal ended it. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The last lines of its standard error. */
  readonly messages: string
}

/** What a program may write to files that is not meant to write any. */
export const NO_FILE_BYTES: number = 1024 ** 2

const KEPT_MESSAGE_CHARACTERS = 16_384

// Nothing else of the environment is FFmpeg's business: FFREPORT would make it write files, proxies are for networks.
const INHERITED_VARIABLES = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot']
// Messages in English; and static builds crash when they load the character sets of the system's C library.
const OWN_VARIABLES = { LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1', GCONV_PATH: '/dev/null' }

/**
 * Runs a program without a shell's interpretation of its arguments, in a process group of its own which is killed as a
 * whole, and resolves when it has ended by itself, with whatever exit code. `variant_processing_cancelled` when
 * `signal` aborts, `processing_timeout`; by then no process of it is left. It never outlives this process (on Windows,
 * where there are neither limits nor groups, it may).
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
  // Nothing is ever written to it: its closing is the message.
  child.stdin.on('error', () => {})
  let messages = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages = (messages + text).slice(-KEPT_MESSAGE_CHARACTERS)
    options.onMessages?.(text)
  })
  const killing = new Killing(child)
  // What the program started itself, or what a killed supervisor left behind, goes with it.
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

/** The one reason for which a program is being killed. */
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
      // Every process of the group has ended; macOS says EPERM while the last is not waited for yet.
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

// A shell reports the death of its child by a signal as 128 and the number of the signal; FFmpeg ends with 255 when it
// is told to stop, and with small numbers otherwise.
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
