import { RindleError } from '@rindle/core'

/** Options of verbs that work on all profiles, or on one. */
export const SCOPE_OPTIONS = {
  profile: { type: 'string', requiresArg: true, describe: 'Only assets of this profile' },
  variant: { type: 'string', requiresArg: true, describe: 'Only variants of this name' },
} as const

/** How many items a verb works on at once. */
export const CONCURRENCY_OPTION = { type: 'number', requiresArg: true, describe: 'Items at once' } as const

/** What {@link scopeOf} reads. */
interface ScopeArguments {
  readonly profile?: string | undefined
  readonly variant?: string | undefined
  readonly after?: string | undefined
  readonly concurrency?: number | undefined
}

/** The options of a verb that were given; the verb has defaults for the others. Pure. `invalid_input`. */
export function scopeOf({ profile, variant, after, concurrency }: ScopeArguments): {
  profile?: string
  variant?: string
  after?: string
  concurrency?: number
} {
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1_000)) {
    throw new RindleError('invalid_input', '--concurrency is a whole number from 1 to 1000.')
  }
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(variant === undefined ? {} : { variant }),
    ...(after === undefined ? {} : { after }),
    ...(concurrency === undefined ? {} : { concurrency }),
  }
}
