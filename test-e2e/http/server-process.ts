import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@rindle/test-database'
import type { ServerReport } from './server-program.ts'

/** A server in a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  /** The URL of its handler. */
  readonly url: string
  report(): Promise<ServerReport>
  /** Files of uploads that are being received. */
  temporaryFiles(): Promise<readonly string[]>
}

/** Starts it, with a database and a directory of its own, and waits until it serves. */
export async function startServerProcess(idleTimeoutMs: number): Promise<ServerProcess> {
  const database = await createTestDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'rindle-server-'))
  const program = join(import.meta.dirname, 'server-program.ts')
  const child = fork(program, [database.url, directory, String(idleTimeoutMs)])
  const exited = once(child, 'exit')
  const [url] = (await Promise.race([once(child, 'message'), exited])) as unknown[]
  if (typeof url !== 'string') throw new Error(`The server ended before it served: ${String(url)}.`)
  return {
    url,
    report: async () => {
      const answered = once(child, 'message')
      child.send('report')
      const [report] = (await answered) as [ServerReport]
      return report
    },
    temporaryFiles: async () => (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.tmp')),
    [Symbol.asyncDispose]: async () => {
      child.disconnect()
      await exited
      await database.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
