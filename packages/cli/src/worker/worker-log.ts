import { jsonLogger } from '@rindle/core'
import type { CommandContext } from '../command.ts'

/**
 * Reports the worker's state: as a note on a terminal; elsewhere as a log line, so that a collector of the process's
 * lines can parse each of them.
 */
export function workerLog({ io, report }: CommandContext): (message: string) => void {
  if (io.stderr.isTTY === true || report.format === 'json') return (message) => report.note(message)
  const logger = jsonLogger(io.stderr)
  return (message) => logger.info({}, message)
}
