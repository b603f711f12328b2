import type { Runtime } from '../../kernel/runtime.ts'
import { number, text } from '../../kernel/sql/row-values.ts'
import { FIRST_ID, PAGE_SIZE } from '../pages.ts'
import { runOperation } from '../run-operation.ts'
import { assertSeconds } from '../scope.ts'
import { startProgress, type WalkOptions } from '../walk.ts'

/** Options of {@link pruneEvents}. */
export interface PruneEventsOptions extends WalkOptions {
  /** Deletes; otherwise it only counts. @default false */
  readonly live?: boolean
  /** The age from which events are deleted. @default 2592000 (thirty days) */
  readonly olderThanSeconds?: number
}

/** The results of {@link pruneEvents}, or its findings. */
export interface PruneEventsReport {
  /** Events older than that which nobody waits for; in a live run, the number of deleted ones. */
  readonly eventsFound: number
  readonly eventsDeleted: number
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_OLDER_THAN_SECONDS = 2_592_000

/** An event that still waits stays; not for a target that said it is gone, which would keep its events for ever. */
const NOBODY_WAITS = `not exists (
  select 1 from rindle.media_deliveries as delivery join rindle.media_event_targets as target on target.name = delivery.target
  where delivery.event_id = event.id and delivery.state = 'pending' and target.disabled_at is null)`

/**
 * Deletes old events with their deliveries, in small transactions; those that still wait stay. Without `live` it only
 * counts. Safe to repeat and to interrupt. `invalid_input`.
 */
export async function pruneEvents(runtime: Runtime, options: PruneEventsOptions = {}): Promise<PruneEventsReport> {
  const dryRun = !(options.live ?? false)
  return runOperation(runtime, { operation: 'prune_events', scope: 'all', dry_run: dryRun }, async () => {
    const olderThanSeconds = options.olderThanSeconds ?? DEFAULT_OLDER_THAN_SECONDS
    assertSeconds('olderThanSeconds', olderThanSeconds)
    if (dryRun) {
      const eventsFound = await countOld(runtime, olderThanSeconds)
      return { eventsFound, eventsDeleted: 0, dryRun, interrupted: false }
    }
    const counts = { eventsDeleted: 0 }
    const progress = await startProgress({ ...options, counts })
    let position: Position | null = { at: '-infinity', id: FIRST_ID }
    while (position !== null) {
      if (options.signal?.aborted === true) return ended(counts.eventsDeleted, true)
      const page: Page = await deletePage(runtime, olderThanSeconds, position)
      counts.eventsDeleted += page.deleted
      position = page.next
      progress.advance(page.deleted)
      progress.report()
    }
    return ended(counts.eventsDeleted, false)
  })
}

function ended(eventsDeleted: number, interrupted: boolean): PruneEventsReport {
  return { eventsFound: eventsDeleted, eventsDeleted, dryRun: false, interrupted }
}

interface Position {
  readonly at: string
  readonly id: string
}

interface Page {
  readonly deleted: number
  readonly next: Position | null
}

async function countOld({ database }: Runtime, olderThanSeconds: number): Promise<number> {
  const { rows } = await database.executeSql(
    `select count(*)::int as count from rindle.media_events as event
     where occurred_at < now() - make_interval(secs => $1::float8) and ${NOBODY_WAITS}`,
    [olderThanSeconds],
  )
  return number(rows[0] ?? {}, 'count')
}

/** Goes on behind the last event that it looked at: events that stay are not looked at again. */
async function deletePage({ database }: Runtime, olderThanSeconds: number, { at, id }: Position): Promise<Page> {
  const { rows } = await database.executeSql(
    `with page as materialized (
       select id, occurred_at from rindle.media_events
       where occurred_at < now() - make_interval(secs => $1::float8) and (occurred_at, id) > ($2::timestamptz, $3::uuid)
       order by occurred_at, id limit ${PAGE_SIZE}
     ), gone as (
       delete from rindle.media_events as event
       where event.id = any (array(select id from page)) and ${NOBODY_WAITS} returning event.id
     )
     select id, occurred_at::text as at, (select count(*)::int from gone) as deleted from page
     order by occurred_at desc, id desc limit 1`,
    [olderThanSeconds, at, id],
  )
  const [last] = rows
  if (last === undefined) return { deleted: 0, next: null }
  return { deleted: number(last, 'deleted'), next: { at: text(last, 'at'), id: text(last, 'id') } }
}
