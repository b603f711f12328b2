import type { ZodError } from 'zod'

/** One problem of the given options. */
export type Problem = {
  /** The path: `accept.maxBytes`, `variants.thumb.width`. */
  readonly path: string
  /** The problem, and the valid values. */
  readonly message: string
}

type Issue = ZodError['issues'][number]

/**
 * Flattens Zod's issues; each unknown key has its own path. With the `given` value, the message says when a value is
 * missing or an empty text: an unset environment variable looks like that.
 */
export function problemsOf(error: ZodError, given?: unknown): readonly Problem[] {
  return error.issues.flatMap((issue): readonly Problem[] => {
    const path = issue.path.map(String)
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not an option' }))
    }
    if (path.length === 0) return [{ path: '(options)', message: ruleOf(issue) }]
    // A custom rule may compare this value with others, and brings its own message.
    if (issue.code === 'custom') return [{ path: path.join('.'), message: issue.message }]
    return [{ path: path.join('.'), message: absence(ruleOf(issue), valueAt(given, path)) }]
  })
}

/** An invalid name gets the rule for names, not just the fact that it is invalid. */
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
  // Without the given value, the message cannot say that something is missing.
  if (given === undefined) return null
  let value: unknown = given
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}
