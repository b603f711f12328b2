import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A `rindle` command in a process of its own. */
export interface RunningRindle {
  readonly child: ChildProcessWithoutNullStreams
  stdout(): string
  stderr(): string
  /** Resolves when the text has been printed; rejects when the process ends without it. */
  printed(text: string): Promise<void>
  /** Resolves with exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals>
}

const BIN = fileURLToPath(new URL('../src/bin.ts', import.meta.url))

/**
 * Starts a command, which ends with the test at the latest. The test runner has already set Node's conditions for
 * packages.
 */
export function startRindle(
  argv: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string>; readonly nodeOptions?: readonly string[] },
): RunningRindle {
  const nodeOptions = ['--conditions=dev-source', ...(options.nodeOptions ?? [])]
  const child = spawn(process.execPath, [...nodeOptions, BIN, ...argv], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()))
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    printed: async (wanted) => {
      const isPrinted = (): boolean => (text.stdout + text.stderr).includes(wanted)
      while (!isPrinted() && child.exitCode === null && child.signalCode === null) {
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended])
      }
      if (!isPrinted()) throw new Error(`It ended without "${wanted}": ${text.stdout}${text.stderr}`)
    },
  }
}
