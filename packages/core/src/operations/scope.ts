import { validate } from 'uuid'
import { RindleError } from '../domain/errors.ts'
import { VARIANT_STATES } from '../domain/states.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'

/** The configured profiles of a verb: the named one, or all. `unknown_profile`. */
export function profilesIn(runtime: Runtime, profile: string | undefined): readonly string[] {
  if (profile === undefined) return Object.keys(runtime.profiles)
  profileOf(runtime, profile)
  return [profile]
}

/**
 * Refuses a profile that is neither configured nor has an asset, because it can only be mistyped: `unknown_profile`. A
 * profile that is no longer configured may still have rows.
 */
export async function assertProfileName(runtime: Runtime, profile: string): Promise<void> {
  if (Object.hasOwn(runtime.profiles, profile)) return
  const { rows } = await runtime.database.executeSql(
    'select 1 from rindle.media_assets where profile = $1::text limit 1',
    [profile],
  )
  if (rows.length === 0) profileOf(runtime, profile)
}

/**
 * Refuses a variant's name that neither a profile declares nor a row has, because it can only be mistyped:
 * `unknown_variant`.
 */
export async function assertVariantName(runtime: Runtime, profiles: readonly string[], name: string): Promise<void> {
  const declared = new Set(profiles.flatMap((profile) => Object.keys(profileOf(runtime, profile).variants)))
  if (declared.has(name)) return
  // With every state listed, the index that begins with the state finds the name.
  const states = VARIANT_STATES.map((state) => `'${state}'`).join(', ')
  const { rows } = await runtime.database.executeSql(
    `select 1 from rindle.media_variants where state in (${states}) and name = $1::text limit 1`,
    [name],
  )
  if (rows.length > 0) return
  throw new RindleError(
    'unknown_variant',
    `There is no variant "${name}". Declared variants: ${[...declared].toSorted().join(', ')}.`,
    { details: { variant: name } },
  )
}

/** Refuses a cursor that is no id. */
export function assertAfter(after: string | undefined): void {
  if (after === undefined || validate(after)) return
  throw new RindleError('invalid_input', `\`after\` must be the id of a row, not "${after}".`)
}

/** The configured storages of a verb: the named one, or all. `invalid_input`. */
export function storagesIn(runtime: Runtime, storage: string | undefined): readonly string[] {
  const known = Object.keys(runtime.storages)
  if (storage === undefined) return known
  if (known.includes(storage)) return [storage]
  throw new RindleError('invalid_input', `There is no storage "${storage}". Configured storages: ${known.join(', ')}.`)
}

/** Refuses a value that is no number of seconds. */
export function assertSeconds(name: string, seconds: number): void {
  if (Number.isFinite(seconds) && seconds >= 0) return
  throw new RindleError('invalid_input', `${name} must be a number of seconds from 0.`)
}
