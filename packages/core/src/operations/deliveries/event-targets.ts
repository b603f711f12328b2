import { isAlive, knownWorkers } from '../../jobs/live-workers.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { json, number, text, textOrNull, timeOrNull } from '../../kernel/sql/row-values.ts'

/** A receiver of events, as some process has declared it. */
export interface EventTargetStatus {
  /** `profile:lesson` for the handlers of a profile; otherwise the name of a webhook. */
  readonly name: string
  readonly kind: 'handler' | 'webhook'
  /** The wanted types. */
  readonly types: readonly string[]
  /** The wanted profiles; empty: all. */
  readonly profiles: readonly string[]
  /** `null`: an operator has not paused it. */
  readonly pausedAt: Date | null
  /** The time at which it said that it is gone; `null`: it did not. */
  readonly disabledAt: Date | null
  /** Nothing is tried until then; `null`: nothing is held. */
  readonly heldUntil: Date | null
  /** `unreachable`: it did not answer. `no_code`: no living worker has its code. */
  readonly heldReason: 'unreachable' | 'no_code' | null
  /** Deliveries that wait; counting stops at 10,000. */
  readonly pending: number
  /** Deliveries that were given up; counting stops at 10,000. */
  readonly dead: number
  /** Living workers that have its code or URL. */
  readonly workers: number
}

const MOST_COUNTED = 10_000

// In the order of an index, so that counting reads no more of it than it counts.
const countOf = (state: string, order: string): string => `(select count(*)::int from (
  select 1 from rindle.media_deliveries where target = target_row.name and state = '${state}'
  order by ${order} limit ${MOST_COUNTED}) as counted)`

/** Lists the targets of events, by name. Changes nothing. */
export async function eventTargets(runtime: Runtime): Promise<readonly EventTargetStatus[]> {
  const { rows } = await runtime.database.executeSql(
    `select name, kind, to_jsonb(types) as types, to_jsonb(profiles) as profiles, paused_at, disabled_at,
       case when held_until > clock_timestamp() then held_until end as held_until,
       case when held_until > clock_timestamp() then held_reason end as held_reason,
       ${countOf('pending', 'next_attempt_at, sequence')} as pending, ${countOf('dead', 'settled_at, event_id')} as dead
     from rindle.media_event_targets as target_row order by name`,
  )
  const alive = (await knownWorkers(runtime)).filter((worker) => isAlive(worker))
  return rows.map((row) => ({
    name: text(row, 'name'),
    kind: text(row, 'kind') as EventTargetStatus['kind'],
    types: json(row, 'types'),
    profiles: json(row, 'profiles'),
    pausedAt: timeOrNull(row, 'paused_at'),
    disabledAt: timeOrNull(row, 'disabled_at'),
    heldUntil: timeOrNull(row, 'held_until'),
    heldReason: textOrNull(row, 'held_reason') as EventTargetStatus['heldReason'],
    pending: number(row, 'pending'),
    dead: number(row, 'dead'),
    workers: alive.filter(
      ({ targets, queues }) => targets.includes(text(row, 'name')) && queues.rindle_events !== undefined,
    ).length,
  }))
}
