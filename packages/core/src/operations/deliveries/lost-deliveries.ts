import { deliveryKeys, drainKeys } from '../../domain/queues.ts'
import { drainRequest, lockTarget } from '../../hooks/target-health.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { type Row, text } from '../../kernel/sql/row-values.ts'
import { inTransaction } from '../../kernel/unit-of-work.ts'

/** The first events of an asset that wait for a target, with no job that will deliver them. */
export interface LostDelivery {
  readonly target: string
  readonly assetId: string
  readonly eventId: string
}

/** A target's jobs are lost together, so its oldest deliveries tell; a drain then brings back all. */
const MOST_EXAMINED = 500

/**
 * Finds deliveries that wait without a job, of targets that are neither paused nor disabled: at most 500 for each target.
 * A held target has one job for all of its deliveries.
 */
export async function lostDeliveries(runtime: Runtime, olderThanSeconds: number): Promise<readonly LostDelivery[]> {
  const { rows: targets } = await runtime.database.executeSql(
    'select name from rindle.media_event_targets where paused_at is null and disabled_at is null order by name',
  )
  const lost: LostDelivery[] = []
  for (const row of targets) lost.push(...(await lostOf(runtime, text(row, 'name'), olderThanSeconds)))
  return lost
}

async function lostOf(runtime: Runtime, target: string, olderThanSeconds: number): Promise<readonly LostDelivery[]> {
  const waiting = await waitingOf(runtime, target, olderThanSeconds)
  if (waiting.length === 0) return []
  const keysOf = (row: Row): readonly string[] => deliveryKeys(target, text(row, 'asset_id'))
  const live = await runtime.jobs.findLive('rindle_events', [...drainKeys(target), ...waiting.flatMap(keysOf)])
  if (drainKeys(target).some((key) => live.has(key))) return []
  const suspects = waiting.filter((row) => !keysOf(row).some((key) => live.has(key)))
  if (suspects.length === 0) return []
  // Jobs are not in the snapshot of the rows: one may have ended in between, with its work done.
  const still = new Set((await waitingOf(runtime, target, olderThanSeconds)).map((row) => text(row, 'event_id')))
  return suspects
    .map((row) => ({ target, assetId: text(row, 'asset_id'), eventId: text(row, 'event_id') }))
    .filter(({ eventId }) => still.has(eventId))
}

async function waitingOf({ database }: Runtime, target: string, olderThanSeconds: number): Promise<readonly Row[]> {
  const { rows } = await database.executeSql(
    `select event_id, asset_id from (
       select event_id, asset_id, updated_at from rindle.media_deliveries
       where target = $1::text and state = 'pending' order by next_attempt_at, sequence limit ${MOST_EXAMINED}
     ) as waiting where updated_at <= now() - make_interval(secs => $2::float8)`,
    [target, olderThanSeconds],
  )
  return rows
}

/** Enqueues the drain of each of these targets, which brings back whatever is due there. */
export async function drainAll(runtime: Runtime, targets: Iterable<string>): Promise<void> {
  for (const target of targets) {
    await inTransaction(runtime, undefined, async (unit) => {
      await lockTarget(unit, target)
      unit.enqueue(drainRequest(target))
    })
  }
}
