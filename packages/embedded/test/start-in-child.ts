import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { EmbeddedPostgresOptions } from '@rindle/embedded'
import { onTestFinished } from 'vitest'

/** A server in a process of its own. */
export interface ChildServer {
  readonly process: ChildProcess
  readonly url: string
  readonly directory: string
  readonly firstStart: boolean
  /** Ends the process in order, which stops its server. */
  end(): Promise<void>
}

/** How the process is run. */
export interface ChildOptions {
  readonly program?: string
  readonly uid?: number
  readonly gid?: number
  readonly env?: Record<string, string>
}

/** Starts a process that starts a server; it is killed when the test is finished. */
export function spawnChild(options: EmbeddedPostgresOptions, childOptions: ChildOptions = {}): ChildProcess {
  const { program = fileURLToPath(new URL('./child-program.ts', import.meta.url)), env, ...user } = childOptions
  const child = spawn(process.execPath, ['--conditions=dev-source', program, JSON.stringify(options)], {
    ...user,
    cwd: '/',
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: 'pipe',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/**
 * Starts a server in a process of its own and waits until it runs.
 *
 * @throws Error with the process's standard error, if it ends instead.
 */
export async function startInChild(
  options: EmbeddedPostgresOptions,
  childOptions: ChildOptions = {},
): Promise<ChildServer> {
  const child = spawnChild(options, childOptions)
  const output: { line: string; errors: string } = { line: '', errors: '' }
  child.stderr?.on('data', (chunk) => (output.errors += String(chunk)))
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      output.line += String(chunk)
      if (output.line.endsWith('\n')) resolve()
    })
    child.once('close', () => reject(new Error(output.errors)))
  })
  const end = async (): Promise<void> => {
    const closed = once(child, 'close')
    child.stdin?.end()
    await closed
  }
  return { ...(JSON.parse(output.line) as Omit<ChildServer, 'process' | 'end'>), process: child, end }
}
