import type { AnyServer, FamilyName, ProfileName, StreamName, VariantName } from './any-server.ts'
import type { FamilyView, StreamView, VariantView, WireAsset } from './wire.ts'

/**
 * One asset of profile `P` of the server `R`, with the variants, families and streams that the profile declares. A variant
 * is absent until it is planned, and if it was declared after the asset was made.
 */
export type AssetView<R extends AnyServer, P extends ProfileName<R> = ProfileName<R>> = P extends unknown
  ? Omit<WireAsset, 'profile' | 'variants' | 'families' | 'streams'> & {
      readonly profile: P
      readonly variants: { readonly [V in VariantName<R, P>]?: VariantView }
      readonly families: { readonly [F in FamilyName<R, P>]?: FamilyView }
      readonly streams: { readonly [S in StreamName<R, P>]?: StreamView }
    }
  : never

/** An asset of any profile of any server. */
export type AnyAssetView = AssetView<AnyServer>
