import { type AggregatedVariant, aggregateState, DECIDING_STATES } from '../domain/aggregate.ts'
import { promoteKey, purgeKey, type QueueName, relocationKey } from '../domain/queues.ts'
import { type AssetState, isDeliverable } from '../domain/states.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { workFromRow } from '../kernel/sql/entities-from-rows.ts'
import { json, type Row, text } from '../kernel/sql/row-values.ts'
import { DELIVERABLE, IN_FLIGHT, IN_PROMOTION, IN_RELOCATION, OPEN_SESSION } from '../kernel/sql/state-literals.ts'
import { jobsFor } from '../variants/plan.ts'
import { countRows, type RowCount, sumOf } from './count-rows.ts'
import { lostDeliveries } from './deliveries/lost-deliveries.ts'
import { PAGE_SIZE, pages } from './pages.ts'
import { type Progress, startProgress, type WalkOptions } from './walk.ts'

/** The kinds of broken invariants. */
export type ViolationClass =
  | 'asset_without_job'
  | 'variant_without_job'
  | 'purge_without_job'
  | 'relocation_without_job'
  | 'original_missing'
  | 'ready_object_missing'
  | 'ready_object_differs'
  | 'wrong_aggregate'
  | 'deleted_but_attached'
  | 'trashed_but_attached'
  | 'session_disagrees'
  | 'event_without_job'

/** One broken invariant. */
export interface Violation {
  readonly class: ViolationClass
  readonly assetId: string
  readonly variantName?: string
  /** A description, for a person. */
  readonly message: string
}

/** Options of {@link checkInvariants}. */
export interface CheckInvariantsOptions extends WalkOptions {
  /** Asks storage for the object of every original and ready variant. @default true */
  readonly objects?: boolean
  /** Requests to the storages at once. @default 10 */
  readonly concurrency?: number
  /** The most violations listed in the report; all are counted. @default 100 */
  readonly limit?: number
}

/** The outcome of {@link checkInvariants}. */
export interface InvariantReport {
  readonly checked: { readonly assets: number; readonly variants: number; readonly objects: number }
  readonly violationCount: number
  /** The first violations, up to the limit. */
  readonly violations: readonly Violation[]
  readonly interrupted: boolean
}

/**
 * Checks the invariants that no kill of any process may break: work in flight has a live job, every ready variant has
 * its object, every event that waits has a job, every asset's state is the aggregate of its variants and agrees with its upload, and no attached asset is
 * trashed or deleted. Reads in pages, so memory is bounded. May run beside workers, because it checks every suspect twice. Changes
 * nothing.
 */
export async function checkInvariants(
  runtime: Runtime,
  options: CheckInvariantsOptions = {},
): Promise<InvariantReport> {
  const check = new InvariantCheck(runtime, options)
  await check.begin()
  await check.assetsInFlight()
  await check.variantsInFlight()
  await check.aggregates()
  await check.sessions()
  await check.events()
  if (options.objects ?? true) {
    await check.originals()
    await check.readyVariants()
  }
  return check.report()
}

/** Assets in flight: their condition, their queue and the class of a missing job. */
const ASSET_WORK = [
  {
    where: `state in (${IN_PROMOTION})`,
    queue: 'rindle_promote',
    key: promoteKey,
    class: 'asset_without_job',
  },
  { where: `state = 'deleted'`, queue: 'rindle_purge', key: purgeKey, class: 'purge_without_job' },
  { where: IN_RELOCATION, queue: 'rindle_purge', key: relocationKey, class: 'relocation_without_job' },
] as const

const DEFAULT_CONCURRENCY = 10

class InvariantCheck {
  readonly #runtime: Runtime
  readonly #concurrency: number
  readonly #limit: number
  readonly #signal: AbortSignal | undefined
  readonly #violations: Violation[] = []
  #violationCount = 0
  #isInterrupted = false
  #assets = 0
  #variants = 0
  #objects = 0

  readonly #options: CheckInvariantsOptions
  #progress: Progress | undefined

  constructor(runtime: Runtime, options: CheckInvariantsOptions) {
    this.#runtime = runtime
    this.#options = options
    this.#concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
    this.#limit = options.limit ?? 100
    this.#signal = options.signal
  }

  /** Counts the rows to check, if there is a listener for progress. */
  async begin(): Promise<void> {
    const { onProgress, objects: asksStorages = true } = this.#options
    if (onProgress === undefined) return
    const from = [
      'rindle.media_assets',
      ...(asksStorages
        ? [
            `rindle.media_assets where state in (${DELIVERABLE}, 'trashed')`,
            `rindle.media_variants where state = 'ready'`,
          ]
        : []),
    ]
    const total = async (): Promise<RowCount> =>
      sumOf(await Promise.all(from.map((table) => countRows(this.#runtime.database, table, []))))
    const counts = (): Readonly<Record<string, number>> => ({
      assets: this.#assets,
      variants: this.#variants,
      objects: this.#objects,
      violations: this.#violationCount,
    })
    const report: typeof onProgress = (_counts, progress) => onProgress(counts(), progress)
    this.#progress = await startProgress({ onProgress: report, counts: {}, total })
  }

  report(): InvariantReport {
    return {
      checked: { assets: this.#assets, variants: this.#variants, objects: this.#objects },
      violationCount: this.#violationCount,
      violations: this.#violations,
      interrupted: this.#isInterrupted,
    }
  }

  async assetsInFlight(): Promise<void> {
    for (const { where, queue, key, class: violation } of ASSET_WORK) {
      const sql = `select id, state, updated_at::text as at from rindle.media_assets
        where ${where} and id > $1::uuid order by id limit ${PAGE_SIZE}`
      for await (const rows of this.#pages(sql)) {
        const suspects = await this.#withoutJob(queue, rows, (row) => key(text(row, 'id')))
        for (const row of suspects) {
          const assetId = text(row, 'id')
          if (!(await this.#isStill('media_assets', row))) continue
          this.#add({
            class: violation,
            assetId,
            message: `Asset is ${text(row, 'state')} and no job will come for it.`,
          })
        }
      }
    }
  }

  async variantsInFlight(): Promise<void> {
    const sql = `select id, asset_id, name, state, queue, work_class, updated_at::text as at
      from rindle.media_variants where state in (${IN_FLIGHT}) and id > $1::uuid order by id limit ${PAGE_SIZE}`
    for await (const rows of this.#pages(sql)) {
      const jobs = new Map(rows.map((row) => [row, jobOf(row)]))
      for (const queue of ['rindle_process', 'rindle_media'] as const) {
        const inQueue = rows.filter((row) => jobs.get(row)?.queue === queue)
        const suspects = await this.#withoutJob(queue, inQueue, (row) => jobs.get(row)?.key ?? '')
        for (const row of suspects) {
          if (!(await this.#isStill('media_variants', row))) continue
          this.#add(
            ofVariant('variant_without_job', row, `Variant is ${text(row, 'state')} and no job will come for it.`),
          )
        }
      }
    }
  }

  /** One statement reads an asset with its variants, so it sees each transaction whole or not at all. */
  async aggregates(): Promise<void> {
    const deciding = DECIDING_STATES.map((state) => `'${state}'`).join(', ')
    const sql = `select asset.id, asset.state,
        coalesce(jsonb_agg(jsonb_build_object('state', variant.state, 'queue', variant.queue,
          'onDemand', variant.on_demand))
          filter (where variant.id is not null), '[]'::jsonb) as variants,
        asset.state in ('trashed', 'deleted')
          and exists (select 1 from rindle.media_attachments where asset_id = asset.id) as is_attached,
        asset.state = 'staged' and exists (
          select 1 from rindle.media_upload_sessions where asset_id = asset.id and state = 'completed'
        ) as is_completed
      from (select id, state from rindle.media_assets where id > $1::uuid order by id limit ${PAGE_SIZE}) as asset
      left join rindle.media_variants as variant on variant.asset_id = asset.id and variant.state in (${deciding})
      group by asset.id, asset.state order by asset.id`
    for await (const rows of this.#pages(sql)) {
      this.#assets += rows.length
      for (const row of rows) this.#checkAsset(row)
    }
  }

  /** Session and asset change in one transaction, so an open upload has an asset that waits for it. */
  async sessions(): Promise<void> {
    const sql = `select session.id, session.asset_id, session.state, asset.state as asset_state
      from rindle.media_upload_sessions as session join rindle.media_assets as asset on asset.id = session.asset_id
      where session.state in (${OPEN_SESSION})
        and asset.state not in ('staged', 'quarantined', 'deleted')
        and session.id > $1::uuid order by session.id limit ${PAGE_SIZE}`
    for await (const rows of this.#pages(sql)) {
      for (const row of rows) {
        const message = `The asset is ${text(row, 'asset_state')}; its upload session is ${text(row, 'state')}.`
        this.#add({ class: 'session_disagrees', assetId: text(row, 'asset_id'), message })
      }
    }
  }

  async events(): Promise<void> {
    for (const { target, assetId, eventId } of await lostDeliveries(this.#runtime, 0)) {
      const message = `Event ${eventId} waits for ${target} and no job will deliver it.`
      this.#add({ class: 'event_without_job', assetId, message })
    }
  }

  async originals(): Promise<void> {
    const sql = `select id, storage, storage_key, byte_size, state, updated_at::text as at from rindle.media_assets
      where state in (${DELIVERABLE}, 'trashed') and id > $1::uuid
      order by id limit ${PAGE_SIZE}`
    for await (const rows of this.#pages(sql)) await this.#each(rows, (row) => this.#checkOriginal(row))
  }

  async readyVariants(): Promise<void> {
    const sql = `select variant.id, variant.asset_id, variant.name, variant.state, variant.storage_key,
        variant.byte_size, variant.recipe_digest, variant.updated_at::text as at, asset.storage
      from rindle.media_variants as variant join rindle.media_assets as asset on asset.id = variant.asset_id
      where variant.state = 'ready' and variant.id > $1::uuid order by variant.id limit ${PAGE_SIZE}`
    for await (const rows of this.#pages(sql)) {
      this.#variants += rows.length
      await this.#each(rows, (row) => this.#checkReady(row))
    }
  }

  /** Several at once, but reported in the order of their rows: two runs over the same rows report the same. */
  async #each(rows: readonly Row[], check: (row: Row) => Promise<Violation | null>): Promise<void> {
    const found: (Violation | null)[] = []
    const rest = rows.entries()
    const checkRest = async (): Promise<void> => {
      for (const [place, row] of rest) found[place] = await check(row)
    }
    await Promise.all(Array.from({ length: this.#concurrency }, checkRest))
    for (const violation of found) if (violation !== null) this.#add(violation)
  }

  async *#pages(sql: string): AsyncGenerator<Row[]> {
    for await (const rows of pages(this.#runtime.database, sql)) {
      this.#isInterrupted ||= this.#signal?.aborted === true
      if (this.#isInterrupted) return
      const { length } = rows
      yield rows
      this.#progress?.advance(length)
      this.#progress?.report()
    }
  }

  async #checkOriginal(row: Row): Promise<Violation | null> {
    const found = await this.#objectState(row)
    if (found === 'right' || !(await this.#isStill('media_assets', row))) return null
    const message = `The original is ${found} in storage.`
    return { class: 'original_missing', assetId: text(row, 'id'), message }
  }

  async #checkReady(row: Row): Promise<Violation | null> {
    const found = await this.#objectState(row)
    const namesDigest = text(row, 'storage_key').includes(text(row, 'recipe_digest').slice(0, 16))
    if (found === 'right' && namesDigest) return null
    if (!(await this.#isStill('media_variants', row))) return null
    if (found === 'missing') return ofVariant('ready_object_missing', row, 'Its object is missing in storage.')
    return ofVariant('ready_object_differs', row, 'Its object has another size or recipe digest than its row.')
  }

  #checkAsset(row: Row): void {
    const assetId = text(row, 'id')
    const state = row['state'] as AssetState
    if (row['is_attached'] === true) {
      const violation = state === 'trashed' ? 'trashed_but_attached' : 'deleted_but_attached'
      this.#add({ class: violation, assetId, message: `The asset is ${state} and still attached.` })
    }
    if (row['is_completed'] === true) {
      const message = 'The upload session is completed; the asset is still staged.'
      this.#add({ class: 'session_disagrees', assetId, message })
    }
    if (!isDeliverable(state)) return
    const variants = json<AggregatedVariant[]>(row, 'variants')
    const expected = aggregateState(variants)
    if (expected === state) return
    this.#add({ class: 'wrong_aggregate', assetId, message: `The asset is ${state}; its variants say ${expected}.` })
  }

  async #objectState(row: Row): Promise<'right' | 'missing' | 'different'> {
    this.#objects += 1
    const object = await storageOf(this.#runtime, text(row, 'storage')).head(text(row, 'storage_key'))
    if (object === undefined) return 'missing'
    return object.byteSize === Number(row['byte_size']) ? 'right' : 'different'
  }

  async #withoutJob(queue: QueueName, rows: readonly Row[], keyOf: (row: Row) => string): Promise<readonly Row[]> {
    if (rows.length === 0) return []
    const live = await this.#runtime.jobs.findLive(queue, rows.map(keyOf))
    return rows.filter((row) => !live.has(keyOf(row)))
  }

  /** A row that changed between the two reads was at work, and may have the same state for another reason. */
  async #isStill(table: 'media_assets' | 'media_variants', row: Row): Promise<boolean> {
    const sql = `select 1 from rindle.${table} where id = $1::uuid and updated_at::text = $2::text`
    return (await this.#runtime.database.executeSql(sql, [row['id'], row['at']])).rows.length === 1
  }

  #add(violation: Violation): void {
    this.#violationCount += 1
    if (this.#violations.length < this.#limit) this.#violations.push(violation)
  }
}

function ofVariant(violation: ViolationClass, row: Row, message: string): Violation {
  return { class: violation, assetId: text(row, 'asset_id'), variantName: text(row, 'name'), message }
}

function jobOf(row: Row): { readonly queue: QueueName; readonly key: string } | undefined {
  return jobsFor(text(row, 'asset_id'), [workFromRow(row)])[0]
}
