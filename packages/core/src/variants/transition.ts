import type { Asset, Variant } from '../domain/entities.ts'
import type { JsonObject } from '../domain/errors.ts'
import { variantEvent } from '../domain/hook-events.ts'
import type { RowReason } from '../domain/reasons.ts'
import type { EndedRunState, VariantState } from '../domain/states.ts'
import { assertTransition, sourcesOf } from '../domain/transitions.ts'
import { NOTIFY_VARIANT } from '../events/changes.ts'
import { DELIVERIES, eventRows, lastHolder, requestDeliveries, wantedEvent } from '../kernel/outbox.ts'
import { finishingRuns, type RunStart, startingRuns } from '../kernel/processing-runs.ts'
import { adapterNameOf, type Runtime } from '../kernel/runtime.ts'
import { variantFromRow } from '../kernel/sql/entities-from-rows.ts'
import { type ColumnsOf, givenColumns } from '../kernel/sql/given-columns.ts'
import { type Row, text } from '../kernel/sql/row-values.ts'
import { DELIVERABLE } from '../kernel/sql/state-literals.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'

/** A variant as it was read: it moves only if it is still in that state. */
export type SeenVariant = Pick<Variant, 'id' | 'state'>

/** Columns that may change together with a variant's state; absent fields stay. */
export interface VariantChanges {
  readonly recipe?: Variant['recipe']
  readonly recipeDigest?: string
  readonly unfocusedDigest?: string | null
  readonly queue?: Variant['queue']
  readonly workClass?: string
  readonly onDemand?: boolean
  readonly outputKind?: Variant['outputKind']
  readonly storageKey?: string | null
  readonly contentType?: string
  readonly byteSize?: number
  readonly width?: number | null
  readonly height?: number | null
  readonly durationMs?: number | null
  readonly metadata?: JsonObject
  readonly progress?: number
  readonly attempt?: number
  readonly jobId?: string | null
  readonly errorReason?: RowReason | null
  readonly errorMessage?: string | null
}

const COLUMNS: ColumnsOf<keyof VariantChanges> = {
  recipe: ['recipe', 'jsonb'],
  recipeDigest: ['recipe_digest', 'text'],
  unfocusedDigest: ['unfocused_digest', 'text'],
  queue: ['queue', 'text'],
  workClass: ['work_class', 'text'],
  onDemand: ['on_demand', 'boolean'],
  outputKind: ['output_kind', 'text'],
  storageKey: ['storage_key', 'text'],
  contentType: ['content_type', 'text'],
  byteSize: ['byte_size', 'bigint'],
  width: ['width', 'int'],
  height: ['height', 'int'],
  durationMs: ['duration_ms', 'bigint'],
  metadata: ['metadata', 'jsonb'],
  progress: ['progress', 'int'],
  attempt: ['attempt', 'int'],
  jobId: ['job_id', 'text'],
  errorReason: ['error_reason', 'text'],
  errorMessage: ['error_message', 'text'],
}

/** The run of an attempt that ends with the transition. */
export interface EndedRun {
  readonly id: string
  readonly state: EndedRunState
  readonly reason: RowReason | null
  readonly message: string | null
}

/** Options of {@link transitionVariants}. */
export interface TransitionOptions<V extends SeenVariant> {
  /** The same fields for every variant. @default none */
  readonly changes?: (variant: V) => VariantChanges
  /** Other columns that must be unchanged. @default none */
  readonly ifStill?: readonly ('attempt' | 'jobId' | 'recipeDigest' | 'storageKey')[]
  /**
   * Locks the asset in the same statement, and moves nothing unless it can be delivered and has this original. For a
   * caller that does not hold the lock. @default the caller holds it
   */
  readonly ifAssetStill?: Pick<Asset, 'id' | 'storage' | 'storageKey'>
  /** Whether it is known that no hook wants the events, so that the unit needs no jobs. @default asks */
  readonly isUnheard?: boolean
  /** Whether waiting for an outage or a newer worker `begins` or `ends`. @default unchanged */
  readonly waiting?: 'begins' | 'ends'
  /** Whether to write a variant that is in the state already, too. @default false */
  readonly mayStay?: boolean
  /** Whether its object was just made. @default false */
  readonly isMade?: boolean
  /** Written in the same statement, if a variant moved. @default none */
  readonly run?: EndedRun
  /** The runs that begin, in the same statement, for the variants that moved. @default none */
  readonly begins?: readonly RunStart[]
}

/**
 * Moves variants of one asset to a state, announces the change to subscribers, and emits an event for each with the
 * unit's commit. The same statement writes the events for the hooks that want them, except for variants on demand: a
 * visitor of a page causes nothing outside. The caller holds the asset's lock, or gives `ifAssetStill`. Returns the new
 * rows of those that moved, without variants that have changed since they were read. `invalid_transition` when a state
 * that was read does not lead there; nothing is written then.
 */
export async function transitionVariants<V extends SeenVariant & Partial<Variant>>(
  runtime: Runtime,
  unit: Omit<UnitOfWork, 'enqueue'> & Partial<Pick<UnitOfWork, 'enqueue'>>,
  asset: Pick<Asset, 'profile' | 'storage'>,
  variants: readonly V[],
  to: VariantState,
  options: TransitionOptions<V> = {},
): Promise<readonly Variant[]> {
  const [first] = variants
  if (first === undefined) return []
  const {
    changes = () => ({}),
    ifStill = [],
    waiting,
    mayStay = false,
    isMade = false,
    isUnheard = false,
    ifAssetStill,
    run,
    begins,
  } = options
  for (const { id, state } of variants) if (!mayStay || state !== to) assertTransition('variant', state, to, id)
  const from = [...sourcesOf('variant', to), ...(mayStay ? [to] : [])]
  const { record, assignments } = givenColumns(COLUMNS, changes(first))
  const guards = ifStill.map((field) => COLUMNS[field])
  const event = isUnheard ? null : await wantedEvent(runtime, unit, variantEvent(to), [asset.profile])
  const given = variants.map((variant) => ({
    id: variant.id,
    ...(event === null ? {} : { event_id: runtime.newId() }),
    seen_state: variant.state,
    ...Object.fromEntries(ifStill.map((field) => [`seen_${COLUMNS[field][0]}`, variant[field]])),
    ...givenColumns(COLUMNS, changes(variant)).values,
  }))
  const moving = `update rindle.media_variants as variant
     set state = $2::text, updated_at = now()${assignments}${WAITING[waiting ?? 'stays']}${isMade ? ', generated_at = now()' : ''}
     from jsonb_to_recordset($1::jsonb)
       as given(id uuid, seen_state text${event === null ? '' : ', event_id uuid'}${guards.map(([column, type]) => `, seen_${column} ${type}`).join('')}${record})
     where variant.id = given.id and variant.state = given.seen_state
       and variant.state in (select jsonb_array_elements_text($3::jsonb))
       ${guards.map(([column]) => `and variant.${column} = given.seen_${column}`).join(' ')}
       ${ifAssetStill === undefined ? '' : 'and variant.asset_id in (select id from holder)'}
     returning variant.*, given.seen_state${event === null ? '' : ', given.event_id'}, ${NOTIFY_VARIANT}`
  const values = [JSON.stringify(given), to, JSON.stringify(from)]
  const holder = ifAssetStill === undefined ? [] : [holderOf(ifAssetStill, values)]
  const parts = [
    ...(run === undefined
      ? []
      : [`ended as (${finishingRuns(`$${values.push(JSON.stringify([run]))}`)} and exists (select 1 from moved))`]),
    ...(begins === undefined ? [] : [beginningOf(begins, runtime, values)]),
    ...(event === null ? [] : [eventRows(HAPPENED(`$${values.push(asset.profile)}`, `$${values.push(event)}`))]),
  ]
  const columns = event === null ? '*' : `moved.*, ${DELIVERIES}`
  const tables = [...holder, `moved as (${moving})`, ...parts]
  const statement = tables.length === 1 ? moving : `with ${tables.join(', ')} select ${columns} from moved`
  const { rows } = await unit.executeSql(statement, values)
  if (event !== null) requestDeliveries(unit as UnitOfWork, rows[0])
  for (const row of rows) emitVariantState(runtime, unit, asset, row, to)
  return rows.map(variantFromRow)
}

const WAITING = {
  begins: ', waiting_since = coalesce(variant.waiting_since, now())',
  ends: ', waiting_since = null',
  stays: '',
}

const HAPPENED = (profile: string, type: string): string => `
  select moved.event_id as id, moved.asset_id, ${profile}::text as profile, ${type}::text as type,
    jsonb_build_object('state', moved.state, 'reason', moved.error_reason, 'variantName', moved.name,
      'owner', holder.owner, 'slot', holder.slot) as payload
  from moved ${lastHolder('moved.asset_id')} where moved.seen_state <> moved.state and not moved.on_demand`

/** The runs of the variants that moved. Adds its values. */
function beginningOf(runs: readonly RunStart[], { worker }: Runtime, values: unknown[]): string {
  const given = values.push(JSON.stringify(runs))
  return `begun as (${startingRuns(`$${given}`, `$${values.push(worker)}`, 'moved')})`
}

/** The asset, locked: no row if it has another original, or cannot be delivered. Adds its values. */
function holderOf(
  { id, storage, storageKey }: Pick<Asset, 'id' | 'storage' | 'storageKey'>,
  values: unknown[],
): string {
  const [asset, place, key] = [id, storage, storageKey].map((value) => `$${values.push(value)}`)
  return `holder as (
    select id from rindle.media_assets
    where id = ${asset}::uuid and storage = ${place}::text and storage_key = ${key}::text and state in (${DELIVERABLE})
    for no key update)`
}

function emitVariantState(
  runtime: Runtime,
  unit: Pick<UnitOfWork, 'emit'>,
  { profile, storage }: Pick<Asset, 'profile' | 'storage'>,
  row: Row,
  to: VariantState,
): void {
  const from = text(row, 'seen_state') as VariantState
  if (from === to) return
  unit.emit('rindle.variant.state_change', { profile, adapter: adapterNameOf(runtime, storage), from, to })
}
