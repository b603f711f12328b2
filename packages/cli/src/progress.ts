import ora from 'ora'
import type { CommandContext } from './command.ts'
import type { Output } from './io.ts'

/** A display that changes in place; it shows nothing in JSON, or if stderr is not a terminal. */
export interface Progress extends Disposable {
  show(text: string): void
  /** Removes it without a trace. */
  clear(): void
}

const REDRAW_EVERY_MS = 120

/**
 * A progress display on stderr. It is drawn a few times a second, however often it is updated, and makes room for any
 * other output on the terminal: findings, and log lines of the application.
 */
export function createProgress({ io, report }: CommandContext): Progress {
  const { stderr, env } = io
  if (!isTerminal(stderr) || env['TERM'] === 'dumb' || report.format === 'json') {
    return { show: () => undefined, clear: () => undefined, [Symbol.dispose]: () => undefined }
  }
  const display = ora({
    stream: stderr,
    isEnabled: true,
    interval: REDRAW_EVERY_MS,
    color: false,
    // Ctrl-C must reach this process as a signal.
    discardStdin: false,
  })
  const clear = (): void => void display.stop()
  return {
    show: (text) => {
      display.text = text
      if (!display.isSpinning) display.start()
    },
    clear,
    [Symbol.dispose]: clear,
  }
}

function isTerminal(output: Output): output is NodeJS.WriteStream {
  return output.isTTY === true && 'cursorTo' in output
}
