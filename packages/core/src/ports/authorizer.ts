import type { Asset } from '../domain/entities.ts'

/** A delivery of an asset's file. */
export interface AssetDelivery {
  readonly asset: Asset
  /** The requested variant; absent for the original. */
  readonly variant?: string
  /** The id of the requested text track; absent for any other file. */
  readonly track?: string
  readonly profile?: never
  readonly key?: never
  /** The `actor` that the caller passed. */
  readonly actor: unknown
}

/** A delivery, by `urlForKey`, of a file that belongs to the application: no asset has it. */
export interface KeyDelivery {
  readonly asset?: never
  readonly variant?: never
  readonly track?: never
  /** The profile whose storage holds it. */
  readonly profile: string
  /** Its key in that storage. */
  readonly key: string
  /** The `actor` that the caller passed. */
  readonly actor: unknown
}

/** A delivery that is about to be granted. `asset` is `undefined` for the application's own file, which has a `key`. */
export type DeliveryRequest = AssetDelivery | KeyDelivery

/**
 * The authorizer port: `true` grants, `false` refuses, a string refuses with that reason. A refusal issues nothing
 * and emits nothing.
 */
export type Authorizer = (request: DeliveryRequest) => boolean | string | Promise<boolean | string>
