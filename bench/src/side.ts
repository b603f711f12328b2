import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { JsonObject } from '@rindle/core'
import type { Figures } from './alternate.ts'
import type { FromSide, ToSide } from './side-messages.ts'

const STOP_TIMEOUT_MS = 10_000
const SOURCES = '--conditions=dev-source'

/** One side of a bench, in a process of its own. */
export interface Side extends AsyncDisposable {
  /** The facts that the process reported when it was ready. */
  readonly facts: JsonObject
  readonly processId: number
  /** Runs one round. Do not run two at once. */
  round(input?: JsonObject): Promise<Figures>
}

/** Options of {@link startSide}. */
export interface SideOptions {
  /** The input of the program. */
  readonly setup: JsonObject
  /** Options of Node itself, besides those of this process. @default none */
  readonly nodeOptions?: readonly string[]
  /**
   * Loads packages as they were built, not their sources, and the program itself from a cache in this directory:
   * otherwise the type stripper would stay in its memory. @default sources
   */
  readonly built?: { readonly cache: string }
  readonly signal: AbortSignal
}

/**
 * Starts a program that calls `serveSide`, and waits until it is ready. Both sides of a bench get the same environment
 * and the same Node options.
 */
export async function startSide(program: URL, options: SideOptions): Promise<Side> {
  const { setup, nodeOptions = [], built, signal } = options
  const inherited = process.execArgv.filter((option) => built === undefined || option !== SOURCES)
  const execArgv = [...inherited, ...nodeOptions]
  const env = { ...process.env, ...(built === undefined ? {} : { NODE_COMPILE_CACHE: built.cache }) }
  // Fills the cache: without a request, the program ends once it is loaded.
  if (built !== undefined) {
    await promisify(execFile)(process.execPath, [...execArgv, fileURLToPath(program)], { env, signal })
  }
  // The output of a side must not come between the figures on stdout.
  const child = fork(program, { execArgv, env, signal, killSignal: 'SIGTERM', stdio: ['ignore', 2, 2, 'ipc'] })
  // The abort shows as the end of the process, below.
  child.on('error', () => {})
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const answer = async (message: ToSide): Promise<FromSide & { type: 'ready' | 'done' }> => {
    const answered = once(child, 'message') as Promise<[FromSide]>
    child.send(message)
    const [reply] = await Promise.race([
      answered,
      exited.then(([code, by]) => Promise.reject(ended(program, code ?? by))),
    ])
    if (reply.type === 'failed') throw new Error(`The process ${nameOf(program)} failed: ${reply.reason}`)
    return reply
  }
  const dispose = async (): Promise<void> => {
    if (child.connected) child.disconnect()
    // A side that failed in the middle of a round may hold something open for ever.
    const killing = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await exited
    clearTimeout(killing)
  }
  try {
    const ready = await answer({ type: 'setup', setup })
    return {
      facts: ready.type === 'ready' ? ready.facts : {},
      // A process that has answered has started.
      processId: child.pid ?? 0,
      round: async (input = {}) => {
        const done = await answer({ type: 'round', input })
        return done.type === 'done' ? done.figures : {}
      },
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

function ended(program: URL, how: number | NodeJS.Signals | null): Error {
  return new Error(`The process ${nameOf(program)} ended (${how}) before it had answered.`)
}

function nameOf(program: URL): string {
  return program.pathname.split('/').slice(-2).join('/')
}
