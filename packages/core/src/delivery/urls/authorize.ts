import { RindleError } from '../../domain/errors.ts'
import type { DeliveryRequest } from '../../ports/authorizer.ts'
import type { Profile } from '../../profile/profile.ts'

/** Asks the profile's authorizer about one file; returns the reason of a refusal, or `null` when it grants. */
export async function refusalByAuthorizer(profile: Profile, request: DeliveryRequest): Promise<string | null> {
  if (profile.delivery.authorize === null) return null
  const answer = await profile.delivery.authorize(request)
  if (answer === true) return null
  return answer === false ? 'not allowed' : answer
}

/** The error of a delivery that the authorizer refused. `what` names the file: "asset …". */
export function forbidden(what: string, reason: string): RindleError {
  const sentence = `Delivery of ${what} was refused: ${reason.replace(/\.$/, '')}.`
  return new RindleError('forbidden', sentence, { details: { reason } })
}
