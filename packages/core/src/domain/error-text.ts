const MOST_CHARACTERS = 500
const MOST_CAUSES = 8

type Hidden = readonly (readonly [pattern: RegExp, instead: string])[]

// What a message of somebody else's library may hold and nobody should read: addresses with their queries and
// credentials, and values of secrets.
const SECRETS: Hidden = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s'")]+/gi, '[url]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [hidden]'],
  [
    /\b((?:[\w-]*(?:password|passwd|secret|token|signature|credential|authorization|api[-_]?key|access[-_]?key)[\w-]*))(["']?\s*[:=]\s*)["']?[^\s"',;]+["']?/gi,
    '$1$2[hidden]',
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '[hidden]'],
]

// A log stays with whoever runs the machine, and may name its paths; a row is read from elsewhere.
const PATHS: Hidden = [
  [/\b[A-Za-z]:\\[^\s'",;]+/g, '[path]'],
  [/(?<![\w.~/-])(?:\/[^\s/'",:;()]+){2,}\/?/g, '[path]'],
]

/**
 * What an error says, for a log: one line of at most 500 characters, without control characters, addresses and secrets,
 * and never a stack. Of what is no error, what it holds. Pure.
 */
export function errorText(error: unknown): string {
  return oneLine(rawText(error), SECRETS)
}

/** {@link errorText} for a row, which people elsewhere read: without paths of this machine, too. Pure. */
export function errorSentence(error: unknown): string {
  return cleanSentence(rawText(error))
}

/** The same for a message that is there already. Pure. */
export function cleanSentence(message: string): string {
  return oneLine(message, [...SECRETS, ...PATHS])
}

/** A short name of what went wrong, for programs: a code of Rindle, `ECONNREFUSED`, a SQLSTATE; else `unexpected`. Pure. */
export function errorCode(error: unknown): string {
  const code = codeOf(error)
  return code === undefined || code === '' ? 'unexpected' : code
}

/** An error and what led to it, the outermost first; bounded, for causes may go round in a circle. Pure. */
export function withCauses(error: unknown): readonly unknown[] {
  const chain: unknown[] = []
  for (let cause = error; isObject(cause) && chain.length < MOST_CAUSES; cause = cause['cause']) chain.push(cause)
  return chain
}

/** An error's `code`, when it is a text: of Rindle, of the system (`ENOSPC`), of a database. Pure. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && typeof error['code'] === 'string' ? error['code'] : undefined
}

function oneLine(message: string, hidden: Hidden): string {
  // Bounded before patterns run over it: an error may carry a whole document.
  const line = message
    .slice(0, 20 * MOST_CHARACTERS)
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
  const clean = hidden.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line).toWellFormed()
  const characters = Array.from(clean)
  return characters.length <= MOST_CHARACTERS ? clean : `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`
}

function rawText(error: unknown): string {
  if (typeof error === 'string') return error
  if (error === undefined) return 'nothing was said'
  if (!isObject(error)) return asJson(error)
  const { message, cause } = error
  // What `fetch` throws says nothing itself.
  if (message === 'fetch failed' && cause instanceof Error) return rawText(cause)
  if (typeof message === 'string' && message !== '') return message
  // A refused connection to a name with two addresses has a code alone.
  return codeOf(error) ?? (error instanceof Error ? error.name : asJson(error))
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value
  } catch {
    // It holds itself, or a big integer: nothing that a sentence could tell.
    return 'something without a message'
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
