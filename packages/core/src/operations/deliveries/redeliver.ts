import { validate } from 'uuid'
import { RindleError } from '../../domain/errors.ts'
import { drainRequest, lockTarget } from '../../hooks/target-health.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { number, text } from '../../kernel/sql/row-values.ts'
import { inTransaction } from '../../kernel/unit-of-work.ts'
import { FIRST_ID, PAGE_SIZE } from '../pages.ts'
import { runOperation } from '../run-operation.ts'
import { startProgress, type WalkOptions } from '../walk.ts'
import { assertTarget, targetNames } from './target-names.ts'

/** Options of {@link redeliver}: at least one of `eventId`, `target` and `since`. */
export interface RedeliverOptions extends WalkOptions {
  /** Only this event, to every target that was given it. @default any */
  readonly eventId?: string
  /** Only to this target. @default all */
  readonly target?: string
  /** Only events from this time on. @default any */
  readonly since?: Date
  /** Only events before this time. @default any */
  readonly until?: Date
  /** Also events that were delivered, for a receiver that lost them. @default false: those that were given up */
  readonly delivered?: boolean
  /** Counts, and changes nothing. @default false */
  readonly dryRun?: boolean
}

/** The results of {@link redeliver}, or its findings. */
export interface RedeliverReport {
  /** Deliveries that fit. */
  readonly found: number
  /** Those that were brought back. */
  readonly redelivered: number
  readonly dryRun: boolean
  readonly interrupted: boolean
}

/**
 * Delivers events again that were given up or, on request, delivered: with the same ids, soon, and with the full time
 * for retries. Within one asset they come in their order; later events of it may have been delivered before. Works in
 * small transactions; safe to repeat and to interrupt. `invalid_input` without a criterion, `not_found` for a target that
 * nobody has declared.
 */
export async function redeliver(runtime: Runtime, options: RedeliverOptions = {}): Promise<RedeliverReport> {
  const dryRun = options.dryRun ?? false
  return runOperation(runtime, { operation: 'redeliver', scope: 'all', dry_run: dryRun }, async () => {
    assertCriteria(options)
    const targets = options.target === undefined ? await targetNames(runtime) : [options.target]
    if (options.target !== undefined) await assertTarget(runtime, options.target)
    const counts = { redelivered: 0 }
    if (dryRun) {
      let found = 0
      for (const target of targets) found += await countIn(runtime, target, options)
      return { found, redelivered: 0, dryRun, interrupted: false }
    }
    const progress = await startProgress({ ...options, counts })
    for (const target of targets) {
      let position: Position | null = FIRST
      while (position !== null) {
        if (options.signal?.aborted === true) return ended(counts.redelivered, true)
        const page: Page = await bringBack(runtime, target, options, position)
        counts.redelivered += page.count
        position = page.next
        progress.advance(page.count)
        progress.report()
      }
    }
    return ended(counts.redelivered, false)
  })
}

function ended(redelivered: number, interrupted: boolean): RedeliverReport {
  return { found: redelivered, redelivered, dryRun: false, interrupted }
}

/** The end of a page: a time, and the id of an event. */
interface Position {
  readonly at: string
  readonly id: string
}

interface Page {
  readonly count: number
  readonly next: Position | null
}

const FIRST: Position = { at: '-infinity', id: FIRST_ID }

/** What fits, with its time: that of giving up, or else that of the event, each served by an index. */
function fitting({ delivered = false, eventId }: RedeliverOptions): string {
  const at = delivered || eventId !== undefined ? 'event.occurred_at' : 'delivery.settled_at'
  return `select delivery.event_id, ${at} as at from rindle.media_deliveries as delivery
    join rindle.media_events as event on event.id = delivery.event_id
    where delivery.target = $1::text and delivery.state in (${delivered ? `'dead', 'delivered'` : `'dead'`})
      and ($2::uuid is null or delivery.event_id = $2::uuid)
      and event.occurred_at >= coalesce($3::timestamptz, '-infinity') and event.occurred_at < coalesce($4::timestamptz, 'infinity')
      and (${at}, delivery.event_id) > ($5::timestamptz, $6::uuid)`
}

function valuesOf(target: string, { eventId, since, until }: RedeliverOptions, { at, id }: Position): unknown[] {
  return [target, eventId ?? null, since?.toISOString() ?? null, until?.toISOString() ?? null, at, id]
}

async function countIn(runtime: Runtime, target: string, options: RedeliverOptions): Promise<number> {
  const { rows } = await runtime.database.executeSql(
    `select count(*)::int as count from (${fitting(options)}) as fitting`,
    valuesOf(target, options, FIRST),
  )
  return number(rows[0] ?? {}, 'count')
}

async function bringBack(
  runtime: Runtime,
  target: string,
  options: RedeliverOptions,
  position: Position,
): Promise<Page> {
  return inTransaction(runtime, undefined, async (unit) => {
    await lockTarget(unit, target)
    const { rows } = await unit.executeSql(
      `with page as materialized (${fitting(options)} order by at, event_id limit ${PAGE_SIZE}), back as (
         update rindle.media_deliveries as delivery
         set state = 'pending', settled_at = null, attempts = 0, first_attempt_at = null, next_attempt_at = now(),
           error_reason = null, error_message = null, updated_at = now()
         where delivery.event_id = any (array(select event_id from page)) and delivery.target = $1::text
           and delivery.state <> 'pending'
         returning delivery.event_id
       )
       select page.at::text as at, page.event_id, (select count(*)::int from back) as count from page
       order by page.at desc, page.event_id desc limit 1`,
      valuesOf(target, options, position),
    )
    const [last] = rows
    if (last === undefined) return { count: 0, next: null }
    unit.enqueue(drainRequest(target))
    const count = number(last, 'count')
    return { count, next: { at: text(last, 'at'), id: text(last, 'event_id') } }
  })
}

function assertCriteria({ eventId, target, since, until }: RedeliverOptions): void {
  if (eventId !== undefined && !validate(eventId)) {
    throw new RindleError('invalid_input', `There is no event "${eventId}": it is not an id of Rindle.`)
  }
  for (const [name, time] of Object.entries({ since, until })) {
    if (time !== undefined && Number.isNaN(time.getTime())) {
      throw new RindleError('invalid_input', `\`${name}\` must be a valid date.`)
    }
  }
  if (eventId ?? target ?? since ?? until) return
  throw new RindleError('invalid_input', 'Name an event, a target or a time to deliver again.')
}
