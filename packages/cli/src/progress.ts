import ora from 'ora'
import type { CommandContext } from './command.ts'
import type { Output } from './io.ts'

/** A display that changes in place; on anything but a terminal, and in JSON, it shows nothing. */
export interface Progress extends Disposable {
  show(text: string): void
  /** Takes it away without a trace. */
  clear(): void
}

const REDRAW_EVERY_MS = 120

/**
 * A progress display on stderr. It is drawn a few times a second, however often it is told something, and makes room for
 * whatever else is written to the terminal meanwhile: findings, and log lines of the application.
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
    // Ctrl-C is a signal to this process.
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
