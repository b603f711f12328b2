import type { Asset } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import type { Profile } from '../profile/profile.ts'

/** Asks the profile's authorizer about one file of an asset; the reason of a refusal, or `null` when it grants. */
export async function refusalOf(
  profile: Profile,
  asset: Asset,
  variant: string | undefined,
  actor: unknown,
): Promise<string | null> {
  if (profile.delivery.authorize === null) return null
  const answer = await profile.delivery.authorize({ asset, ...(variant === undefined ? {} : { variant }), actor })
  if (answer === true) return null
  return answer === false ? 'not allowed' : answer
}

/** What a caller is told whom the authorizer refused. */
export function forbidden(asset: Asset, reason: string): RindleError {
  return new RindleError('forbidden', `Delivery of asset ${asset.id} was refused: ${reason}.`, { details: { reason } })
}
