import { randomUUID } from 'node:crypto'
import { QUEUE_NAMES, type SqlExecutor } from '@rindle/core'
import type { JobRequest } from '@rindle/core/adapter'
import type { PgBoss } from 'pg-boss'

interface IdentifiedRequest {
  readonly id: string
  readonly request: JobRequest
}

/**
 * Inserts jobs through `tx`, with one statement per queue. The ids are made here: pg-boss omits the ids of jobs whose
 * key is taken, so it cannot say which these are.
 */
export async function insertJobs(
  boss: PgBoss,
  requests: readonly JobRequest[],
  tx: SqlExecutor,
): Promise<readonly (string | null)[]> {
  const identified = requests.map((request) => ({ id: randomUUID(), request }))
  const inserted = new Set<string>()
  // Queues and keys in one fixed order: an insert waits for another transaction's job with the same key, and two
  // transactions that wait for each other would deadlock.
  for (const queue of QUEUE_NAMES) {
    const jobs = identified.filter(({ request }) => request.queue === queue).toSorted(byKey)
    if (jobs.length === 0) continue
    const inserts = jobs.map(({ id, request }) => ({
      id,
      data: request.payload,
      singletonKey: request.key,
      startAfter: request.delaySeconds ?? 0,
      // pg-boss takes the highest first; 0 is its default.
      priority: request.isBulk === true ? -1 : 0,
    }))
    const ids = await boss.insert(queue, inserts, { db: tx, returnId: true })
    for (const id of ids ?? []) inserted.add(id)
  }
  return identified.map(({ id }) => (inserted.has(id) ? id : null))
}

function byKey(a: IdentifiedRequest, b: IdentifiedRequest): number {
  if (a.request.key === b.request.key) return 0
  return a.request.key < b.request.key ? -1 : 1
}
