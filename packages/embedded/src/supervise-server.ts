import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { serverEnvironment } from './server-environment.ts'
import type { ServerUser } from './server-user.ts'

/** The order for the supervisor program, as one JSON argument. It holds no secret. */
export interface SupervisorOrder {
  readonly executable: string
  readonly arguments: readonly string[]
  readonly workingDirectory: string
  readonly user: ServerUser | undefined
  /** A process that is known not to be this cluster's server, whatever `postmaster.pid` says. */
  readonly stalePid: number | undefined
  readonly stopSignal: NodeJS.Signals
  /** Deleted after the server has ended, even when the application was killed. */
  readonly removeWhenStopped: string | undefined
}

/** A server that lives at most as long as this process. */
export interface SupervisedServer {
  /** The supervisor's process id; the server returns it as the setting `rindle.supervisor_pid`. */
  readonly supervisorPid: number | undefined
  /** Whether the server has ended, by `stop` or by itself. */
  hasEnded(): boolean
  /** Whether a signal ended the supervisor, so that its server may have outlived it. */
  wasKilled(): boolean
  /** The last lines of the server's log, for an error message. */
  recentLog(): string
  /** Stops the server and resolves when it is gone. Safe to repeat. */
  stop(): Promise<void>
}

const keptLogLines = 20

/**
 * Starts a server under a supervisor process. The server ends when `stop` is called or this process ends, however that
 * happens; it does not keep this process alive.
 */
export function superviseServer(order: SupervisorOrder, onLog: (line: string) => void): SupervisedServer {
  const supervisorPath = fileURLToPath(new URL(`./supervisor${extname(import.meta.url)}`, import.meta.url))
  const supervisor = spawn(process.execPath, [supervisorPath, JSON.stringify(order)], {
    // A session of its own: Ctrl-C reaches the application alone, which can then finish its work on a living database.
    detached: true,
    windowsHide: true,
    cwd: order.workingDirectory,
    env: serverEnvironment(),
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const log = collectLog(supervisor.stderr, onLog)
  supervisor.on('error', (error) => log.push(error.message))
  // The pipe breaks when the server ends by itself; every caller waits for that end.
  supervisor.stdin.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => {
    supervisor.once('close', () => resolve())
    // The server of a killed supervisor still holds the log's pipe open, and 'close' would wait for it.
    supervisor.once('exit', (_code, signal) => {
      if (signal !== null) resolve()
    })
  })
  const handles = [supervisor, supervisor.stdin as Socket, supervisor.stderr as Socket]
  for (const handle of handles) handle.unref()
  return {
    supervisorPid: supervisor.pid,
    hasEnded: () => supervisor.exitCode !== null || supervisor.signalCode !== null,
    recentLog: () => log.join('\n'),
    wasKilled: () => supervisor.signalCode !== null,
    async stop() {
      for (const handle of handles) handle.ref()
      supervisor.stdin.end()
      await ended
    },
  }
}

function collectLog(stderr: Readable, onLog: (line: string) => void): string[] {
  const log: string[] = []
  createInterface({ input: stderr }).on('line', (line) => {
    log.push(line)
    if (log.length > keptLogLines) log.shift()
    onLog(line)
  })
  return log
}
