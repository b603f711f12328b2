const MOST_CHARACTERS = 500
const MOST_CAUSES = 8

type Hidden = readonly (readonly [pattern: RegExp, instead: string])[]

// Messages of other libraries may hold secrets: URLs with queries and credentials, and values of secret settings.
const SECRETS: Hidden = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s'")]+/gi, '[url]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [hidden]'],
  [
    /\b((?:[\w-]*(?:password|passwd|secret|token|signature|credential|authorization|api[-_]?key|access[-_]?key)[\w-]*))(["']?\s*[:=]\s*)["']?[^\s"',;]+["']?/gi,
    '$1$2[hidden]',
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '[hidden]'],
]

// A log stays with the operator of the machine and may name its paths; a row is read elsewhere.
const PATHS: Hidden = [
  [/\b[A-Za-z]:\\[^\s'",;]+/g, '[path]'],
  [/(?<![\w.~/-])(?:\/[^\s/'",:;()]+){2,}\/?/g, '[path]'],
]

/**
 * Returns the text of an error for a log: one line of at most 500 characters, without control characters, URLs and
 * secrets, and never a stack. Other values give their content. Pure.
 */
export function errorText(error: unknown): string {
  return oneLine(rawText(error), SECRETS)
}

/** {@link errorText} for a row, which people elsewhere read: without this machine's paths, too. Pure. */
export function errorSentence(error: unknown): string {
  return cleanSentence(rawText(error))
}

/** {@link errorSentence} for a message that exists already. Pure. */
export function cleanSentence(message: string): string {
  return oneLine(message, [...SECRETS, ...PATHS])
}

/** A short name of the failure, for programs: a code of Rindle, `ECONNREFUSED`, a SQLSTATE; else `unexpected`. Pure. */
export function errorCode(error: unknown): string {
  const code = codeOf(error)
  return code === undefined || code === '' ? 'unexpected' : code
}

/** An error and its causes, the outermost first; bounded, because causes may form a circle. Pure. */
export function withCauses(error: unknown): readonly unknown[] {
  const chain: unknown[] = []
  for (let cause = error; isObject(cause) && chain.length < MOST_CAUSES; cause = cause['cause']) chain.push(cause)
  return chain
}

/** An error's `code`, when it is a string: of Rindle, of the system (`ENOSPC`), of a database. Pure. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && typeof error['code'] === 'string' ? error['code'] : undefined
}

function oneLine(message: string, hidden: Hidden): string {
  // Cut before the patterns run: an error may carry a whole document.
  const line = message
    .slice(0, 20 * MOST_CHARACTERS)
    // oxlint-disable-next-line no-control-regex -- the pattern looks for control characters
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
  const clean = hidden.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line).toWellFormed()
  const characters = Array.from(clean)
  return characters.length <= MOST_CHARACTERS ? clean : `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`
}

function rawText(error: unknown): string {
  if (typeof error === 'string') return error
  if (error === undefined) return 'no message'
  if (!isObject(error)) return asJson(error)
  const { message, cause } = error
  // The error that `fetch` throws says nothing itself.
  if (message === 'fetch failed' && cause instanceof Error) return rawText(cause)
  if (typeof message === 'string' && message !== '') return message
  // A refused connection to a name with two addresses has only a code.
  return codeOf(error) ?? (error instanceof Error ? error.name : asJson(error))
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value
  } catch {
    // A circular value or a bigint: JSON cannot show it.
    return 'something without a message'
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
