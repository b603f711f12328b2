import { type Logger, silentLogger } from '@rindle/core'

/** Tells what goes wrong with the demo itself. What is wrong with a file, its rows say. */
export function demoLog(write: (line: string) => void): Logger {
  return {
    ...silentLogger,
    error: (fields, message) => {
      if (typeof fields['assetId'] !== 'string') write(`${message} ${JSON.stringify(fields)}`)
    },
  }
}
