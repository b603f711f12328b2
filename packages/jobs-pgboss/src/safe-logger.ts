import type { CodedLogger } from '@rindle/core/adapter'

/** Wraps a logger so that it cannot stop a worker by throwing. Its error cannot be reported anywhere. */
export function safeLogger(logger: CodedLogger): CodedLogger {
  return {
    debug: (fields, message) => attempt(() => logger.debug(fields, message)),
    info: (fields, message) => attempt(() => logger.info(fields, message)),
    warn: (fields, message) => attempt(() => logger.warn(fields, message)),
    error: (fields, message) => attempt(() => logger.error(fields, message)),
  }
}

function attempt(write: () => void): void {
  try {
    write()
  } catch {}
}
