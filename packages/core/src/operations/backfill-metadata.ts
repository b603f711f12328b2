import { kindOf } from '../domain/content-types.ts'
import { canonicalJson } from '../domain/digest.ts'
import type { Asset } from '../domain/entities.ts'
import { type JsonObject, RindleError } from '../domain/errors.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { ofTenant, type TenantOption, tenantParameter } from '../kernel/sql/of-tenant.ts'
import { text } from '../kernel/sql/row-values.ts'
import type { Analyzer } from '../ports/analyzer.ts'
import { probeFile } from '../promotion/probe-file.ts'
import { runAnalyzers } from '../promotion/run-analyzers.ts'
import { acquireOriginal } from '../variants/making/original.ts'
import { backfillPlaceholder } from './backfill-placeholder.ts'
import { countAssets, type RowCount, sumOf } from './count-rows.ts'
import { isStillOriginal } from './is-still-original.ts'
import { PAGE_SIZE, pages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { assertAfter, profilesIn, storagesIn } from './scope.ts'
import { type StoppedStorage, StorageWatch } from './storage-watch.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link backfillMetadata}. */
export interface BackfillOptions<P extends string = string> extends WalkOptions, TenantOption {
  /** Only assets of this profile. @default all */
  readonly profile?: P
  /** Only assets of this storage. @default all */
  readonly storage?: string
  /** Only this analyzer, and no placeholders. @default all of each profile */
  readonly analyzer?: string
  /** Runs the analyzers, makes the placeholders, counts the changes, and writes nothing. @default false */
  readonly dryRun?: boolean
  /** Assets at once. @default 2 */
  readonly concurrency?: number
  /** Continues after this asset: the `lastId` of an interrupted run. @default from the first */
  readonly after?: string
}

/** The results of {@link backfillMetadata}, real or foreseen. */
export interface BackfillReport {
  readonly scanned: number
  /** Assets whose metadata has changed, or would change. */
  readonly updated: number
  /** Assets that got the placeholder that their profile wants, or would get it. */
  readonly placeholders: number
  readonly failed: number
  /** Storages that are down: their assets were skipped after the first errors. */
  readonly stopped: readonly StoppedStorage[]
  readonly dryRun: boolean
  readonly interrupted: boolean
  /** The last asset up to which everything is done; `null`: none. */
  readonly lastId: string | null
}

const DEFAULT_CONCURRENCY = 2
const ANALYZED = `'ready', 'available', 'degraded'`
/** An asset in progress is always finished. */
const NEVER = new AbortController().signal

/**
 * Runs the analyzers of the profiles again over the originals of `ready`, `available` and `degraded` assets, and writes
 * each result into `metadata` under the analyzer's name; other metadata stays. Makes the placeholders that are missing,
 * of the smallest ready picture of an asset. An asset that fails is counted and logged, and keeps its metadata; one that
 * is purged meanwhile does not count as failed. Safe to repeat and to interrupt. `unknown_profile`; `invalid_input` for
 * an unknown analyzer or storage.
 */
export async function backfillMetadata(runtime: Runtime, options: BackfillOptions = {}): Promise<BackfillReport> {
  const of = options.profile === undefined ? 'all' : 'profile'
  const dryRun = options.dryRun ?? false
  return runOperation(runtime, { operation: 'backfill_metadata', scope: of, dry_run: dryRun }, async () => {
    assertAfter(options.after)
    const storages = storagesIn(runtime, options.storage)
    const inScope = profilesIn(runtime, options.profile)
    const analyzers = analyzersOf(runtime, inScope, options.analyzer)
    const lacking = options.analyzer === undefined ? profilesWithPlaceholder(runtime, inScope) : []
    const counts = { scanned: 0, updated: 0, placeholders: 0, failed: 0 }
    const watch = new StorageWatch(runtime.logger)
    const each = async (asset: Asset): Promise<void> => {
      if (watch.isStopped(asset.storage)) return
      counts.scanned += 1
      try {
        const isLacking = lacking.includes(asset.profile)
        if (await unlessGone(runtime, asset, () => analyze(runtime, asset, analyzers.get(asset.profile), dryRun)))
          counts.updated += 1
        if (isLacking && (await unlessGone(runtime, asset, () => backfillPlaceholder(runtime, asset, dryRun))))
          counts.placeholders += 1
        watch.answered(asset.storage)
      } catch (error) {
        counts.failed += 1
        watch.failed(
          asset.storage,
          error,
          { assetId: asset.id },
          'An asset could not be analyzed, or its placeholder could not be made.',
        )
      }
    }
    const progress = { lastId: options.after ?? null, isWhole: () => watch.stopped.length === 0 }
    const scope = { ...options, analyzed: [...analyzers.keys()], lacking }
    const assets = assetsOf(runtime, scope, progress)
    const total = (): Promise<RowCount> => countScope(runtime, scope)
    const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
    const { interrupted } = await walk(watch.until(assets, storages), { ...options, concurrency, counts, each, total })
    return { ...counts, stopped: watch.stopped, dryRun, interrupted, lastId: progress.lastId }
  })
}

/** The analyzers to run, by profile; profiles without any are left out. */
function analyzersOf(
  runtime: Runtime,
  profiles: readonly string[],
  only: string | undefined,
): ReadonlyMap<string, readonly Analyzer[]> {
  const all = profiles.map((profile) => [profile, profileOf(runtime, profile).analyzers] as const)
  const known = new Set(all.flatMap(([, analyzers]) => analyzers.map(({ name }) => name)))
  if (only !== undefined && !known.has(only)) {
    const names = known.size === 0 ? 'none' : [...known].join(', ')
    throw new RindleError('invalid_input', `There is no analyzer "${only}". Configured analyzers: ${names}.`)
  }
  const wanted = all.map(
    ([profile, analyzers]) => [profile, analyzers.filter(({ name }) => only === undefined || name === only)] as const,
  )
  return new Map(wanted.filter(([, analyzers]) => analyzers.length > 0))
}

function profilesWithPlaceholder(runtime: Runtime, profiles: readonly string[]): readonly string[] {
  return profiles.filter((profile) => profileOf(runtime, profile).placeholder !== 'none')
}

interface Scope extends Pick<BackfillOptions, 'storage' | 'after' | 'tenant'> {
  /** The profiles all of whose assets are analyzed. */
  readonly analyzed: readonly string[]
  /** The profiles whose assets without a placeholder get one. */
  readonly lacking: readonly string[]
}

async function countScope(
  { database }: Runtime,
  { analyzed, lacking, storage, after, tenant }: Scope,
): Promise<RowCount> {
  const scope = { states: ANALYZED, storage, after, ...(tenant === undefined ? {} : { tenant }) }
  const others = lacking.filter((profile) => !analyzed.includes(profile))
  return sumOf([
    await countAssets(database, { ...scope, profiles: analyzed }),
    await countAssets(database, { ...scope, profiles: others, withoutPlaceholder: true }),
  ])
}

async function* assetsOf(
  runtime: Runtime,
  { analyzed, lacking, storage, after, tenant }: Scope,
  progress: { lastId: string | null; readonly isWhole: () => boolean },
): AsyncGenerator<Asset[]> {
  if (analyzed.length + lacking.length === 0) return
  const sql = `select * from rindle.media_assets
    where state in (${ANALYZED})
      and (profile in (select jsonb_array_elements_text($2::jsonb))
        or thumb_hash is null and profile in (select jsonb_array_elements_text($3::jsonb)))
      and id > $1::uuid and ($4::text is null or storage = $4::text) and ${ofTenant('tenant', '$5')}
    order by id limit ${PAGE_SIZE}`
  for await (const rows of pages(runtime.database, sql, {
    after,
    values: [JSON.stringify(analyzed), JSON.stringify(lacking), storage ?? null, tenantParameter(tenant)],
  })) {
    yield rows.map(assetFromRow)
    if (progress.isWhole()) progress.lastId = text(rows.at(-1) ?? {}, 'id')
  }
}

/** The result of work on an asset; `false` for one that was purged since its page was read. */
async function unlessGone(runtime: Runtime, asset: Asset, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work()
  } catch (error) {
    if (await isStillOriginal(runtime, asset)) throw error
    return false
  }
}

/** Whether the metadata has changed, or would. */
async function analyze(
  runtime: Runtime,
  asset: Asset,
  analyzers: readonly Analyzer[] | undefined,
  dryRun: boolean,
): Promise<boolean> {
  if (analyzers === undefined) return false
  const found = await analyses(runtime, asset, analyzers)
  const names = Object.keys(found)
  const isSame = names.every(
    (name) => canonicalJson(asset.metadata[name] ?? null) === canonicalJson(found[name] ?? null),
  )
  if (isSame || dryRun) return !isSame
  const { rows } = await runtime.database.executeSql(
    `update rindle.media_assets set metadata = metadata || $3::jsonb, updated_at = now()
     where id = $1::uuid and storage_key = $2::text and state <> 'deleted' returning id`,
    [asset.id, asset.storageKey, JSON.stringify(found)],
  )
  return rows.length > 0
}

async function analyses(
  runtime: Runtime,
  asset: Asset,
  analyzers: readonly Analyzer[],
): Promise<Readonly<Record<string, JsonObject>>> {
  await using source = await acquireOriginal(runtime, asset, NEVER)
  const found = await probeFile(runtime, profileOf(runtime, asset.profile), source.file, NEVER)
  const probe = found ?? { kind: kindOf(source.file.contentType) }
  return await runAnalyzers(analyzers, source.file, { assetId: asset.id, probe, signal: NEVER })
}
