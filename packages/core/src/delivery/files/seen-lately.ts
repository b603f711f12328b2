import { BoundedMap } from '../../kernel/bounded-map.ts'
import type { StorageAdapter } from '../../ports/storage.ts'

/** A version of an object, and when a request last found it there. */
interface Seen {
  /** With its quotes, as headers have it. */
  readonly entityTag: string
  readonly atMs: number
}

/**
 * How long an object counts as unchanged for a browser that has it already. It has the bytes; that they were deleted
 * meanwhile it learns at its first request after this time.
 */
const LATELY_MS = 1_000
// Some hundred bytes each.
const MOST = 1_000

const seen = new WeakMap<StorageAdapter, BoundedMap<string, Seen>>()

/** Remembers the version of an object that a request has found. */
export function noteSeen(storage: StorageAdapter, key: string, etag: string, now: Date): void {
  const known = seen.get(storage) ?? new BoundedMap<string, Seen>(MOST)
  seen.set(storage, known)
  known.set(key, { entityTag: `"${etag}"`, atMs: now.getTime() })
}

/** Forgets an object that a request has not found. */
export function noteMissing(storage: StorageAdapter, key: string): void {
  seen.get(storage)?.delete(key)
}

const looks = new WeakMap<StorageAdapter, Map<string, Promise<unknown>>>()

/**
 * Lets others wait for a look at an object instead of looking too: browsers that ask for the same file at the same moment
 * would all go to the disk each time a second has passed.
 */
export async function shareLook<T>(storage: StorageAdapter, key: string, look: Promise<T>): Promise<T> {
  const known = looks.get(storage) ?? new Map<string, Promise<unknown>>()
  looks.set(storage, known)
  known.set(key, look)
  try {
    return await look
  } finally {
    if (known.get(key) === look) known.delete(key)
  }
}

/** The look of another request, if there is one. It resolves when that has failed, too, which is that request's own. */
export function lookUnderWay(storage: StorageAdapter, key: string): Promise<unknown> | undefined {
  return looks
    .get(storage)
    ?.get(key)
    ?.catch(() => undefined)
}

/** The etag, in quotes, of the version that was found within the last second; `undefined`: nobody has looked. */
export function seenLately(storage: StorageAdapter, key: string, now: Date): string | undefined {
  const last = seen.get(storage)?.get(key)
  if (last === undefined) return undefined
  const ageMs = now.getTime() - last.atMs
  return ageMs >= 0 && ageMs < LATELY_MS ? last.entityTag : undefined
}
