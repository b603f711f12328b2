import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A worker in a process of its own. */
export interface WorkerProcess {
  /** SIGKILL: it ends at any instruction. */
  kill(): Promise<void>
  /** SIGTERM: it finishes its current jobs. Resolves with the exit code. */
  stop(): Promise<number | null>
}

/** The program of a worker for photos. */
const PHOTO_WORKER = new URL('./worker-main.ts', import.meta.url)

/** Starts a worker process on a database and a storage directory, and waits until it works. */
export async function startWorkerProcess(
  databaseUrl: string,
  directory: string,
  program: URL = PHOTO_WORKER,
): Promise<WorkerProcess> {
  const child = fork(fileURLToPath(program), [databaseUrl, directory])
  const exited = once(child, 'exit')
  const [message] = await Promise.race([once(child, 'message'), exited])
  if (message !== 'working') throw new Error(`The worker process ended before it worked: ${String(message)}.`)
  return {
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
    stop: async () => {
      child.kill('SIGTERM')
      const [code] = await exited
      return code as number | null
    },
  }
}
