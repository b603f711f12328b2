import type { SqlExecutor } from '@rindle/prisma'
import { declaredDigest } from '../../kernel/sql/declared-digest.ts'
import { RECIPE_SOURCE_COLUMNS, recipeSourceFromRow } from '../../kernel/sql/entities-from-rows.ts'
import { json, number, type Row, text } from '../../kernel/sql/row-values.ts'
import { DELIVERABLE } from '../../kernel/sql/state-literals.ts'
import type { Profile } from '../../profile/profile.ts'
import { type DriftingVariant, variantDrift } from '../../variants/drift.ts'
import { plannedVariants } from '../../variants/plan.ts'
import { type Found, NO_SUBJECT, type StatusExample } from './report.ts'
import { MOST_COUNTED } from './snapshot-class.ts'
import { exampleOf, type SnapshotScope, search } from './snapshot-classes.ts'
import { STALE_VARIANTS } from './variant-classes.ts'

/** The number of assets per profile whose variants are all compared with their declarations. */
const SAMPLE_SIZE = 500
/** More names and digests than any application has had. */
const MOST_PAIRS = 1_000

const ROW = `variant.id, variant.asset_id, variant.name, null::uuid as session_id, variant.state,
  variant.error_reason as reason, variant.error_message as message, variant.updated_at as at,
  extract(epoch from now() - variant.updated_at)::float8 as age_seconds`

type Profiles = Readonly<Record<string, Profile>>

/**
 * Finds stale variants, ready ones of another recipe than the declared one, and declared ones without a row. Indexes
 * find the first two; a sample of each profile finds the last, and recipes that another profile still declares under
 * the same name.
 */
export async function recipeDrift(tx: SqlExecutor, profiles: Profiles, scope: SnapshotScope): Promise<Found> {
  const { limit } = scope.settings
  const olderThanSeconds = scope.settings.thresholdOf('recipe_drift')
  const drift = { ...scope, olderThanSeconds }
  const stale = await search(tx, { class: 'recipe_drift', ...STALE_VARIANTS }, { ...drift, limit })
  const outdated = await outdatedVariants(tx, profiles, drift)
  const sampled = await sampledDrift(tx, profiles, new Set(outdated.map(exampleKey)), drift)
  const others = [...outdated, ...sampled.examples]
  const oldestFirst = [...stale.examples, ...others].toSorted((a, b) => (b.ageSeconds ?? 0) - (a.ageSeconds ?? 0))
  return {
    class: 'recipe_drift',
    count: stale.count + others.length,
    isAtLeast: stale.isAtLeast || outdated.length >= MOST_COUNTED || sampled.isCut,
    oldestAgeSeconds: oldestFirst[0]?.ageSeconds ?? null,
    examples: oldestFirst.slice(0, limit),
  }
}

type DriftScope = Pick<SnapshotScope, 'profile'> & { readonly olderThanSeconds: number }

async function outdatedVariants(
  tx: SqlExecutor,
  profiles: Profiles,
  scope: DriftScope,
): Promise<readonly StatusExample[]> {
  const found: StatusExample[] = []
  for (const { name, digest } of await readyPairs(tx)) {
    const declaring = Object.entries(profiles).filter(([, profile]) => Object.hasOwn(profile.variants, name))
    const isOutdated = declaring.every(([, { variants }]) => variants[name]?.digest !== digest)
    if (declaring.length === 0 || !isOutdated || found.length >= MOST_COUNTED) continue
    const { rows } = await tx.executeSql(
      // Ordering by columns without an equality condition keeps to their index; with the limit inside, each asset is
      // looked up by its id, whatever the planner thinks of their number.
      `select ${ROW} from (select * from rindle.media_variants
         where state = 'ready' and (name, ${declaredDigest()}) >= ($1::text, $2::text)
           and (name, ${declaredDigest()}) <= ($1::text, $2::text)
         order by name, ${declaredDigest()} limit ${MOST_COUNTED}) as variant
       join lateral (select 1 from rindle.media_assets where id = variant.asset_id
         and state in (${DELIVERABLE}) and profile in (select jsonb_array_elements_text($3::jsonb)) limit 1) as asset on true
       where variant.updated_at < now() - make_interval(secs => $4::float8)`,
      [name, digest, JSON.stringify(declaring.map(([profile]) => profile)), scope.olderThanSeconds],
    )
    found.push(...rows.map(exampleOf))
  }
  return found
}

/** Names and digests of ready variants. Jumps from one to the next in their index, and so reads one row for each. */
async function readyPairs(tx: SqlExecutor): Promise<readonly { readonly name: string; readonly digest: string }[]> {
  const { rows } = await tx.executeSql(
    `with recursive pairs as (
       (select name, ${declaredDigest()} as digest from rindle.media_variants where state = 'ready'
        order by name, ${declaredDigest()} limit 1)
       union all
       select next.name, next.digest from pairs cross join lateral (
         select name, ${declaredDigest()} as digest from rindle.media_variants
         where state = 'ready' and (name, ${declaredDigest()}) > (pairs.name, pairs.digest)
         order by name, ${declaredDigest()} limit 1) as next
     )
     select name, digest from pairs limit ${MOST_PAIRS}`,
  )
  return rows.map((row) => ({ name: text(row, 'name'), digest: text(row, 'digest') }))
}

async function sampledDrift(
  tx: SqlExecutor,
  profiles: Profiles,
  known: ReadonlySet<string>,
  scope: DriftScope,
): Promise<{ readonly examples: readonly StatusExample[]; readonly isCut: boolean }> {
  const examples: StatusExample[] = []
  let isCut = false
  for (const [name, profile] of Object.entries(profiles)) {
    if (Object.keys(profile.variants).length === 0) continue
    const rows = await sampleOf(tx, name, scope)
    const found = rows.flatMap((row) => driftOf(profile, row)).filter((example) => !known.has(exampleKey(example)))
    examples.push(...found)
    isCut ||= found.length > 0 && rows.length === SAMPLE_SIZE
  }
  return { examples, isCut }
}

async function sampleOf(tx: SqlExecutor, profile: string, scope: DriftScope): Promise<readonly Row[]> {
  // The index has this order; without it, the planner would not use the index for a few rows of a profile that has most
  // of them.
  const { rows } = await tx.executeSql(
    `select asset.id, asset.state, ${RECIPE_SOURCE_COLUMNS},
       extract(epoch from now() - asset.updated_at)::float8 as age_seconds,
       (select coalesce(jsonb_agg(jsonb_build_object('name', name, 'state', state, 'recipeDigest', recipe_digest,
          'onDemand', on_demand,
          'storageKey', case when state = 'purged' then storage_key end)), '[]'::jsonb)
        from rindle.media_variants where asset_id = asset.id) as variants
     from (select * from rindle.media_assets
       where profile = $1::text and state in (${DELIVERABLE}) order by state desc limit ${SAMPLE_SIZE}) as asset
     where asset.updated_at < now() - make_interval(secs => $2::float8)`,
    [profile, scope.olderThanSeconds],
  )
  return rows
}

function driftOf(profile: Profile, row: Row): readonly StatusExample[] {
  const declared = plannedVariants(profile, recipeSourceFromRow(row))
  const drift = variantDrift(json<readonly DriftingVariant[]>(row, 'variants'), declared)
  return [
    ...drift.outdated.map(({ name, state }) => ({ name, state })),
    ...drift.lacking.map(({ name }) => ({ name, state: null })),
  ].map(({ name, state }) => ({
    ...NO_SUBJECT,
    assetId: text(row, 'id'),
    variantName: name,
    state,
    reason: state === null ? 'never planned' : null,
    ageSeconds: Math.max(0, Math.round(number(row, 'age_seconds'))),
  }))
}

function exampleKey({ assetId, variantName }: StatusExample): string {
  return `${assetId}/${variantName}`
}
