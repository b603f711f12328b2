import type { ZodError } from 'zod'

/** One thing that is wrong with given options. */
export type Problem = {
  /** Where: `accept.maxBytes`, `variants.thumb.width`. */
  readonly path: string
  /** What, and what would be right. */
  readonly message: string
}

/** Zod's issues as a flat list, unknown keys each on its own path. */
export function problemsOf(error: ZodError): readonly Problem[] {
  return error.issues.flatMap((issue): readonly Problem[] => {
    const path = issue.path.map(String)
    if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.') || '(options)', message: issue.message }]
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not an option' }))
  })
}
