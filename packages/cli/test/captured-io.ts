import { Writable } from 'node:stream'
import type { ExitCode, Io, Output } from '../src/index.ts'
import { run } from '../src/index.ts'

/** A stream that keeps what is written to it, and says `written` each time. */
export class CapturedOutput extends Writable implements Output {
  isTTY: boolean | undefined
  columns: number | undefined
  text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    this.emit('written')
    done()
  }
}

/** An io whose streams are kept, for one call of `run`. */
export interface CapturedIo extends Io {
  readonly stdout: CapturedOutput
  readonly stderr: CapturedOutput
}

/** What a command printed, and how it ended. */
export interface Finished {
  readonly exitCode: ExitCode
  readonly stdout: string
  readonly stderr: string
}

export function capturedIo(overrides: Partial<Pick<Io, 'env' | 'cwd' | 'signal'>> = {}): CapturedIo {
  return {
    stdout: new CapturedOutput(),
    stderr: new CapturedOutput(),
    env: {},
    cwd: process.cwd(),
    signal: new AbortController().signal,
    ...overrides,
  }
}

/** Runs a command line in this process. */
export async function rindle(
  argv: readonly string[],
  overrides: Partial<Pick<Io, 'env' | 'cwd' | 'signal'>> = {},
): Promise<Finished> {
  const io = capturedIo(overrides)
  const exitCode = await run(argv, io)
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text }
}
