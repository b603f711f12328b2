import { drainRequest, lockTarget } from '../../hooks/target-health.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { booleanOrNull } from '../../kernel/sql/row-values.ts'
import { inTransaction } from '../../kernel/unit-of-work.ts'
import { PAGE_SIZE } from '../pages.ts'
import { runOperation } from '../run-operation.ts'
import { targetNames, unknownTarget } from './target-names.ts'

/** The results of {@link pauseDeliveries} and {@link resumeDeliveries}. */
export interface PauseReport {
  readonly target: string
  /** Whether it was otherwise before. */
  readonly changed: boolean
}

/**
 * Stops deliveries to a target: a handler's (`profile:lesson`) or a webhook. Its events are written, and wait. An attempt
 * that runs may still end. Atomic, safe to repeat. `not_found`.
 */
export async function pauseDeliveries(runtime: Runtime, target: string): Promise<PauseReport> {
  return runOperation(runtime, { operation: 'pause_deliveries', scope: 'all', dry_run: false }, async () => {
    const { rows } = await runtime.database.executeSql(
      `with before as (select name, paused_at from rindle.media_event_targets where name = $1::text for no key update)
       update rindle.media_event_targets as target set paused_at = coalesce(before.paused_at, now()), updated_at = now()
       from before where target.name = before.name
       returning before.paused_at is null as changed`,
      [target],
    )
    if (rows[0] === undefined) throw unknownTarget(target, await targetNames(runtime))
    return { target, changed: booleanOrNull(rows[0], 'changed') === true }
  })
}

/**
 * Delivers to a target again that was paused, that answered 410, or that could not be reached: all of its events, in
 * order, beginning at once. Atomic, safe to repeat. `not_found`.
 */
export async function resumeDeliveries(runtime: Runtime, target: string): Promise<PauseReport> {
  return runOperation(runtime, { operation: 'resume_deliveries', scope: 'all', dry_run: false }, async () => {
    const changed = await inTransaction(runtime, undefined, async (unit) => {
      const { rows } = await unit.executeSql(
        `with before as (
           select name, paused_at, disabled_at, held_until from rindle.media_event_targets
           where name = $1::text for no key update)
         update rindle.media_event_targets as target
         set paused_at = null, disabled_at = null, held_until = null, held_reason = null, failures = 0, updated_at = now()
         from before where target.name = before.name
         returning coalesce(before.paused_at, before.disabled_at, before.held_until) is not null as changed`,
        [target],
      )
      if (rows[0] === undefined) return null
      unit.enqueue(drainRequest(target))
      return booleanOrNull(rows[0], 'changed') === true
    })
    if (changed === null) throw unknownTarget(target, await targetNames(runtime))
    await makeDue(runtime, target)
    return { target, changed }
  })
}

/** What has failed is tried now, not when its delay is over; in small transactions, because it may be very much. */
async function makeDue(runtime: Runtime, target: string): Promise<void> {
  for (let made = PAGE_SIZE; made === PAGE_SIZE; ) {
    made = await inTransaction(runtime, undefined, async (unit) => {
      await lockTarget(unit, target)
      const { rows } = await unit.executeSql(
        `update rindle.media_deliveries set next_attempt_at = now(), updated_at = now()
         where target = $1::text and event_id = any (array(
           select event_id from rindle.media_deliveries
           where target = $1::text and state = 'pending' and next_attempt_at > now()
           order by next_attempt_at, sequence limit ${PAGE_SIZE}))
           and state = 'pending'
         returning event_id`,
        [target],
      )
      if (rows.length > 0) unit.enqueue(drainRequest(target))
      return rows.length
    })
  }
}
