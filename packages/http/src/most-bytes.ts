import { type Profiles, RindleError } from '@rindle/core'

/** The most bytes that a profile accepts. `unknown_profile`. */
export function mostBytes(profiles: Profiles, name: string): number {
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (profile === undefined) throw new RindleError('unknown_profile', `There is no profile "${name}".`)
  return profile.accept.maxBytes
}
