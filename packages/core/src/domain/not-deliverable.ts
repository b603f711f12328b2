import { RindleError } from './errors.ts'
import { type AssetState, isUnverified } from './states.ts'

/** The error of an asset that is not delivered in its state: `retryable` while it waits for its verification. Pure. */
export function notDeliverable(state: AssetState, message: string): RindleError {
  return new RindleError('not_deliverable', message, { details: { state }, retryable: isUnverified(state) })
}
