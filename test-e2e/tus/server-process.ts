import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./server-program.ts', import.meta.url))

/** A tus server in a process of its own. */
export interface ServerProcess {
  readonly port: number
  /** Resident memory, by its own account. */
  residentBytes(): Promise<number>
  /** SIGKILL: it ends at any instruction. */
  kill(): Promise<void>
}

/** Starts a server process and waits until it listens. */
export async function startServerProcess(...args: readonly string[]): Promise<ServerProcess> {
  const child = fork(PROGRAM, args)
  const exited = once(child, 'exit')
  const { port } = (await answerOf(child, exited)) as { port: number }
  return {
    port,
    residentBytes: async () => {
      child.send('memory')
      return ((await answerOf(child, exited)) as { rssBytes: number }).rssBytes
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function answerOf(child: ChildProcess, exited: Promise<unknown[]>): Promise<unknown> {
  const ended = exited.then(() => Promise.reject(new Error('The server process ended.')))
  const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[]
  return message
}
