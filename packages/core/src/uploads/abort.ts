import { lockAsset } from '../assets/lock.ts'
import { purgeRequest } from '../assets/purge-request.ts'
import { releaseQuota } from '../assets/quota-usage.ts'
import { fetchKey } from '../domain/queues.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import { giveUpParts } from './give-up.ts'
import { type OpenSession, readSession } from './sessions.ts'
import { transitionSession } from './transition.ts'

/**
 * Gives up an upload: one transaction makes the session `aborted` and enqueues the asset's purge; then the stored parts
 * and the staged object are deleted. The purge repeats deletions that fail. An upload that has ended is left unchanged.
 * Safe to repeat. `not_found`.
 */
export async function abortUpload(runtime: Runtime, sessionId: string): Promise<void> {
  await abortSession(runtime, await readSession(runtime, sessionId))
}

/** {@link abortUpload} for a session that was read before. `true` when this call ended it. */
export async function abortSession(runtime: Runtime, open: OpenSession): Promise<boolean> {
  const { session, asset } = open
  const isAborted = await inTransaction(runtime, undefined, async (unit) => {
    await lockAsset(unit, asset.id)
    if (!(await transitionSession(unit, session.id, 'aborted'))) return false
    if (session.uploadStrategy === 'fetched') await runtime.jobs.cancel('rindle_fetch', [fetchKey(asset.id)], unit)
    await releaseQuota(unit, [asset.id])
    unit.enqueue(purgeRequest(asset))
    return true
  })
  if (!isAborted && session.state !== 'aborted') return false
  const storage = storageOf(runtime, asset.storage)
  await giveUpParts(storage, { ...open, uploadKey: session.uploadKey })
  await storage.delete(session.uploadKey)
  return isAborted
}
