import { errorCode, errorText } from '../domain/error-text.ts'

/** What is told besides the message: ids, codes, counts. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * The logger port: pino's call form, so that a pino instance fits as it is. Fields hold ids and codes, never secrets or
 * URLs. Of what is about an asset `assetId` is one of them, and every warning and every error has a `code`.
 */
export interface Logger {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

/** A {@link Logger} as those see it who write to it: nothing goes wrong without a `code` that a search can find. */
export interface CodedLogger extends Pick<Logger, 'debug' | 'info'> {
  warn(fields: LogFields & { readonly code: string }, message: string): void
  error(fields: LogFields & { readonly code: string }, message: string): void
}

/** What the log says of an error, or of whatever else was thrown: its code, and its message in one line. */
export function errorFields(error: unknown): { readonly code: string; readonly error: string } {
  return { code: errorCode(error), error: errorText(error) }
}

/**
 * Writes one JSON line for each event, but for `debug`, as pino does: `level`, `time` (ISO 8601), the fields, `msg`.
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
    // Fields that refer to themselves must not break the work that is logged.
    return JSON.stringify({ ...head, fields: errorText(error), msg: message })
  }
}

/** What JSON has no form for, or an empty one. */
function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Error ? errorText(value) : value
}
