import { setTimeout as delay } from 'node:timers/promises'
import type { AssetWithVariants, Rindle } from '@rindle/core'
import { isSettledState } from '@rindle/core/adapter'

/** How long to wait, and the listener. */
export interface WaitOptions {
  /** Ends the waiting, not the work. */
  readonly signal: AbortSignal
  /** When to give up, in milliseconds since the epoch. */
  readonly deadline: number
  /** Called with every reading of the asset. */
  readonly onLook?: (asset: AssetWithVariants) => void
}

/** Work also happens in other processes, so the rows are polled: an index lookup, cheap enough for ten a second. */
const LOOK_INTERVAL_MS = 100

/**
 * Waits until an asset's work is done, and returns its latest state: not settled if the signal or the deadline came
 * first, `null` if it is gone.
 */
export async function waitUntilSettled(
  rindle: Rindle,
  assetId: string,
  { signal, deadline, onLook }: WaitOptions,
): Promise<AssetWithVariants | null> {
  for (;;) {
    const asset = await rindle.asset(assetId)
    if (asset === null) return null
    onLook?.(asset)
    if (isSettledState(asset.state) || signal.aborted || Date.now() >= deadline) return asset
    // An abort ends the pause early; the loop then reads once more and returns.
    await delay(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => undefined)
  }
}
