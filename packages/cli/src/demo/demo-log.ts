import { type Logger, silentLogger } from '@rindle/core'

/** Logs failures of the demo itself. The rows of a file say what is wrong with that file. */
export function demoLog(write: (line: string) => void): Logger {
  return {
    ...silentLogger,
    error: (fields, message) => {
      if (typeof fields['assetId'] !== 'string') write(`${message} ${JSON.stringify(fields)}`)
    },
  }
}
