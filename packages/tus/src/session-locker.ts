import type { Rindle } from '@rindle/core'
import type { Lock, Locker } from '@tus/server'
import { currentRequest } from './upload-request.ts'

/** Locks of uploads in PostgreSQL: the holder is the upload's only writer, across all processes. */
export function sessionLocker(rindle: Rindle): Locker {
  return { newLock: (sessionId) => sessionLock(rindle, sessionId) }
}

function sessionLock(rindle: Rindle, sessionId: string): Lock {
  const request = currentRequest()
  return {
    async lock(signal, requestRelease) {
      // Nobody else knows the URL of an upload that is being created.
      if (request.method === 'POST' && !request.hasBody) return
      request.writer = await rindle.writeResumableSession(sessionId, {
        signal,
        onWanted: () => void requestRelease(),
      })
    },
    async unlock() {
      await request.writer?.release()
      delete request.writer
    },
  }
}
