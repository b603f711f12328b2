import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Messages to the supervisor program. */
export type ToSupervisor =
  | ({ readonly do: 'start'; readonly name: string; readonly logFile: string } & ServerProgram)
  | { readonly do: 'kill'; readonly name: string }

/** A message from the supervisor program: the process with that name is gone. */
export interface ToTest {
  readonly ended: string
}

/** A program that runs until it is killed. */
export interface ServerProgram {
  readonly command: string
  readonly args: readonly string[]
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** Processes that live at most as long as this one, and a directory that is removed after them. */
export interface Supervised {
  /** An empty temporary directory. */
  readonly directory: string
  /**
   * Starts a program and resolves once `isReady` no longer throws. Rejects with the end of its output if it ends before
   * that, or is not ready in time.
   */
  start(name: string, program: ServerProgram, isReady: () => Promise<unknown>): Promise<void>
  /** SIGKILL; resolves when the process is gone. */
  kill(name: string): Promise<void>
  /** Kills the running processes and removes the directory. Safe to repeat. */
  stop(): Promise<void>
}

const READY_TIMEOUT_MS = 60_000
const POLL_EVERY_MS = 25
const SHOWN_LOG_CHARACTERS = 2000

/** Begins a supervised directory without processes. */
export async function supervise(): Promise<Supervised> {
  // As the configuration of the tests has chosen it: it may be in memory.
  const directory = await mkdtemp(`${process.env['RINDLE_TEST_DATA'] ?? join(tmpdir(), 'rindle-')}s3-`)
  const program = fileURLToPath(new URL(`./supervisor${extname(import.meta.url)}`, import.meta.url))
  const supervisor = fork(program, [directory], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A session of its own: Ctrl-C reaches only the tests, and the supervisor can clean up after them.
    detached: true,
  })
  const exited = once(supervisor, 'exit')
  const running = new Map<string, PromiseWithResolvers<void>>()
  supervisor.on('message', ({ ended }: ToTest) => running.get(ended)?.resolve())
  const tell = (message: ToSupervisor): unknown => supervisor.send(message)
  const logFileOf = (name: string): string => join(directory, `${name}.log`)

  return {
    directory,
    async start(name, serverProgram, isReady) {
      const ended = Promise.withResolvers<void>()
      running.set(name, ended)
      tell({ do: 'start', name, logFile: logFileOf(name), ...serverProgram })
      const outcome = await firstOutcome(ended.promise, isReady)
      if (outcome !== 'ready') throw new Error(`${name} ${outcome}:\n${await endOf(logFileOf(name))}`)
    },
    async kill(name) {
      tell({ do: 'kill', name })
      await running.get(name)?.promise
    },
    async stop() {
      if (supervisor.connected) supervisor.disconnect()
      await exited
    },
  }
}

async function firstOutcome(ended: Promise<void>, isReady: () => Promise<unknown>): Promise<string> {
  let hasEnded = false
  const watch = async (): Promise<void> => {
    await ended
    hasEnded = true
  }
  void watch()
  const deadline = Date.now() + READY_TIMEOUT_MS
  for (;;) {
    try {
      await isReady()
      return 'ready'
    } catch (error) {
      if (hasEnded) return 'ended before it was ready'
      if (Date.now() > deadline) return `was not ready in ${READY_TIMEOUT_MS} ms (${String(error)})`
    }
    await delay(POLL_EVERY_MS)
  }
}

async function endOf(logFile: string): Promise<string> {
  return (await readFile(logFile, 'utf8')).slice(-SHOWN_LOG_CHARACTERS)
}
