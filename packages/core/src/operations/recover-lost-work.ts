import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import { promoteRequest } from '../assets/promote-request.ts'
import { purgeRequest } from '../assets/purge-request.ts'
import { relocationRequest } from '../assets/relocation.ts'
import type { Variant } from '../domain/entities.ts'
import type { QueueName } from '../domain/queues.ts'
import type { VariantState } from '../domain/states.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { workFromRow } from '../kernel/sql/entities-from-rows.ts'
import { type Row, text } from '../kernel/sql/row-values.ts'
import { DELIVERABLE, IN_FLIGHT, IN_PROMOTION, IN_RELOCATION } from '../kernel/sql/state-literals.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { JobRequest } from '../ports/jobs.ts'
import { errorFields } from '../ports/logger.ts'
import { subtitlesRequest } from '../tracks/subtitles-request.ts'
import { fetchRequest } from '../uploads/fetched/upload-from.ts'
import { jobsFor } from '../variants/plan.ts'
import { variantsOf } from '../variants/read.ts'
import { transitionVariants } from '../variants/transition.ts'
import { countRows, type RowCount, sumOf } from './count-rows.ts'
import { drainAll, lostDeliveries } from './deliveries/lost-deliveries.ts'
import { PAGE_SIZE, timedPages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { assertSeconds } from './scope.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link recoverLostWork}. */
export interface RecoverOptions extends WalkOptions {
  /** Counts, and changes nothing. @default false */
  readonly dryRun?: boolean
  /** Skips rows that have changed more recently. @default 300 */
  readonly olderThanSeconds?: number
  /** Assets at once. @default 4 */
  readonly concurrency?: number
}

/** The results of {@link recoverLostWork}, or its findings. */
export interface RecoverReport {
  /** Assets, variants and events that wait for a job that will never come. */
  readonly found: number
  readonly enqueued: number
  readonly errors: number
  readonly dryRun: boolean
  readonly interrupted: boolean
}

const DEFAULT_OLDER_THAN_SECONDS = 300
const DEFAULT_CONCURRENCY = 4

/**
 * Enqueues work again that has lost its job: downloads, promotions of assets on their way, purges of deleted assets that failed
 * for good, moves into the trash, the extraction of subtitles, the jobs of queued and processing variants, and those of
 * events that wait. Jobs do not get lost by themselves, but people empty job
 * tables, and a storage may refuse a purge for longer than it is retried. Safe to repeat, to interrupt, and to run
 * beside workers: it skips work that has a job. A variant that it takes from a worker that is alive after all is not
 * committed by that worker.
 */
export async function recoverLostWork(runtime: Runtime, options: RecoverOptions = {}): Promise<RecoverReport> {
  const dryRun = options.dryRun ?? false
  return runOperation(runtime, { operation: 'recover_lost_work', scope: 'all', dry_run: dryRun }, async () => {
    const olderThanSeconds = options.olderThanSeconds ?? DEFAULT_OLDER_THAN_SECONDS
    assertSeconds('olderThanSeconds', olderThanSeconds)
    const counts = { found: 0, enqueued: 0, errors: 0 }
    const each = async (lost: FoundWork): Promise<void> => {
      if (lost.hasJob) return
      counts.found += 1
      if (dryRun) return
      try {
        if (await recover(runtime, lost)) counts.enqueued += 1
      } catch (error) {
        counts.errors += 1
        const fields = { assetId: lost.assetId, ...errorFields(error) }
        runtime.logger.error(fields, 'Work without a job could not be enqueued again.')
      }
    }
    const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
    const total = (): Promise<RowCount> => countWaiting(runtime, olderThanSeconds)
    const work = waitingWork(runtime, olderThanSeconds)
    const { interrupted } = await walk(work, { ...options, concurrency, counts, each, total })
    if (!interrupted) await recoverEvents(runtime, olderThanSeconds, dryRun, counts)
    return { ...counts, dryRun, interrupted }
  })
}

/** Events whose job is gone: of each target a sample is counted, and everything that is due is brought back. */
async function recoverEvents(
  runtime: Runtime,
  olderThanSeconds: number,
  dryRun: boolean,
  counts: { found: number; enqueued: number },
): Promise<void> {
  const lost = await lostDeliveries(runtime, olderThanSeconds)
  counts.found += lost.length
  if (dryRun || lost.length === 0) return
  await drainAll(runtime, new Set(lost.map(({ target }) => target)))
  counts.enqueued += lost.length
}

/** A row that waits for a job, and the missing job. */
interface Lost {
  readonly assetId: string
  readonly state: string
  readonly request: JobRequest
  /** `null`: the asset itself waits. */
  readonly variant: Pick<Variant, 'id' | 'state' | 'attempt'> | null
}

/** A row that waits, and whether its job exists. */
interface FoundWork extends Lost {
  readonly hasJob: boolean
}

const WAITING = {
  promotions: `rindle.media_assets where state in (${IN_PROMOTION})`,
  fetches: `rindle.media_upload_sessions where fetch_source is not null`,
  purges: `rindle.media_assets where state in ('deleted')`,
  relocations: `rindle.media_assets where ${IN_RELOCATION}`,
  subtitles: `rindle.media_assets where subtitles_wanted_at is not null and state in (${DELIVERABLE})`,
  variants: `rindle.media_variants where state in (${IN_FLIGHT})`,
} as const

async function countWaiting({ database }: Runtime, olderThanSeconds: number): Promise<RowCount> {
  const isOld = 'updated_at < now() - make_interval(secs => $1::float8)'
  const counts: RowCount[] = []
  for (const from of Object.values(WAITING))
    counts.push(await countRows(database, `${from} and ${isOld}`, [olderThanSeconds]))
  return sumOf(counts)
}

async function* waitingWork(runtime: Runtime, olderThanSeconds: number): AsyncGenerator<FoundWork[]> {
  // Literals, not a parameter: only literals let the database use the partial indexes for these few rows.
  const assetsIn = (from: string): string =>
    `select id, id as asset_id, state, profile, updated_at::text as at from ${from} and ${DUE}`
  const variants = `select id, asset_id, state, queue, work_class, attempt, updated_at::text as at
    from ${WAITING.variants} and ${DUE}`
  const fetches = `select id, asset_id, updated_at::text as at from ${WAITING.fetches} and ${DUE}`
  const sources: readonly (readonly [string, (row: Row) => readonly Lost[]])[] = [
    [assetsIn(WAITING.promotions), (row) => [lostPromotion(runtime, row)]],
    [fetches, (row) => [lostFetch(row)]],
    [assetsIn(WAITING.purges), (row) => [lostPurge(row)]],
    [assetsIn(WAITING.relocations), (row) => [lostRelocation(row)]],
    [assetsIn(WAITING.subtitles), (row) => [lostSubtitles(row)]],
    [variants, lostVariant],
  ]
  for (const [sql, toLost] of sources) {
    for await (const rows of timedPages(runtime.database, sql, [olderThanSeconds])) {
      yield await withJobs(runtime, rows.flatMap(toLost))
    }
  }
}

const DUE = `(updated_at, id) > ($1::timestamptz, $2::uuid) and updated_at < now() - make_interval(secs => $3::float8)
  order by updated_at, id limit ${PAGE_SIZE}`

function lostPromotion(runtime: Runtime, row: Row): Lost {
  const assetId = text(row, 'id')
  const request = promoteRequest(runtime, { id: assetId, profile: text(row, 'profile') })
  return { assetId, state: text(row, 'state'), request, variant: null }
}

function lostFetch(row: Row): Lost {
  const assetId = text(row, 'asset_id')
  return { assetId, state: 'staged', request: fetchRequest({ id: text(row, 'id'), assetId }), variant: null }
}

function lostPurge(row: Row): Lost {
  const assetId = text(row, 'id')
  const request = purgeRequest({ id: assetId, profile: text(row, 'profile') })
  return { assetId, state: text(row, 'state'), request, variant: null }
}

function lostRelocation(row: Row): Lost {
  const assetId = text(row, 'id')
  return { assetId, state: text(row, 'state'), request: relocationRequest(assetId), variant: null }
}

function lostSubtitles(row: Row): Lost {
  const assetId = text(row, 'id')
  return { assetId, state: text(row, 'state'), request: subtitlesRequest(assetId), variant: null }
}

function lostVariant(row: Row): readonly Lost[] {
  const assetId = text(row, 'asset_id')
  const variant = { id: text(row, 'id'), state: text(row, 'state') as VariantState, attempt: Number(row['attempt']) }
  return jobsFor(assetId, [workFromRow(row)]).map((request) => ({
    assetId,
    state: text(row, 'state'),
    request,
    variant,
  }))
}

async function withJobs(runtime: Runtime, candidates: readonly Lost[]): Promise<FoundWork[]> {
  const byQueue = Map.groupBy(candidates, ({ request }) => request.queue)
  const live = new Map<QueueName, ReadonlySet<string>>()
  for (const [queue, own] of byQueue) {
    live.set(
      queue,
      await runtime.jobs.findLive(
        queue,
        own.map(({ request }) => request.key),
      ),
    )
  }
  return candidates.map((lost) => ({ ...lost, hasJob: live.get(lost.request.queue)?.has(lost.request.key) === true }))
}

/** `false`: it has moved on meanwhile. */
async function recover(runtime: Runtime, { assetId, state, request, variant }: Lost): Promise<boolean> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null) return false
    if (variant === null) {
      if (asset.state !== state) return false
    } else {
      const options = { changes: () => ({ jobId: null }), ifStill: ['attempt'], mayStay: true } as const
      const moved = await transitionVariants(runtime, unit, asset, [variant], 'queued', options)
      if (moved.length === 0) return false
      await applyAggregate(runtime, unit, asset, await variantsOf(unit, assetId))
    }
    unit.enqueue(request)
    return true
  })
}
