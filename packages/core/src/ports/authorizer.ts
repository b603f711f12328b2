import type { Asset } from '../domain/entities.ts'

/** A file of an asset that is about to be delivered. */
export interface AssetDelivery {
  readonly asset: Asset
  /** The variant asked for; absent for the original. */
  readonly variant?: string
  readonly profile?: never
  readonly key?: never
  /** Whatever the caller passed as `actor`. */
  readonly actor: unknown
}

/** A file of the application's own that is about to be delivered, by `urlForKey`: no asset knows it. */
export interface KeyDelivery {
  readonly asset?: never
  readonly variant?: never
  /** The profile whose storage holds it. */
  readonly profile: string
  /** Where in that storage. */
  readonly key: string
  /** Whatever the caller passed as `actor`. */
  readonly actor: unknown
}

/** A delivery that is about to be granted. `asset` is `undefined` for a file of the application's own, which has a `key`. */
export type DeliveryRequest = AssetDelivery | KeyDelivery

/**
 * The authorizer port: `true` grants, `false` refuses, a string refuses with that reason. A refusal issues nothing
 * and emits nothing.
 */
export type Authorizer = (request: DeliveryRequest) => boolean | string | Promise<boolean | string>
