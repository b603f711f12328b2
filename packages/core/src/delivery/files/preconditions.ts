/** The validators of an object's version. */
export interface Validators {
  /** Without quotes; strong. */
  readonly etag: string
  readonly lastModified: Date
}

/** The result of a conditional `GET` or `HEAD`: the file, 304 or 412. */
export type PreconditionOutcome = 'met' | 'not_modified' | 'failed'

/** Evaluates the preconditions of a `GET` or `HEAD`, in the order of RFC 9110, 13.2.2. Pure. */
export function evaluatePreconditions(headers: Pick<Headers, 'get'>, current: Validators): PreconditionOutcome {
  if (!isExpected(headers, current)) return 'failed'
  const noneMatch = headers.get('if-none-match')
  if (noneMatch !== null) return matchesAny(noneMatch, current.etag, 'weakly') ? 'not_modified' : 'met'
  const since = parseHttpDate(headers.get('if-modified-since'))
  return since !== undefined && secondsOf(current) <= since ? 'not_modified' : 'met'
}

/** Whether a client asks for nothing but a change of the version that it has. The etag is given in its quotes. Pure. */
export function hasVersion(headers: Pick<Headers, 'get'>, entityTag: string): boolean {
  return (
    headers.get('if-none-match') === entityTag &&
    headers.get('if-match') === null &&
    headers.get('if-unmodified-since') === null
  )
}

/**
 * Whether an `If-Range` allows a partial answer. It compares strongly (RFC 9110, 13.1.5): the exact etag, or the exact
 * date. Pure.
 */
export function matchesIfRange(condition: string | null, current: Validators): boolean {
  if (condition === null || condition === `"${current.etag}"`) return true
  return parseHttpDate(condition) === secondsOf(current)
}

function isExpected(headers: Pick<Headers, 'get'>, current: Validators): boolean {
  const match = headers.get('if-match')
  if (match !== null) return matchesAny(match, current.etag, 'strongly')
  const since = parseHttpDate(headers.get('if-unmodified-since'))
  return since === undefined || secondsOf(current) <= since
}

function matchesAny(list: string, etag: string, how: 'strongly' | 'weakly'): boolean {
  if (list.trim() === '*') return true
  const given = list.match(/(?:W\/)?"[^"]*"/g) ?? []
  return given.some((each) => each === `"${etag}"` || (how === 'weakly' && each === `W/"${etag}"`))
}

/** HTTP's dates have no fractions. */
function secondsOf({ lastModified }: Validators): number {
  return Math.floor(lastModified.getTime() / 1_000)
}

const FIXED_OR_RFC_850 = /^[A-Z][a-z]+, \d{2}[ -][A-Z][a-z]{2}[ -](?:\d{4}|\d{2}) \d{2}:\d{2}:\d{2} GMT$/
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

/** Seconds of one of the three date forms of RFC 9110, 5.6.7; a condition on anything else is ignored. */
function parseHttpDate(text: string | null): number | undefined {
  if (text === null) return undefined
  // This form is in GMT, but does not name it.
  const zoned = ASCTIME.test(text) ? `${text} GMT` : text
  if (zoned === text && !FIXED_OR_RFC_850.test(text)) return undefined
  const ms = Date.parse(zoned)
  return Number.isNaN(ms) ? undefined : ms / 1_000
}
