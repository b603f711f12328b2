const MOST_CHARACTERS = 500
const MOST_CAUSES = 8

// What a message of somebody else's library may hold and a row must not: addresses with their queries and credentials,
// values of secrets, and paths of this machine.
const HIDDEN: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s'")]+/gi, '[url]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [hidden]'],
  [
    /\b((?:[\w-]*(?:password|passwd|secret|token|signature|credential|authorization|api[-_]?key|access[-_]?key)[\w-]*))(["']?\s*[:=]\s*)["']?[^\s"',;]+["']?/gi,
    '$1$2[hidden]',
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '[hidden]'],
  [/\b[A-Za-z]:\\[^\s'",;]+/g, '[path]'],
  [/(?<![\w.~/-])(?:\/[^\s/'",:;()]+){2,}\/?/g, '[path]'],
]

/**
 * What an error says, as one line that a row may keep and a person may read: bounded, without control characters, and
 * without addresses, secrets and paths of this machine. Of what is no error, what it holds. Pure.
 */
export function errorSentence(error: unknown): string {
  return cleanSentence(rawText(error))
}

/** The same for a message that is there already. Pure. */
export function cleanSentence(message: string): string {
  // Bounded before patterns run over it: an error may carry a whole document.
  const line = message
    .slice(0, 20 * MOST_CHARACTERS)
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
  const clean = HIDDEN.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line).toWellFormed()
  const characters = Array.from(clean)
  return characters.length <= MOST_CHARACTERS ? clean : `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`
}

const URLS = /\b[a-z][a-z0-9+.-]*:\/\/\S+/gi

/**
 * What an error, or whatever else was thrown, says of itself: one line of at most 500 characters, never a stack, and
 * without what URLs may hold.
 */
export function errorText(error: unknown): string {
  return messageOf(error).replace(URLS, '[url]').replaceAll(/\s+/g, ' ').trim().slice(0, MOST_CHARACTERS)
}

/** A short name of what went wrong, for programs: a code of Rindle, `ECONNREFUSED`, a SQLSTATE; else `unexpected`. */
export function errorCode(error: unknown): string {
  const code = codeOf(error)
  return code === undefined || code === '' ? 'unexpected' : code
}

function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const message = textAt(error, 'message')
  // What `fetch` throws says nothing itself.
  if (message === 'fetch failed' && error instanceof Error && error.cause instanceof Error) {
    return messageOf(error.cause)
  }
  // A refused connection to a name with two addresses has a code alone. Copies of errors, which some emit, have a message
  // without being any.
  return message ?? textAt(error, 'code') ?? (error instanceof Error ? error.name : 'something that is no error')
}

function textAt(error: unknown, name: 'message' | 'code'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value = (error as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' && value !== '' ? value : undefined
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

function rawText(error: unknown): string {
  if (typeof error === 'string') return error
  if (error === undefined) return 'nothing was said'
  if (!isObject(error)) return asJson(error)
  const { message } = error
  if (typeof message === 'string' && message !== '') return message
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
