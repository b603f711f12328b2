import { IS_OLDER } from './conditions.ts'
import { MOST_COUNTED, type SnapshotClass } from './snapshot-class.ts'

/** Deliveries of the profile: one event each is read, so that no plan reads all. */
const IN_PROFILE = `($1::text is null or $1::text = (
  select event.profile from rindle.media_events as event where event.id = delivery.event_id limit 1))`

const DELIVERY = `delivery.event_id as id, delivery.event_id, delivery.target, delivery.asset_id, null::text as name,
  null::uuid as session_id, delivery.state, delivery.error_reason as reason, delivery.error_message as message`

const COLUMNS = 'event_id, target, asset_id, state, error_reason, error_message, created_at, settled_at'

const TARGET = `md5(receiver.name)::uuid as id, null::uuid as event_id, receiver.name as target, null::uuid as asset_id,
  null::text as name, null::uuid as session_id`

/**
 * What waits of one target: from both ends of the order in which it is due. Where nothing is delivered, the oldest is
 * due first; what has failed and waits for its next attempt is due last.
 */
const WAITING = `
  (select ${COLUMNS} from rindle.media_deliveries where target = receiver.name and state = 'pending'
   order by next_attempt_at, sequence limit ${MOST_COUNTED})
  union
  (select ${COLUMNS} from rindle.media_deliveries where target = receiver.name and state = 'pending'
   order by next_attempt_at desc, sequence desc limit ${MOST_COUNTED})`

const OLDEST_WAITING = `(select created_at from rindle.media_deliveries
  where target = receiver.name and state = 'pending' order by next_attempt_at, sequence limit 1)`

/** The classes of events that do not arrive. Targets concern all profiles. */
export const HOOK_CLASSES: readonly SnapshotClass[] = [
  {
    class: 'dead_delivery',
    candidates: `select ${DELIVERY}, delivery.settled_at as at
      from rindle.media_event_targets as receiver cross join lateral (
        select ${COLUMNS} from rindle.media_deliveries where target = receiver.name and state = 'dead'
        order by settled_at, event_id limit ${MOST_COUNTED}) as delivery
      where ${IS_OLDER('delivery.settled_at')} and ${IN_PROFILE}`,
  },
  {
    class: 'disabled_target',
    candidates: `select ${TARGET}, 'disabled' as state, 'webhook_gone' as reason, null::text as message,
        receiver.disabled_at as at
      from rindle.media_event_targets as receiver where ${IS_OLDER('receiver.disabled_at')}`,
  },
  {
    class: 'unserved_target',
    candidates: `select ${TARGET}, 'held' as state, null::text as reason, null::text as message,
        coalesce(${OLDEST_WAITING}, receiver.updated_at) as at
      from rindle.media_event_targets as receiver where receiver.held_reason = 'no_code'`,
    found: `select * from candidates where ${IS_OLDER('at')}`,
  },
  {
    class: 'undelivered_event',
    candidates: `select ${DELIVERY}, delivery.created_at as at
      from rindle.media_event_targets as receiver cross join lateral (${WAITING}) as delivery
      where receiver.paused_at is null and receiver.disabled_at is null`,
    found: `select * from candidates as delivery where ${IS_OLDER('at')} and ${IN_PROFILE}`,
  },
  {
    class: 'paused_target',
    candidates: `select ${TARGET}, 'paused' as state, null::text as reason, null::text as message,
        receiver.paused_at as at
      from rindle.media_event_targets as receiver where ${IS_OLDER('receiver.paused_at')}`,
  },
]
