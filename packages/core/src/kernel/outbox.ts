import type { HookEventType } from '../domain/hook-events.ts'
import { deliveryKeys, keyFor } from '../domain/queues.ts'
import type { JobRequest } from '../ports/jobs.ts'
import type { Runtime } from './runtime.ts'
import { json, type Row } from './sql/row-values.ts'
import type { UnitOfWork } from './unit-of-work.ts'

// Events are written by the statement of the change that they tell of, so that neither exists without the other.

/** Returns the type if some target wants such events from one of these profiles; otherwise the change writes none. */
export async function wantedEvent(
  { hooks }: Runtime,
  unit: Pick<UnitOfWork, 'executeSql'>,
  type: HookEventType | null,
  profiles: readonly string[],
): Promise<HookEventType | null> {
  if (type === null) return null
  return (await hooks.wanted.isWanted(unit, type, profiles)) ? type : null
}

const WANTS = `event.type = any (target.types)
  and (cardinality(target.profiles) = 0 or event.profile = any (target.profiles))`

/**
 * Common table expressions that write events with their deliveries. `happened` selects `id, asset_id, profile, type,
 * payload` from the rows of the change; no row, no event. The caller holds the lock of each asset, so the events of one
 * asset have the order of its changes. {@link DELIVERIES} tells what was written.
 */
export function eventRows(happened: string): string {
  return `happened as (${happened}), events as (
     insert into rindle.media_events (id, asset_id, profile, type, payload)
     select id, asset_id, profile, type, jsonb_strip_nulls(payload) from happened as event
     where exists (select 1 from rindle.media_event_targets as target where ${WANTS})
     returning id, sequence, asset_id, profile, type
   ), deliveries as (
     insert into rindle.media_deliveries (event_id, target, asset_id, sequence)
     select event.id, target.name, event.asset_id, event.sequence
     from events as event join rindle.media_event_targets as target on ${WANTS}
     returning target, asset_id
   )`
}

/** A column for the statement that follows {@link eventRows}: the written deliveries, for {@link requestDeliveries}. */
export const DELIVERIES = `(select jsonb_agg(distinct jsonb_build_object('target', target, 'assetId', asset_id))
  from deliveries) as deliveries`

/**
 * Joins the owner that an asset was attached to last, as `holder.owner` and `holder.slot`; of an asset in the trash, the one
 * that it would come back to. Pure.
 */
export function lastHolder(assetId: string): string {
  const columns = 'id, owner_type, owner_id, slot'
  return `left join lateral (
    select jsonb_build_object('type', owner_type, 'id', owner_id) as owner, slot from (
      select ${columns} from rindle.media_attachments where asset_id = ${assetId}
      union all select ${columns} from rindle.media_trashed_attachments where asset_id = ${assetId}
    ) as claim order by id desc limit 1) as holder on true`
}

/** Enqueues the jobs of the deliveries that a statement has written. Any of its rows tells all. */
export function requestDeliveries(unit: UnitOfWork, row: Row | undefined): void {
  const written = row === undefined ? null : json<readonly Written[] | null>(row, 'deliveries')
  for (const { target, assetId } of written ?? []) unit.enqueue(deliverRequest(target, assetId))
}

/** The job that delivers what waits of one asset for one target. */
export function deliverRequest(target: string, assetId: string, delaySeconds = 0): JobRequest {
  const key = keyFor(deliveryKeys(target, assetId), delaySeconds)
  return { queue: 'rindle_events', key, payload: { target, assetId }, delaySeconds }
}

interface Written {
  readonly target: string
  readonly assetId: string
}
