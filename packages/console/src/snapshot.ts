import type { Rindle, RuntimeStatus } from '@rindle/core'

const KEPT_MS = 5_000

interface Kept {
  readonly at: number
  readonly status: Promise<RuntimeStatus>
}

const snapshots = new WeakMap<Rindle, Kept>()

/**
 * The status of the installation, read at most every five seconds for any number of readers: it counts every row, which
 * takes a while among millions. A failure is not kept.
 */
export function snapshot(rindle: Rindle): Promise<RuntimeStatus> {
  const kept = snapshots.get(rindle)
  if (kept !== undefined && performance.now() - kept.at < KEPT_MS) return kept.status
  const status = rindle.runtimeStatus()
  snapshots.set(rindle, { at: performance.now(), status })
  status.catch(() => snapshots.delete(rindle))
  return status
}
