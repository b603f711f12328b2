import { createHash } from 'node:crypto'
import type { Asset } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import type { Family, FamilyMember, Profile } from '../../profile/profile.ts'
import { plannedVariants } from '../../variants/plan.ts'

/** A member of a family that one asset can have. */
export interface OwnMember extends FamilyMember {
  /** The digest of its recipe, with the focus of the asset. */
  readonly digest: string
}

/** A family, as far as one asset can have it. */
export interface OwnFamily extends Omit<Family, 'members'> {
  /** As in the family. Empty if nothing of it can be made from the asset. */
  readonly members: readonly OwnMember[]
  /** Short text that changes whenever a picture of the family does: with a recipe, and with a focus that is used. */
  readonly version: string
}

/** The family of that name, as far as this asset can have it. `unknown_variant`. Pure. */
export function familyMembers(profile: Profile, asset: Asset, name: string): OwnFamily {
  const families: Readonly<Record<string, Family>> = profile.families
  const family = Object.hasOwn(families, name) ? families[name] : undefined
  if (family === undefined) throw unknownFamily(asset.profile, families, name)
  const digests = new Map(plannedVariants(profile, asset).map((variant) => [variant.name, variant.digest]))
  const members = family.members.flatMap((member): readonly OwnMember[] => {
    const digest = digests.get(member.name)
    return digest === undefined ? [] : [{ ...member, digest }]
  })
  return { ...family, members, version: versionOf(members) }
}

function unknownFamily(profile: string, families: object, name: string): RindleError {
  const known = Object.keys(families).join(', ') || 'none'
  return new RindleError('unknown_variant', `Profile "${profile}" has no family "${name}". Its families: ${known}.`, {
    details: { variant: name },
  })
}

function versionOf(members: readonly OwnMember[]): string {
  const hash = createHash('sha256')
  for (const { name, digest } of members) hash.update(`${name} ${digest}\n`)
  return hash.digest('base64url').slice(0, 10)
}
