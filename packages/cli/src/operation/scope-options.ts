import { RindleError } from '@rindle/core'

/** Options of verbs that work on all profiles, or on one. */
export const SCOPE_OPTIONS = {
  profile: { type: 'string', requiresArg: true, describe: 'Only assets of this profile' },
  tenant: { type: 'string', requiresArg: true, describe: 'Only assets of this tenant' },
  variant: { type: 'string', requiresArg: true, describe: 'Only variants of this name' },
} as const

/** Where an interrupted verb continues. */
export const AFTER_OPTION = { type: 'string', requiresArg: true, describe: 'Continue after this asset' } as const

/** Option of verbs that work on all storages, or on one. */
export const STORAGE_OPTION = { type: 'string', requiresArg: true, describe: 'Only this storage' } as const

/** How many items a verb works on at once. */
export const CONCURRENCY_OPTION = { type: 'number', requiresArg: true, describe: 'Items at once' } as const

/** The arguments that {@link scopeOf} reads. */
interface ScopeArguments {
  readonly profile?: string | undefined
  readonly tenant?: string | undefined
  readonly variant?: string | undefined
  readonly storage?: string | undefined
  readonly after?: string | undefined
  readonly concurrency?: number | undefined
}

/** The given options of a verb; the verb has defaults for the others. Pure. `invalid_input`. */
export function scopeOf({ profile, tenant, variant, storage, after, concurrency }: ScopeArguments): {
  profile?: string
  tenant?: string
  variant?: string
  storage?: string
  after?: string
  concurrency?: number
} {
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1_000)) {
    throw new RindleError('invalid_input', '--concurrency must be a whole number from 1 to 1000.')
  }
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(variant === undefined ? {} : { variant }),
    ...(storage === undefined ? {} : { storage }),
    ...(after === undefined ? {} : { after }),
    ...(concurrency === undefined ? {} : { concurrency }),
  }
}

/** Checks a number of seconds. Pure. `invalid_input`. */
export function secondsOf(option: string, seconds: number): number {
  if (Number.isFinite(seconds) && seconds >= 0) return seconds
  throw new RindleError('invalid_input', `${option} must be a number of seconds from 0.`)
}

/** Checks a number of things to list. Pure. `invalid_input`. */
export function limitOf(limit: number, most: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit
  throw new RindleError('invalid_input', `--limit must be a whole number from 1 to ${most}.`)
}
