import { RindleError } from '@rindle/core'

/** Refuses what is no port, with the name of its option. Pure. `invalid_input`. */
export function assertPort(option: string, port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return
  throw new RindleError('invalid_input', `--${option} must be a port from 1 to 65535, or 0 for any free one.`)
}
