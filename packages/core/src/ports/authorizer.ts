import type { Asset } from '../domain/entities.ts'

/** A delivery that is about to be granted. */
export interface DeliveryRequest {
  readonly asset: Asset
  /** The variant asked for; absent for the original. */
  readonly variant?: string
  /** Whatever the caller passed as `actor`. */
  readonly actor: unknown
}

/**
 * The authorizer port: `true` grants, `false` refuses, a string refuses with that reason. A refusal issues nothing
 * and emits nothing.
 */
export type Authorizer = (request: DeliveryRequest) => boolean | string | Promise<boolean | string>
