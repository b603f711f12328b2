import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import { retryAfterSeconds } from '../domain/retry-after.ts'
import { isServable, type StaleMode } from '../domain/stale-policy.ts'
import { isDeliverable, isInFlight } from '../domain/states.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { number } from '../kernel/sql/row-values.ts'
import { IN_FLIGHT } from '../kernel/sql/state-literals.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { type PlannedVariant, plannedVariants, planVariants } from './plan.ts'
import { queueVariants } from './queue.ts'
import { variantsOf } from './read.ts'

const DAY_MS = 86_400_000
/** Longer than a deletion and its retries take. */
const DELETION_MS = 600_000

/** Options of {@link askForMember}. */
export interface AskOptions {
  /** The most variants on demand that may be in the making without an object to serve, in the whole database. */
  readonly maxMaking: number
}

/** The answer to the request for a member of a family. */
export type AskedMember =
  /** Its row names an object that may be served now: the current one or, by the profile's stale mode, an older one. */
  | { readonly outcome: 'servable'; readonly asset: Asset; readonly variant: Variant }
  /** It waits for a worker or is being made: its row tells how that ends. */
  | { readonly outcome: 'making'; readonly asset: Asset; readonly variant: Variant }
  /**
   * It failed or was cancelled, and is not tried again yet; `retryAfterSeconds` is `null` if that would never help, because
   * the failure is a verdict about the original or the output.
   */
  | { readonly outcome: 'failed'; readonly variant: Variant; readonly retryAfterSeconds: number | null }
  /**
   * As many as allowed are in the making, or its object is being deleted at this moment: nothing was changed, and the
   * request is worth repeating in some seconds.
   */
  | { readonly outcome: 'full' }
  /** Nothing can be served or made: no such asset, not deliverable, not declared, or not makeable from this original. */
  | { readonly outcome: 'unavailable' }

/**
 * Asks for a member of a family: one that can be served is returned as it is, and one that nobody has asked for, that was
 * purged or is missing is enqueued, before all bulk work. A failed or cancelled one is enqueued again after a back-off.
 * One transaction with the asset locked, so any number of requests in any number of processes enqueue it once. The cap
 * holds exactly. A caller that waits subscribes to the asset's changes first. `unknown_profile`.
 */
export async function askForMember(
  runtime: Runtime,
  assetId: string,
  variantName: string,
  { maxMaking }: AskOptions,
): Promise<AskedMember> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null || !isDeliverable(asset.state)) return { outcome: 'unavailable' }
    const profile = profileOf(runtime, asset.profile)
    const declared = plannedVariants(profile, asset).find(({ name }) => name === variantName)
    if (declared === undefined) return { outcome: 'unavailable' }
    const variant = (await variantsOf(unit, assetId)).find(({ name }) => name === variantName)
    const present = presentMember(asset, variant, declared, profile.delivery.staleMode, runtime.now())
    if (present !== null) return present
    if (await isFull(unit, maxMaking)) return { outcome: 'full' }
    return { outcome: 'making', asset, variant: await enqueueMember(runtime, unit, asset, declared, variant) }
  })
}

/** The answer for a member that needs no new work; `null`: enqueue it. Pure. */
function presentMember(
  asset: Asset,
  variant: Variant | undefined,
  declared: PlannedVariant,
  staleMode: StaleMode,
  now: Date,
): AskedMember | null {
  if (variant === undefined) return null
  if (isServable(variant, staleMode)) return { outcome: 'servable', asset, variant }
  if (isInFlight(variant.state)) return { outcome: 'making', asset, variant }
  if (isBeingDeleted(variant, now)) return { outcome: 'full' }
  const waitSeconds = secondsToWait(variant, declared, now)
  return waitSeconds === 0 ? null : { outcome: 'failed', variant, retryAfterSeconds: waitSeconds }
}

function secondsToWait(variant: Variant, declared: PlannedVariant, now: Date): number | null {
  // The requests that waited for it must not undo at once what an operator has cancelled.
  if (variant.state === 'cancelled') return retryAfterSeconds({ ...variant, attempt: 1, errorReason: null }, now)
  // Another recipe may succeed where the last one failed.
  const hasFailed = variant.state === 'failed' && variant.recipeDigest === declared.digest
  return hasFailed ? retryAfterSeconds(variant, now) : 0
}

/**
 * Whether the process that purged it deletes its object now: an object that a worker makes meanwhile has the same key, and
 * would be deleted with it. A process that was killed in between must not keep the member away for ever.
 */
function isBeingDeleted({ state, storageKey, updatedAt }: Variant, now: Date): boolean {
  return state === 'purged' && storageKey !== null && now.getTime() - updatedAt.getTime() < DELETION_MS
}

async function enqueueMember(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Asset,
  declared: PlannedVariant,
  variant: Variant | undefined,
): Promise<Variant> {
  if (variant === undefined) await planVariants(runtime, unit, asset, [declared])
  else await queueVariants(runtime, unit, asset, [variant], [declared])
  if (variant !== undefined) await noteAsked(unit, variant.id)
  const variants = await variantsOf(unit, asset.id)
  await applyAggregate(runtime, unit, asset, variants)
  const queued = variants.find(({ name }) => name === declared.name)
  if (queued === undefined) throw new Error(`The row of variant "${declared.name}" is gone while its asset is locked.`)
  return queued
}

/**
 * Whether the cap is reached. The lock ends with the transaction: the next request counts what this one enqueues. Taken
 * after the asset's lock, and by nobody who then waits for another one. Variants that are made again while an older
 * object is served do not count: no request has caused that work.
 */
async function isFull(unit: UnitOfWork, maxMaking: number): Promise<boolean> {
  await unit.executeSql(`select pg_advisory_xact_lock(hashtextextended('rindle:on-demand', 0))::text as locked`)
  const { rows } = await unit.executeSql(
    `select count(*)::int as count from (select 1 from rindle.media_variants
     where on_demand and state in (${IN_FLIGHT}) and storage_key is null limit $1::int) as making`,
    [maxMaking],
  )
  return number(rows[0] ?? {}, 'count') >= maxMaking
}

/**
 * Notes that a variant on demand was asked for, so that `evictVariants` keeps it: at most once a day for each row, and
 * else without a statement.
 */
export async function rememberAsked(
  { database, now }: Pick<Runtime, 'database' | 'now'>,
  { id, onDemand, lastAskedAt }: Pick<Variant, 'id' | 'onDemand' | 'lastAskedAt'>,
): Promise<void> {
  if (!onDemand || (lastAskedAt !== null && now().getTime() - lastAskedAt.getTime() < DAY_MS)) return
  await noteAsked(database, id)
}

async function noteAsked(sql: Pick<UnitOfWork, 'executeSql'>, id: string): Promise<void> {
  await sql.executeSql(
    `update rindle.media_variants set last_asked_at = now()
     where id = $1::uuid and on_demand and (last_asked_at is null or last_asked_at < now() - interval '1 day')`,
    [id],
  )
}
