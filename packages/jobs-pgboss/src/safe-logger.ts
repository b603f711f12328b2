import type { CodedLogger } from '@rindle/core/adapter'

/** The same logger, but one that throws cannot stop a worker. What it throws has nowhere to be reported. */
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
