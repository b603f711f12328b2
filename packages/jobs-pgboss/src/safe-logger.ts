import type { Logger } from '@rindle/core'

/** The same logger, but one that throws cannot stop a worker. What it throws has nowhere to be reported. */
export function safeLogger(logger: Logger): Logger {
  const guarded = (level: keyof Logger): Logger['info'] => {
    return (fields, message) => {
      try {
        logger[level](fields, message)
      } catch {}
    }
  }
  return { debug: guarded('debug'), info: guarded('info'), warn: guarded('warn'), error: guarded('error') }
}
