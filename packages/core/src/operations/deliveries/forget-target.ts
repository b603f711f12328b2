import { RindleError } from '../../domain/errors.ts'
import { NOTIFY_TARGETS } from '../../events/wanted-events.ts'
import { isServed } from '../../hooks/target-health.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { number } from '../../kernel/sql/row-values.ts'
import { PAGE_SIZE } from '../pages.ts'
import { runOperation } from '../run-operation.ts'
import { assertTarget } from './target-names.ts'

/** Options of {@link forgetTarget}. */
export interface ForgetTargetOptions {
  /** Does it; otherwise it only counts. @default false */
  readonly live?: boolean
}

/** The results of {@link forgetTarget}, or its findings. */
export interface ForgetTargetReport {
  readonly target: string
  /** Deliveries that wait or were given up; in a live run, the number of deleted ones. */
  readonly deliveries: number
  readonly dryRun: boolean
}

/**
 * Forgets a target that is no longer configured: no more events are written for it, and its deliveries are deleted.
 * Without `live` it only counts. Safe to repeat. `not_found`; `conflict` while a live worker still has it.
 */
export async function forgetTarget(
  runtime: Runtime,
  target: string,
  options: ForgetTargetOptions = {},
): Promise<ForgetTargetReport> {
  const dryRun = !(options.live ?? false)
  return runOperation(runtime, { operation: 'forget_target', scope: 'all', dry_run: dryRun }, async () => {
    await assertTarget(runtime, target)
    if (dryRun) return { target, deliveries: await countUnsettled(runtime, target), dryRun }
    if (await isServed(runtime.database, target)) {
      const message = `A live worker still delivers to "${target}". Remove it from the configuration and restart the workers first.`
      throw new RindleError('conflict', message, { details: { target }, retryable: false })
    }
    await runtime.database.executeSql(
      `delete from rindle.media_event_targets where name = $1::text returning ${NOTIFY_TARGETS}`,
      [target],
    )
    let deliveries = 0
    for (let deleted = PAGE_SIZE; deleted === PAGE_SIZE; deliveries += deleted) {
      deleted = await deleteBatch(runtime, target)
    }
    return { target, deliveries, dryRun }
  })
}

const UNSETTLED = `target = $1::text and state in ('pending', 'dead')`

async function countUnsettled({ database }: Runtime, target: string): Promise<number> {
  const { rows } = await database.executeSql(
    `select count(*)::int as count from rindle.media_deliveries where ${UNSETTLED}`,
    [target],
  )
  return number(rows[0] ?? {}, 'count')
}

async function deleteBatch({ database }: Runtime, target: string): Promise<number> {
  const { rows } = await database.executeSql(
    `delete from rindle.media_deliveries where ctid = any (array(
       select ctid from rindle.media_deliveries where ${UNSETTLED} limit ${PAGE_SIZE}))
     returning event_id`,
    [target],
  )
  return rows.length
}
