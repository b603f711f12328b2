import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { OpenSession } from '../sessions.ts'
import { transitionSession } from '../transition.ts'
import { hasAllBytes, type OpenResumable } from './rows.ts'

/**
 * Assembles the object of a resumable upload once its last byte is there, before the verification. Does nothing for an
 * earlier session or one of another strategy. Safe to repeat.
 */
export async function finishResumable(runtime: Runtime, open: OpenSession): Promise<void> {
  if (!hasAllBytes(open)) return
  const { session, asset, resumable } = open as OpenResumable
  await storageOf(runtime, asset.storage).resumable.finish(session.uploadKey, resumable)
  await transitionSession(runtime.database, session.id, 'uploaded')
}
