import { type AssetWithVariants, assetById } from '../assets/read.ts'
import { BoundedMap } from '../kernel/bounded-map.ts'
import type { Runtime } from '../kernel/runtime.ts'

// A page asks for a picture many times at once. Whoever has its URL may read it until that expires, as with any URL: a
// change that is seen so much later costs nobody anything.
const FRESH_MS = 1_000
const MOST_ASSETS = 1_000

interface Seen {
  readonly asset: AssetWithVariants
  readonly untilMs: number
}

const seenBy = new WeakMap<Runtime, BoundedMap<string, Seen>>()

/** An asset with its variants as they were at most a second ago, or as they are now; `null`: there is none. */
export async function recentAsset(runtime: Runtime, id: string): Promise<AssetWithVariants | null> {
  const seen = seenOf(runtime)
  const known = seen.get(id)
  if (known !== undefined && performance.now() < known.untilMs) return known.asset
  return presentAsset(runtime, id)
}

/** An asset as it is now. */
export async function presentAsset(runtime: Runtime, id: string): Promise<AssetWithVariants | null> {
  const seen = seenOf(runtime)
  seen.delete(id)
  const asset = await assetById(runtime, id)
  if (asset !== null) seen.set(id, { asset, untilMs: performance.now() + FRESH_MS })
  return asset
}

/** Lets a reader find only assets of one tenant; `undefined`: all. */
export function withinTenant(read: typeof presentAsset, tenant: string | null | undefined): typeof presentAsset {
  if (tenant === undefined) return read
  return async (runtime, id) => {
    const asset = await read(runtime, id)
    return asset !== null && asset.tenant === tenant ? asset : null
  }
}

/** Forgets what was seen of an asset that has just changed. */
export function forgetAsset(runtime: Runtime, id: string): void {
  seenOf(runtime).delete(id)
}

function seenOf(runtime: Runtime): BoundedMap<string, Seen> {
  const seen = seenBy.get(runtime) ?? new BoundedMap<string, Seen>(MOST_ASSETS)
  seenBy.set(runtime, seen)
  return seen
}
