import { deliverRequest } from '../kernel/outbox.ts'
import { payloadText } from '../kernel/payload-text.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { booleanOrNull, number, text } from '../kernel/sql/row-values.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import { drainRequest } from './target-health.ts'

/** Events of one step. Literal in the statement: only then does a generic plan know how few rows it is for. */
const PAGE_SIZE = 200

/** While this many jobs of all targets wait, a drain waits as well: the queue stays short, and its counts fast. */
const ENOUGH_JOBS = 1_000

const STEP_SECONDS = 1

/**
 * The job that brings back the deliveries of a target that was held, paused or told to deliver again: it enqueues the
 * jobs for what is due, longest first, page by page, and stops when the target is held once more.
 */
export async function drainTarget(runtime: Runtime, job: Pick<RunningJob, 'payload'>): Promise<void> {
  const target = payloadText(job.payload, 'target')
  const isBusy = (await waitingJobs(runtime)) >= ENOUGH_JOBS
  await inTransaction(runtime, undefined, async (unit) => {
    // Each request for a drain locks this row first: what it wrote is committed by now.
    const { rows } = await unit.executeSql(
      `select paused_at is not null or disabled_at is not null as is_stopped,
         extract(epoch from held_until - clock_timestamp())::float8 as held_seconds
       from rindle.media_event_targets where name = $1::text for share`,
      [target],
    )
    const [row] = rows
    if (row === undefined || booleanOrNull(row, 'is_stopped') === true) return
    const heldSeconds = number(row, 'held_seconds')
    if (heldSeconds > 0) return unit.enqueue(drainRequest(target, Math.ceil(heldSeconds)))
    if (isBusy) return unit.enqueue(after(target, job, STEP_SECONDS))
    const { rows: due } = await unit.executeSql(
      `select asset_id, next_attempt_at::text as at, sequence::text as sequence from rindle.media_deliveries
       where target = $1::text and state = 'pending' and next_attempt_at <= now()
         and (next_attempt_at, sequence) > (coalesce($2::text, '-infinity')::timestamptz, coalesce($3::text, '0')::bigint)
       order by next_attempt_at, sequence limit ${PAGE_SIZE}`,
      [target, textIn(job, 'afterAt'), textIn(job, 'afterSequence')],
    )
    for (const assetId of new Set(due.map((delivery) => text(delivery, 'asset_id')))) {
      // After the events of other targets, and of changes that come now.
      unit.enqueue({ ...deliverRequest(target, assetId), isBulk: true })
    }
    const last = due.at(-1)
    if (last === undefined || due.length < PAGE_SIZE) return
    const position = { afterAt: text(last, 'at'), afterSequence: text(last, 'sequence') }
    unit.enqueue({ ...drainRequest(target, STEP_SECONDS), payload: { target, ...position } })
  })
}

async function waitingJobs({ jobs }: Runtime): Promise<number> {
  const counts = await jobs.counts()
  return counts.find(({ queue }) => queue === 'rindle_events')?.waiting ?? 0
}

function after(target: string, { payload }: Pick<RunningJob, 'payload'>, delaySeconds: number) {
  return { ...drainRequest(target, delaySeconds), payload: { ...payload, target } }
}

function textIn({ payload }: Pick<RunningJob, 'payload'>, field: string): string | null {
  const value = payload[field]
  return typeof value === 'string' ? value : null
}
