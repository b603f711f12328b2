import { jsonLogger } from '@rindle/core'
import type { CommandContext } from '../command.ts'

/**
 * Tells how the worker is: as a note on a terminal; elsewhere as a line of the log, so that who collects the lines of a
 * process can read each of them.
 */
export function workerLog({ io, report }: CommandContext): (message: string) => void {
  if (io.stderr.isTTY === true || report.format === 'json') return (message) => report.note(message)
  const logger = jsonLogger(io.stderr)
  return (message) => logger.info({}, message)
}
