import type { JsonObject } from '@rindle/core'
import type { Explanation } from './explain-error.ts'
import type { Io } from './io.ts'
import { jsonDocument } from './json-document.ts'
import { redact } from './redact.ts'
import { type Style, styleOf } from './style.ts'

/** How results are printed. */
export const FORMATS = ['text', 'json'] as const

/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number]

/** The output of a command's results and notes. */
export interface Report {
  readonly format: Format
  /** Colours for {@link line}. */
  readonly style: Style
  /** A line of the result, on stdout; nothing in JSON. */
  line(text?: string): void
  /** A line about the progress, on stderr; nothing in JSON. */
  note(text: string): void
  /**
   * The whole result as the one JSON document, its names in snake_case; nothing in text, and nothing if it was already
   * printed.
   */
  document(value: object): void
  /** An error that ended the command: the one JSON document, or (in text, or after it) a line or a stack on stderr. */
  failure(explanation: Explanation): void
}

/** The report of one run. */
export function createReport(io: Io, format: Format): Report {
  const style = styleOf(io.stderr, io.env)
  const write = (output: NodeJS.WritableStream, text: string): void => void output.write(`${text}\n`)
  let hasDocument = format === 'text'
  const document = (value: object): void => {
    if (!hasDocument) write(io.stdout, JSON.stringify(jsonDocument(value), null, 2))
    hasDocument = true
  }
  return {
    format,
    style: styleOf(io.stdout, io.env),
    line: (text = '') => format === 'text' && write(io.stdout, text),
    note: (text) => format === 'text' && write(io.stderr, redact(text)),
    document,
    failure: (explanation) => {
      if (!hasDocument) document({ error: redactedError(explanation) })
      else write(io.stderr, `${style.bad('rindle:')} ${redact(explanation.stack ?? explanation.message)}`)
    },
  }
}

function redactedError({ code, message, details, stack }: Explanation): JsonObject {
  return {
    code,
    message: redact(message),
    ...(details === undefined ? {} : { details }),
    ...(stack === undefined ? {} : { stack: redact(stack) }),
  }
}
