/** URLs in one pass; a round makes some passes. A type, because it crosses to another process as JSON. */
export type SignRound = { readonly passes: number }

/** Assets in one pass. */
export const ASSET_COUNT = 1_000

/** The permanent key of an original, in Rindle's form. */
export function storageKeyOf(assetId: string): string {
  return `photo/${assetId}/original-0f1e2d3c4b5a69788796a5b4c3d2e1f0.jpg`
}
