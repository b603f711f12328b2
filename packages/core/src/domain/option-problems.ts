import type { ZodError, ZodType } from 'zod'
import { type ErrorCode, RindleError } from './errors.ts'

/** One problem of the given options. */
export type InvalidOption = {
  /** The path: `accept.maxBytes`, `variants.thumb.width`. */
  readonly path: string
  /** The problem, and the valid values. */
  readonly message: string
}

/** One issue of a Standard Schema. Zod's issues say more: then the problems do, too. */
export interface OptionIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  readonly code?: string | undefined
  readonly keys?: readonly string[] | undefined
  readonly issues?: unknown
}

/**
 * Flattens Zod's issues; each unknown key has its own path. With the `given` value, the message says when a value is
 * missing or an empty text: an unset environment variable looks like that.
 */
export function problemsOf(error: ZodError, given?: unknown): readonly InvalidOption[] {
  return optionProblems(error.issues, given).map(({ path, message }) => ({ path: path || '(options)', message }))
}

/** Flattens the issues of any Standard Schema, as {@link problemsOf} does; the path of the value itself is empty. */
export function optionProblems(issues: readonly OptionIssue[], given?: unknown): readonly InvalidOption[] {
  return issues.flatMap((issue): readonly InvalidOption[] => {
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
    if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
      return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not an option' }))
    }
    if (path.length === 0) return [{ path: '', message: ruleOf(issue) }]
    // A custom rule may compare this value with others, and brings its own message.
    if (issue.code === 'custom') return [{ path: path.join('.'), message: issue.message }]
    return [{ path: path.join('.'), message: absence(ruleOf(issue), valueAt(given, path)) }]
  })
}

/**
 * Makes the error for a list of problems: one line for each below the `heading`, and `details.problems` for programs. The
 * heading has no full stop: `The profile is not valid`.
 */
export function invalidOptions(
  heading: string,
  problems: readonly InvalidOption[],
  code: ErrorCode = 'config_invalid',
): RindleError {
  const lines = problems.map(({ path, message }) => `  ${path}: ${message}`)
  return new RindleError(code, `${heading}:\n${lines.join('\n')}`, { details: { problems } })
}

/**
 * Checks the options of a factory by `schema`, and returns its output. Throws `config_invalid` with every problem and its
 * path; values are not named, because one may be a secret. `factory` is the name that its user calls. Does no I/O.
 */
export function checkOptions<T>(factory: string, schema: ZodType<T>, options: unknown): T {
  const parsed = schema.safeParse(options)
  if (parsed.success) return parsed.data
  throw invalidOptions(`The options of ${factory} are not valid`, problemsOf(parsed.error, options))
}

/** An invalid name gets the rule for names, not just the fact that it is invalid. */
function ruleOf(issue: OptionIssue): string {
  const [rule] = issue.code === 'invalid_key' ? (issue.issues as readonly OptionIssue[]) : []
  return rule === undefined ? issue.message : `this name ${rule.message}`
}

function absence(rule: string, value: unknown): string {
  const what = value === undefined ? 'is missing' : value === '' ? 'is empty' : undefined
  if (what === undefined) return rule
  if (rule.startsWith('must ')) return `${what}: it ${rule}`
  return /^(Invalid|Too) /.test(rule) ? what : rule
}

function valueAt(given: unknown, path: readonly string[]): unknown {
  // Without the given value, the message cannot say that something is missing.
  if (given === undefined) return null
  let value: unknown = given
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}
