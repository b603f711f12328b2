import { errorCode, errorText } from '../domain/error-text.ts'

/** The fields of a log line besides its message: ids, codes, counts. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * The logger port: pino's call form, so that a pino instance fits directly. Fields hold ids and codes, never secrets or
 * URLs. Lines about an asset carry its `assetId`, and every warning and every error carries a `code`.
 */
export interface Logger {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

/** A {@link Logger} for code that writes logs: every warning and every error needs a searchable `code`. */
export interface CodedLogger extends Pick<Logger, 'debug' | 'info'> {
  warn(fields: LogFields & { readonly code: string }, message: string): void
  error(fields: LogFields & { readonly code: string }, message: string): void
}

/** Returns the log fields of an error or any other thrown value: its code, and its message in one line. */
export function errorFields(error: unknown): { readonly code: string; readonly error: string } {
  return { code: errorCode(error), error: errorText(error) }
}

/**
 * Writes one JSON line for each event except `debug`, as pino does: `level`, `time` (ISO 8601), the fields, `msg`.
 * `pino-pretty` reads it.
 */
export function jsonLogger(output: { write(line: string): unknown }): Logger {
  const at =
    (level: keyof Logger): Logger['info'] =>
    (fields, message) =>
      output.write(`${line(level, fields, message)}\n`)
  return { debug: () => {}, info: at('info'), warn: at('warn'), error: at('error') }
}

/** {@link jsonLogger} to stderr. The default. */
export const stderrLogger: Logger = jsonLogger({ write: (text) => process.stderr.write(text) })

/**
 * The same logger, but one that throws, or rejects, breaks nothing of the work that it is told of: a full disk below an
 * application's log is no reason to lose an upload. The process warns of it once (`RINDLE_LOGGER_FAILED`).
 */
export function safeLogger(logger: Logger): Logger {
  let isWarned = false
  const failed = (error: unknown): void => {
    if (isWarned) return
    isWarned = true
    const message = `The logger that Rindle was given fails, and lines are lost: ${errorText(error)}`
    process.emitWarning(message, { code: 'RINDLE_LOGGER_FAILED' })
  }
  const at =
    (level: keyof Logger): Logger['info'] =>
    (fields, message) => {
      try {
        const written: unknown = logger[level](fields, message)
        if (written instanceof Promise) written.catch(failed)
      } catch (error) {
        failed(error)
      }
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Drops everything. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

function line(level: keyof Logger, fields: LogFields, message: string): string {
  const head = { level, time: new Date().toISOString() }
  try {
    return JSON.stringify({ ...head, ...fields, msg: message }, plain)
  } catch (error) {
    // Circular fields must not break the work that logs them.
    return JSON.stringify({ ...head, fields: errorText(error), msg: message })
  }
}

/** Replaces values that JSON cannot write, or writes as an empty object. */
function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Error ? errorText(value) : value
}
