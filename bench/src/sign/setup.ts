import type { StorageAdapter } from '@rindle/core'
import { localStorage } from '@rindle/storage-local'

/** URLs in one pass; a round makes some passes. A type, because it crosses to another process as JSON. */
export type SignRound = { readonly passes: number }

/** Assets in one pass. */
export const ASSET_COUNT = 1_000

/** The storage that signs on both sides; nothing is read or written. */
export function signingStorage(): StorageAdapter {
  return localStorage({
    directory: 'unused',
    baseUrl: 'http://127.0.0.1/media',
    signingKey: 'a key for benchmarks only, of enough characters',
  })
}

/** The permanent key of an original, as Rindle makes them. */
export function storageKeyOf(assetId: string): string {
  return `photo/${assetId}/original-0f1e2d3c4b5a69788796a5b4c3d2e1f0.jpg`
}
