import type { Rindle, RuntimeStatus } from '@rindle/core'
import { codeOf } from '@rindle/core/adapter'
import { isSmall, readStored, readTableSizes, type Stored } from './stored.ts'

/** A status is kept at least so long, */
const LEAST_KEPT_MS = 5_000
/** and this many times as long as its reading took, so that readings take at most a tenth of the database's time. */
const KEPT_PER_READING = 9

/** The numbers of the installation at one time. */
export interface Counted {
  readonly status: RuntimeStatus
  readonly stored: Stored
}

/** The latest numbers. They may be old: newer ones are read behind the page. */
export interface Snapshot {
  /** `null`: this process has none yet. */
  readonly counted: Counted | null
  /** Whether newer numbers are being read. */
  readonly isCounting: boolean
  /** The code of the error that ended the last reading; `null`: it succeeded. */
  readonly failure: string | null
}

interface Watch {
  latest: Omit<Snapshot, 'isCounting'>
  reading: Promise<void> | null
  staleAt: number
  readonly listeners: Set<() => void>
}

const watches = new WeakMap<Rindle, Watch>()

/**
 * Returns the latest numbers at once, and begins to read newer ones when these are old. Counting every row takes
 * seconds among millions, so no page waits for it.
 */
export function snapshot(rindle: Rindle): Snapshot {
  const watch = watchOf(rindle)
  if (watch.reading === null && performance.now() >= watch.staleAt) watch.reading = read(rindle, watch)
  return { ...watch.latest, isCounting: watch.reading !== null }
}

/**
 * Returns the latest numbers, and waits for newer ones only in a small installation, where that takes some tens of
 * milliseconds: by the sizes of its tables, not by a clock.
 */
export async function freshSnapshot(rindle: Rindle): Promise<Snapshot> {
  const now = snapshot(rindle)
  const { reading } = watchOf(rindle)
  if (reading === null || !isSmall(await readTableSizes(rindle))) return now
  await reading
  return snapshot(rindle)
}

/** Calls `listener` whenever newer numbers were read; returns the function that ends this. */
export function onSnapshot(rindle: Rindle, listener: () => void): () => void {
  const { listeners } = watchOf(rindle)
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The name of the numbers that a page shows, by which the browser asks for newer ones. Pure. */
export function markOf({ counted, failure }: Omit<Snapshot, 'isCounting'>): string {
  return failure ?? (counted === null ? 'none' : String(counted.status.takenAt.getTime()))
}

/** The name of the latest numbers; begins no reading. */
export function latestMark(rindle: Rindle): string {
  return markOf(watchOf(rindle).latest)
}

function watchOf(rindle: Rindle): Watch {
  const known = watches.get(rindle)
  if (known !== undefined) return known
  const watch: Watch = {
    latest: { counted: null, failure: null },
    reading: null,
    staleAt: Number.NEGATIVE_INFINITY,
    listeners: new Set(),
  }
  watches.set(rindle, watch)
  return watch
}

async function read(rindle: Rindle, watch: Watch): Promise<void> {
  const begun = performance.now()
  try {
    const [status, stored] = [await rindle.runtimeStatus(), await readStored(rindle)]
    watch.latest = { counted: { status, stored }, failure: null }
  } catch (error) {
    // The old numbers stand, and every page says why.
    watch.latest = { ...watch.latest, failure: codeOf(error) ?? 'unknown_error' }
  }
  const ended = performance.now()
  watch.staleAt = ended + Math.max(LEAST_KEPT_MS, KEPT_PER_READING * (ended - begun))
  watch.reading = null
  for (const listener of watch.listeners) listener()
}
