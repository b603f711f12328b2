import { counted } from '../../domain/counted.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import { type MirrorLag, mirrorLag } from '../../mirrors/mirror-changes.ts'
import type { Finding } from '../../ports/diagnosis.ts'

/** A worker that runs lets the mirrors follow within seconds. */
const LATE_SECONDS = 900

/** Checks how far the mirrors of a storage are behind; nothing for a storage without mirrors. */
export async function* mirrorFindings(runtime: Runtime, storage: string): AsyncGenerator<Finding> {
  if (storageOf(runtime, storage).mirroring === undefined) return
  yield mirrorFinding(await mirrorLag(runtime.database, storage), runtime.now())
}

/** Judges the lag of mirrors. Pure. */
export function mirrorFinding({ waiting, since, reason }: MirrorLag, now: Date): Finding {
  const id = 'storage.mirrors'
  if (waiting === 0 || since === null) return { id, status: 'ok', summary: 'the mirrors are up to date' }
  const seconds = Math.max(0, Math.round((now.getTime() - since.getTime()) / 1_000))
  const what = `${counted(waiting, 'change')} ${waiting === 1 ? 'waits' : 'wait'} for the mirrors, the oldest for ${seconds} s`
  if (seconds < LATE_SECONDS) return { id, status: 'ok', summary: what }
  const fix =
    reason === null
      ? 'Start a worker that serves the queue `rindle_purge`.'
      : `Repair the mirror. The last attempt failed with ${reason}. Rindle repeats the changes until they succeed.`
  return { id, status: 'warn', summary: reason === null ? what : `${what} (${reason})`, fix }
}
