import type { AssetWithVariants, Rindle } from '@rindle/core'

/** One URL of an asset. */
export interface DeliveryUrl {
  /** `original`, or the variant's name. */
  readonly name: string
  readonly url: string
}

/** URLs of the original and of every ready variant that its profile still declares. Asks the profile's authorizer. */
export async function deliveryUrls(rindle: Rindle, asset: AssetWithVariants): Promise<readonly DeliveryUrl[]> {
  const urls: DeliveryUrl[] = [{ name: 'original', url: await rindle.url(asset) }]
  const declared = rindle.profiles[asset.profile]?.variants ?? {}
  for (const { name, state } of asset.variants) {
    if (state !== 'ready' || !Object.hasOwn(declared, name)) continue
    const url = await rindle.variantUrl(asset, name)
    if (url !== null) urls.push({ name, url })
  }
  return urls
}
