import { type Rindle, RindleError } from '@rindle/core'
import { suggest } from './suggest.ts'

/** Throws `unknown_profile`, with a suggestion, if the instance has no such profile. */
export function assertProfile(rindle: Rindle, profile: string): void {
  if (Object.hasOwn(rindle.profiles, profile)) return
  const known = Object.keys(rindle.profiles)
  const meant = suggest(profile, known)
  const advice = meant === undefined ? `Configured profiles: ${known.join(', ')}.` : `Did you mean "${meant}"?`
  throw new RindleError('unknown_profile', `There is no profile "${profile}". ${advice}`)
}
