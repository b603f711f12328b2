import readline from 'node:readline'
import { Writable } from 'node:stream'
import type { ExitCode, Io, Output } from '../src/index.ts'
import { run } from '../src/index.ts'

/** A stream that keeps its text, and emits `written` each time. */
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

/** A terminal of 80 columns, as far as a display that changes in place needs one. */
export class CapturedTerminal extends CapturedOutput {
  override isTTY = true
  override columns = 80

  cursorTo(x: number): boolean {
    return readline.cursorTo(this, x)
  }

  moveCursor(dx: number, dy: number): boolean {
    return readline.moveCursor(this, dx, dy)
  }

  clearLine(direction: readline.Direction): boolean {
    return readline.clearLine(this, direction)
  }

  /** The screen after the output: the lines as a person finally sees them. */
  screen(): readonly string[] {
    return screenOf(this.text)
  }
}

/** The lines that a terminal shows of a text with the few escapes that move a cursor up, to a column, and erase a line. */
function screenOf(text: string): readonly string[] {
  const lines: string[] = ['']
  let [row, column] = [0, 0]
  // eslint-disable-next-line no-control-regex
  for (const [piece, escaped = '', command] of text.matchAll(/\u001B\[([?\d;]*)([A-Za-z])|[^\u001B]/g)) {
    const line = lines[row] ?? ''
    if (command === 'A') row -= Number(escaped || 1)
    else if (command === 'G') column = Number(escaped || 1) - 1
    else if (command === 'K' && escaped === '2') lines[row] = ''
    else if (command === 'K' && escaped === '1') lines[row] = ' '.repeat(column) + line.slice(column)
    else if (command === 'K') lines[row] = line.slice(0, column)
    else if (piece === '\n') [row, column] = [row + 1, 0]
    else if (piece === '\r') column = 0
    else if (command === undefined) {
      lines[row] = line.padEnd(column).slice(0, column) + piece + line.slice(column + 1)
      column += 1
    }
  }
  return Array.from(lines, (line) => line?.trimEnd() ?? '')
}

/** An io that keeps its output, for one call of `run`. */
export interface CapturedIo extends Io {
  readonly stdout: CapturedOutput
  readonly stderr: CapturedOutput
}

/** The output of a command, and its exit code. */
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
