import { validate } from 'uuid'
import { RindleError } from '../../domain/errors.ts'
import { DELIVERY_STATES, type DeliveryState } from '../../domain/hook-events.ts'
import { eventFromRow } from '../../hooks/claim-delivery.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { number, numberOrNull, text, textOrNull, time, timeOrNull } from '../../kernel/sql/row-values.ts'
import type { HookEvent } from '../../ports/hooks.ts'
import { assertTarget } from './target-names.ts'

/** Options of {@link listDeliveries}. */
export interface ListDeliveriesOptions {
  /** Only to this target. @default all */
  readonly target?: string
  /** Only in this state. @default all */
  readonly state?: DeliveryState
  /** Continues after a page: its `next`. @default at the latest event */
  readonly after?: string
  /** Rows of a page, from 1 to 1,000. @default 50 */
  readonly limit?: number
}

/** One event on its way to one target. */
export interface EventDelivery {
  readonly target: string
  readonly event: HookEvent
  readonly state: DeliveryState
  readonly attempts: number
  /** The time of the next attempt, if it waits and nothing holds its target. */
  readonly nextAttemptAt: Date
  /** The last HTTP status; `null` for handlers, and where there was no answer. */
  readonly lastStatus: number | null
  /** A code: why the last attempt failed. */
  readonly errorReason: string | null
  /** The same as a sentence for a person. Holds no secrets. */
  readonly errorMessage: string | null
  /** The time at which it was delivered or given up; `null`: it waits. */
  readonly settledAt: Date | null
}

/** A page of deliveries, the latest event first. */
export interface DeliveryPage {
  readonly deliveries: readonly EventDelivery[]
  /** The `after` of the next page; `null`: this is the last. */
  readonly next: string | null
}

const DEFAULT_LIMIT = 50
const MOST_ROWS = 1_000

/** Lists deliveries, the latest event first. Changes nothing. `invalid_input`, `not_found` for an unknown target. */
export async function listDeliveries(runtime: Runtime, options: ListDeliveriesOptions = {}): Promise<DeliveryPage> {
  const { target, state, after, limit = DEFAULT_LIMIT } = options
  assertOptions(options)
  if (target !== undefined) await assertTarget(runtime, target)
  const [afterId = null, afterTarget = null] = after?.split('_', 2) ?? []
  // Each state as a literal, so that the database can use the small indexes of what waits and of what was given up.
  const stateCondition = state === undefined ? '' : `and delivery.state = '${state}'`
  const { rows } = await runtime.database.executeSql(
    `select event.*, delivery.target, delivery.state as delivery_state, delivery.attempts, delivery.next_attempt_at,
       delivery.last_status, delivery.error_reason, delivery.error_message, delivery.settled_at
     from (
       select * from rindle.media_deliveries as delivery
       where ($1::text is null or delivery.target = $1::text) ${stateCondition}
         and ($2::uuid is null or (delivery.event_id, delivery.target) < ($2::uuid, $3::text))
       order by delivery.event_id desc, delivery.target desc limit ${limit + 1}
     ) as delivery
       join rindle.media_events as event on event.id = delivery.event_id
     order by delivery.event_id desc, delivery.target desc`,
    [target ?? null, afterId, afterTarget],
  )
  const deliveries = rows.slice(0, limit).map((row) => ({
    target: text(row, 'target'),
    event: eventFromRow(row),
    state: text(row, 'delivery_state') as DeliveryState,
    attempts: number(row, 'attempts'),
    nextAttemptAt: time(row, 'next_attempt_at'),
    lastStatus: numberOrNull(row, 'last_status'),
    errorReason: textOrNull(row, 'error_reason'),
    errorMessage: textOrNull(row, 'error_message'),
    settledAt: timeOrNull(row, 'settled_at'),
  }))
  const last = rows.length > limit ? deliveries.at(-1) : undefined
  return { deliveries, next: last === undefined ? null : `${last.event.id}_${last.target}` }
}

function assertOptions({ state, after, limit = DEFAULT_LIMIT }: ListDeliveriesOptions): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ROWS) {
    throw new RindleError('invalid_input', `limit must be a whole number from 1 to ${MOST_ROWS}.`)
  }
  if (state !== undefined && !DELIVERY_STATES.includes(state)) {
    const states = DELIVERY_STATES.join(', ')
    throw new RindleError('invalid_input', `There is no state "${state as string}". The states are: ${states}.`)
  }
  if (after !== undefined && !(validate(after.split('_', 1)[0] ?? '') && after.includes('_'))) {
    throw new RindleError('invalid_input', '`after` must be the `next` of another page.')
  }
}
