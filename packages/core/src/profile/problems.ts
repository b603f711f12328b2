import type { ZodError, ZodType } from 'zod'
import { type ErrorCode, RindleError } from '../domain/errors.ts'

/** One thing that is wrong with given options. */
export type Problem = {
  /** Where: `accept.maxBytes`, `variants.thumb.width`. */
  readonly path: string
  /** What, and what would be right. */
  readonly message: string
}

type Issue = ZodError['issues'][number]

/**
 * Zod's issues as a flat list, unknown keys each on its own path. With what was `given`, a value that is not there or is
 * an empty text is called so: that is what an environment variable is which nobody has set.
 */
export function problemsOf(error: ZodError, given?: unknown): readonly Problem[] {
  return error.issues.flatMap((issue): readonly Problem[] => {
    const path = issue.path.map(String)
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not an option' }))
    }
    if (path.length === 0) return [{ path: '(options)', message: ruleOf(issue) }]
    // A rule of its own may be about this value beside others, and says what it has to say.
    if (issue.code === 'custom') return [{ path: path.join('.'), message: issue.message }]
    return [{ path: path.join('.'), message: absence(ruleOf(issue), valueAt(given, path)) }]
  })
}

/**
 * The error that tells of problems: one line for each below the `heading`, and `details.problems` for programs. The heading
 * has no full stop: `The profile is not valid`.
 */
export function invalidOptions(
  heading: string,
  problems: readonly Problem[],
  code: ErrorCode = 'config_invalid',
): RindleError {
  const lines = problems.map(({ path, message }) => `  ${path}: ${message}`)
  return new RindleError(code, `${heading}:\n${lines.join('\n')}`, { details: { problems } })
}

/**
 * What `schema` makes of the options of `factory`, the name by which its user calls it. `config_invalid` lists every problem
 * with its path, and names no value: one may be a secret. Does no I/O.
 */
export function checkOptions<T>(factory: string, schema: ZodType<T>, options: unknown): T {
  const parsed = schema.safeParse(options)
  if (parsed.success) return parsed.data
  throw invalidOptions(`The options of ${factory} are not valid`, problemsOf(parsed.error, options))
}

/** A name that cannot be one is told the rule of names, and not that it is none. */
function ruleOf(issue: Issue): string {
  const [rule] = issue.code === 'invalid_key' ? issue.issues : []
  return rule === undefined ? issue.message : `this name ${rule.message}`
}

function absence(rule: string, value: unknown): string {
  const what = value === undefined ? 'is missing' : value === '' ? 'is empty' : undefined
  if (what === undefined) return rule
  if (rule.startsWith('must ')) return `${what}: it ${rule}`
  return /^(Invalid|Too) /.test(rule) ? what : rule
}

function valueAt(given: unknown, path: readonly string[]): unknown {
  // What was not given cannot be said to be missing.
  if (given === undefined) return null
  let value: unknown = given
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}
