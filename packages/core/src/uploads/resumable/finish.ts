import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { OpenSession } from '../sessions.ts'
import { transitionSession } from '../transition.ts'
import { hasAllBytes, type OpenResumable } from './rows.ts'

/**
 * Puts the object of a resumable upload in its place once the last byte is there; the verification follows. Does nothing
 * for a session that is not so far, or is of another strategy. Safe to repeat.
 */
export async function finishResumable(runtime: Runtime, open: OpenSession): Promise<void> {
  if (!hasAllBytes(open)) return
  const { session, asset, resumable } = open as OpenResumable
  await storageOf(runtime, asset.storage).resumable.finish(session.uploadKey, resumable)
  await transitionSession(runtime.database, session.id, 'uploaded')
}
