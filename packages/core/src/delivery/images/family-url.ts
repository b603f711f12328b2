import type { Asset } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import type { ImageRuntime, Runtime } from '../../kernel/runtime.ts'
import type { Profile } from '../../profile/profile.ts'
import { announceIssued, expiresAtOf, type IssueOptions } from '../urls/issue-url.ts'
import { assertDeliverable, authorize } from '../urls/url.ts'
import { familyMembers, type OwnFamily } from './family-members.ts'
import { signImageToken } from './image-token.ts'

/** Options of {@link familyUrl}. */
export interface FamilyUrlOptions extends Pick<IssueOptions, 'expiresInSeconds'> {
  /** Passed to the profile's authorizer, with the family's name as that of the variant. */
  readonly actor?: unknown
}

/**
 * Returns the one URL of a family: with `?w=640` it answers with the image of the next larger width, in the best format
 * that the client accepts. Asks the authorizer first, with the family's name as that of the variant. Expires as other
 * URLs do; that of a public profile never expires, and changes with the picture. `null`: nothing of the family can be
 * made from this asset. No query. `not_deliverable`, `forbidden`, `unknown_variant`, `capability_unsupported` without
 * the option `images`.
 */
export async function familyUrl(
  runtime: Runtime,
  asset: Asset,
  name: string,
  options: FamilyUrlOptions = {},
): Promise<string | null> {
  const profile = assertDeliverable(runtime, asset)
  const family = familyMembers(profile, asset, name)
  const images = imagesOf(runtime)
  await authorize(profile, asset, name, options.actor)
  return family.members.length === 0 ? null : issueFamilyUrl(runtime, images, { asset, profile, name, family }, options)
}

/** A family of one asset, by its name. */
export interface NamedFamily {
  readonly asset: Asset
  readonly profile: Profile
  readonly name: string
  readonly family: OwnFamily
}

/** Makes the URL of a family that the authorizer has granted, and emits the event. */
export function issueFamilyUrl(
  runtime: Runtime,
  { baseUrl, tokens }: ImageRuntime,
  { asset, profile, name, family }: NamedFamily,
  options: Pick<IssueOptions, 'expiresInSeconds'>,
): string {
  const expiresAt = profile.delivery.public ? null : expiresAtOf(runtime, profile, options)
  const token = signImageToken(tokens, { assetId: asset.id, family: name, version: family.version, expiresAt })
  announceIssued(runtime, asset, profile)
  return `${baseUrl}/images/${token}`
}

/** The options of families. `capability_unsupported` without them. */
export function imagesOf({ images }: Runtime): ImageRuntime {
  if (images !== null) return images
  throw new RindleError(
    'capability_unsupported',
    'Families need the option `images` of createRindle, with the base URL of your route and a secret.',
    { details: { capability: 'images', flow: 'delivery' } },
  )
}
