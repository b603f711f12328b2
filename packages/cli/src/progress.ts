import { createLogUpdate } from 'log-update'
import type { CommandContext } from './command.ts'

/** A display that changes in place; on anything but a terminal, and in JSON, it shows nothing. */
export interface Progress {
  show(text: string): void
  clear(): void
}

/** A progress display on stderr. */
export function createProgress({ io, report }: CommandContext): Progress {
  if (io.stderr.isTTY !== true || report.format === 'json') return { show: () => undefined, clear: () => undefined }
  const update = createLogUpdate(io.stderr)
  return {
    show: (text) => update(text),
    clear: () => {
      update.clear()
      update.done()
    },
  }
}
