import { backOffSeconds } from '../domain/back-off.ts'
import { failureOf } from '../domain/failures.ts'
import { copyAcross } from '../kernel/copy-across.ts'
import { payloadText } from '../kernel/payload-text.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { Mirroring, StorageAdapter } from '../ports/storage.ts'
import {
  claimChanges,
  followingOf,
  giveBack,
  type MirrorChange,
  PAGE_SIZE,
  putOff,
  secondsUntilNext,
  settleChange,
} from './mirror-changes.ts'

const COPIES_AT_ONCE = 4
/** The longest wait before the job looks again. */
const LOOK_EVERY_SECONDS = 300
/** So many failures in a row put off the rest of a page: the storage is down. */
const DOWN_AFTER = 5

/**
 * The job that lets the mirrors of a storage follow its changes. It reads what the primary has now: an object is copied,
 * and compared by size and SHA-256; one that is gone is deleted. So the order of changes does not matter, and repeating
 * one does no harm. During an outage of either, changes wait with a growing delay, and none is given up.
 */
export async function followChanges(runtime: Runtime, job: RunningJob): Promise<void> {
  const storage = payloadText(job.payload, 'mirrorsOf')
  const { mirroring } = storageOf(runtime, storage)
  // The application has given its mirrors up.
  if (mirroring === undefined) return forget(runtime, storage)
  for (;;) {
    const changes = await claimChanges(runtime.database, storage)
    await followAll(runtime, { storage, mirroring, signal: job.signal }, changes)
    if (job.signal.aborted) await giveBack(runtime.database, storage, changes)
    job.signal.throwIfAborted()
    if (changes.length < PAGE_SIZE) break
  }
  await comeAgain(runtime, storage)
}

interface Following {
  readonly storage: string
  readonly mirroring: Mirroring
  readonly signal: AbortSignal
}

async function followAll(runtime: Runtime, following: Following, changes: readonly MirrorChange[]): Promise<void> {
  const { storage, signal } = following
  const items = changes.values()
  let failuresInARow = 0
  const work = async (): Promise<void> => {
    for (const change of items) {
      if (signal.aborted) return
      try {
        if (failuresInARow >= DOWN_AFTER) throw lastError
        await followOne(following, change.key)
        await settleChange(runtime.database, storage, change)
        failuresInARow = 0
      } catch (error) {
        if (signal.aborted) return
        lastError = error
        failuresInARow += 1
        const failure = failureOf(error)
        const seconds = backOffSeconds({ kind: 'outage' }, change.attempts)
        await putOff(runtime.database, storage, change, { seconds, reason: failure.reason })
        if (change.attempts > 0) continue
        const fields = { storage, key: change.key, code: failure.reason }
        runtime.logger.warn(fields, `A mirror does not follow a change yet. ${failure.message}`)
      }
    }
  }
  let lastError: unknown
  await Promise.all(Array.from({ length: COPIES_AT_ONCE }, work))
}

async function followOne({ mirroring: { primary, mirrors }, signal }: Following, key: string): Promise<void> {
  const object = await primary.head(key, { signal })
  const follow = async (mirror: StorageAdapter): Promise<void> => {
    if (object === undefined) return mirror.delete(key, { signal })
    const { byteSize, contentType, checksumSha256 = null } = object
    await copyAcross({ from: primary, to: mirror, signal }, { key, byteSize, contentType, checksumSha256 })
  }
  // A mirror that is down holds up no other.
  const ends = await Promise.allSettled(mirrors.map(follow))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

async function comeAgain(runtime: Runtime, storage: string): Promise<void> {
  await inTransaction(runtime, undefined, async (unit) => {
    const seconds = await secondsUntilNext(unit, storage)
    if (seconds === null) return
    // Without a delay for what is due: a job that already waits for later would absorb the request.
    unit.enqueue(followingOf(storage, Math.ceil(Math.min(Math.max(seconds, 0), LOOK_EVERY_SECONDS))))
  })
}

async function forget({ database }: Runtime, storage: string): Promise<void> {
  await database.executeSql('delete from rindle.media_mirror_changes where storage = $1::text', [storage])
}
