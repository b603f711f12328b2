import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import { isDeliverable } from '../domain/states.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { declaredDigest } from '../kernel/sql/declared-digest.ts'
import { type Row, text, textOrNull } from '../kernel/sql/row-values.ts'
import { DELIVERABLE } from '../kernel/sql/state-literals.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { variantDrift } from './drift.ts'
import { enqueueDrifted } from './enqueue-drifted.ts'
import { plannedVariants } from './plan.ts'
import { variantsOf } from './read.ts'
import { transitionVariants } from './transition.ts'

/** The assets that one page compares; it reads their variants by an index, and locks none. */
const PAGE_ASSETS = 1_000
/** The assets that one transaction changes, so that it holds their locks for a fraction of a second. */
const CHANGED_ASSETS = 100
/** The minutes after which all is compared again, while workers of an older declaration still make variants. */
const AGAIN_AFTER_MINUTES = 10

/** The variants of this instance's profiles, as rows of `media_declared_variants` hold them. */
function declaredHere({ profiles }: Runtime): readonly Declared[] {
  return Object.entries(profiles).flatMap(([profile, { variants }]) =>
    Object.entries(variants).map(([variant, { digest }]) => ({ profile, variant, digest })),
  )
}

interface Declared {
  readonly profile: string
  readonly variant: string
  readonly digest: string
}

/**
 * Records the recipes of this instance as the declared ones. A starting worker calls it once, so the declaration of the
 * worker that started last counts: in a rolling deployment the old processes change nothing back, and a rollback counts
 * again. Atomic.
 */
export async function declareVariants(runtime: Runtime): Promise<void> {
  await runtime.database.executeSql(
    `with given as (
       select * from jsonb_to_recordset($1::jsonb) as given(profile text, variant text, digest text)
     ), gone as (
       delete from rindle.media_declared_variants as declared
       where declared.profile in (select jsonb_array_elements_text($2::jsonb))
         and not exists (select 1 from given where (given.profile, given.variant) = (declared.profile, declared.variant))
     )
     insert into rindle.media_declared_variants as declared (profile, variant, digest)
     select profile, variant, digest from given order by profile, variant
     on conflict (profile, variant) do update
       set digest = excluded.digest, declared_at = now(), checked_through = null, marked = 0, checked_at = null
       where declared.digest <> excluded.digest`,
    [JSON.stringify(declaredHere(runtime)), JSON.stringify(Object.keys(runtime.profiles))],
  )
}

/**
 * Compares a page of existing variants with a declared recipe of this instance, and marks those of another recipe as
 * `stale`; of a profile that regenerates automatically it also enqueues them, and variants without a row, except those on demand. `false`: there
 * is nothing to compare now. Only one process works on a recipe at a time. Atomic, and safe to interrupt: the row says how
 * far it came.
 */
export async function markDrifted(runtime: Runtime): Promise<boolean> {
  return inTransaction(runtime, undefined, async (unit) => {
    const declared = await nextToCompare(unit, declaredHere(runtime))
    if (declared === null) return false
    const { regenerate, onDemand } = profileOf(runtime, declared.profile)
    const isLackingWork = regenerate === 'automatically' && !onDemand.has(declared.variant)
    const page = await driftedAssets(unit, declared, isLackingWork)
    let marked = 0
    for (const assetId of page.assetIds) marked += await follow(runtime, unit, assetId, declared)
    await unit.executeSql(
      `update rindle.media_declared_variants
       set checked_through = case when $4::boolean then null else $3::uuid end, marked = marked + $5::int,
         checked_at = case when $4::boolean then now() end
       where profile = $1::text and variant = $2::text`,
      [declared.profile, declared.variant, page.lastId, page.isLast, marked],
    )
    return true
  })
}

type Comparison = Declared & { readonly checkedThrough: string | null }

/** The next declaration of ours that is not compared to its end, locked for this transaction. */
async function nextToCompare(unit: UnitOfWork, ours: readonly Declared[]): Promise<Comparison | null> {
  const { rows } = await unit.executeSql(
    `select declared.* from rindle.media_declared_variants as declared
     where (profile, variant, digest) in (
         select profile, variant, digest
         from jsonb_to_recordset($1::jsonb) as ours(profile text, variant text, digest text))
       and (checked_at is null
         or checked_at < now() - make_interval(mins => ${AGAIN_AFTER_MINUTES}) and exists (
           select 1 from rindle.media_workers as worker
           where stopped_at is null and beat_at > now() - interval '1 minute' and started_at < declared.declared_at))
     order by profile, variant limit 1 for update skip locked`,
    [JSON.stringify(ours)],
  )
  const [row] = rows
  if (row === undefined) return null
  return {
    profile: text(row, 'profile'),
    variant: text(row, 'variant'),
    digest: text(row, 'digest'),
    checkedThrough: textOrNull(row, 'checked_through'),
  }
}

interface Page {
  /** Assets whose variant differs from the declaration. */
  readonly assetIds: readonly string[]
  /** The last asset that was compared. */
  readonly lastId: string | null
  readonly isLast: boolean
}

async function driftedAssets(
  unit: UnitOfWork,
  { profile, variant, digest, checkedThrough }: Comparison,
  withLacking: boolean,
): Promise<Page> {
  const { rows } = await unit.executeSql(
    `select asset.id::text as id, ${declaredDigest('variant.')} <> $3::text as is_outdated, variant.id is null as is_lacking
     from (select id from rindle.media_assets
       where profile = $1::text and state in (${DELIVERABLE})
         and id > coalesce($4::uuid, '00000000-0000-0000-0000-000000000000')
       order by id limit ${PAGE_ASSETS}) as asset
     left join rindle.media_variants as variant
       on variant.asset_id = asset.id and variant.name = $2::text and variant.state in ('ready', 'stale')
     order by asset.id`,
    [profile, variant, digest, checkedThrough],
  )
  const drifted = rows.filter((row) => row['is_outdated'] === true || (withLacking && row['is_lacking'] === true))
  const now = drifted.slice(0, CHANGED_ASSETS)
  const isCut = drifted.length > now.length
  const last: Row | undefined = isCut ? now.at(-1) : rows.at(-1)
  return {
    assetIds: now.map((row) => text(row, 'id')),
    lastId: last === undefined ? null : text(last, 'id'),
    isLast: !isCut && rows.length < PAGE_ASSETS,
  }
}

/** Decides again with the asset locked. Returns the number of variants that were marked. */
async function follow(runtime: Runtime, unit: UnitOfWork, assetId: string, declared: Declared): Promise<number> {
  const asset = await lockAsset(unit, assetId)
  if (asset === null || !isDeliverable(asset.state)) return 0
  const profile = profileOf(runtime, declared.profile)
  const variants = await variantsOf(unit, assetId)
  const planned = plannedVariants(profile, asset)
  const drift = variantDrift(variants, planned, declared.variant)
  if (profile.regenerate === 'automatically') {
    await enqueueDrifted(runtime, unit, asset, { variants, declared: planned, drift })
    await applyAggregate(runtime, unit, asset, await variantsOf(unit, assetId))
    return drift.outdated.length
  }
  return (await transitionVariants(runtime, unit, asset, drift.outdated, 'stale')).length
}
