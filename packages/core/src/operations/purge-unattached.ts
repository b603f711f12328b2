import { isOnHold } from '../assets/hold.ts'
import { lockAsset } from '../assets/lock.ts'
import { purgeRequest } from '../assets/purge-request.ts'
import { purgeKey } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { ofTenant, type TenantOption, tenantParameter } from '../kernel/sql/of-tenant.ts'
import { booleanOrNull, text } from '../kernel/sql/row-values.ts'
import { OPEN_SESSION } from '../kernel/sql/state-literals.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { errorFields } from '../ports/logger.ts'
import { countAssets, type RowCount } from './count-rows.ts'
import { PAGE_SIZE, pages } from './pages.ts'
import { runOperation } from './run-operation.ts'
import { assertAfter, assertSeconds, profilesIn } from './scope.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Options of {@link purgeUnattached}. */
export interface PurgeUnattachedOptions<P extends string = string> extends WalkOptions, TenantOption {
  /** Enqueues the purges; otherwise it only counts. @default false */
  readonly live?: boolean
  /** Only assets of this profile. @default all */
  readonly profile?: P
  /** Skips assets that have changed more recently. @default 604800 (seven days) */
  readonly graceSeconds?: number
  /** The same for quarantined assets, which may still be released. @default the `quarantineDays` of the instance */
  readonly quarantineGraceSeconds?: number
  /** Assets at once. @default 4 */
  readonly concurrency?: number
  /** Continues after this asset: the `lastId` of an interrupted run. @default from the first */
  readonly after?: string
}

/** The results of {@link purgeUnattached}, or its findings. */
export interface PurgeUnattachedReport {
  /** Assets without an attachment and without an upload in flight, older than the grace period. */
  readonly found: number
  readonly enqueued: number
  /** The found assets whose purge is already enqueued or running. */
  readonly skipped: number
  readonly errors: number
  readonly dryRun: boolean
  readonly interrupted: boolean
  /** The last asset up to which everything is done; `null`: none. */
  readonly lastId: string | null
}

const DAY_SECONDS = 86_400
const DEFAULT_GRACE_SECONDS = 604_800
const DEFAULT_CONCURRENCY = 4

/**
 * The holders of the asset. Each is looked up by its index: with "not exists" a plan for a page would read whole
 * tables.
 */
const HOLDERS = `
  left join lateral (
    select true as is_held from rindle.media_attachments where asset_id = asset.id limit 1
  ) as attachment on true
  left join lateral (
    select true as is_open from rindle.media_upload_sessions where asset_id = asset.id
      and state in (${OPEN_SESSION}) limit 1
  ) as upload on true`
const UNATTACHED = `asset.state not in ('trashed', 'deleted') and attachment.is_held is null and upload.is_open is null
  and not ${isOnHold('asset.id')}`
const isOlder = (grace: string, quarantineGrace: string): string => `asset.updated_at < now() - make_interval(
  secs => case when asset.state = 'quarantined' then ${quarantineGrace}::float8 else ${grace}::float8 end)`

/**
 * Enqueues the purge of assets that have been unattached for longer than the grace period. They include abandoned
 * uploads, and rejected ones that have been in quarantine for as long as the instance keeps them. Without `live` it
 * only counts. Assets in the trash and on hold stay. An application that stores asset ids in its own records, instead of attaching, must not let it run live.
 * Safe to repeat and to interrupt: an asset that is attached before its purge begins stays. `unknown_profile`,
 * `invalid_input`.
 */
export async function purgeUnattached(
  runtime: Runtime,
  options: PurgeUnattachedOptions = {},
): Promise<PurgeUnattachedReport> {
  const dryRun = !(options.live ?? false)
  const scope = options.profile === undefined ? 'all' : 'profile'
  return runOperation(runtime, { operation: 'purge_unattached', scope, dry_run: dryRun }, async () => {
    const graceSeconds = options.graceSeconds ?? DEFAULT_GRACE_SECONDS
    const quarantineGraceSeconds = options.quarantineGraceSeconds ?? runtime.quarantineDays * DAY_SECONDS
    assertSeconds('graceSeconds', graceSeconds)
    assertSeconds('quarantineGraceSeconds', quarantineGraceSeconds)
    const graces = { graceSeconds, quarantineGraceSeconds }
    assertAfter(options.after)
    const profiles = profilesIn(runtime, options.profile)
    const counts = { found: 0, enqueued: 0, skipped: 0, errors: 0 }
    const each = async ({ id, isUnattached, isWaiting }: UnattachedAsset): Promise<void> => {
      if (!isUnattached) return
      counts.found += 1
      if (isWaiting) counts.skipped += 1
      if (dryRun || isWaiting) return
      try {
        const isEnqueued = await inTransaction(runtime, undefined, (unit) => enqueuePurge(unit, id, graces))
        if (isEnqueued) counts.enqueued += 1
      } catch (error) {
        counts.errors += 1
        runtime.logger.error({ assetId: id, ...errorFields(error) }, 'The purge of an asset could not be enqueued.')
      }
    }
    const progress = { lastId: options.after ?? null }
    const candidates = assetsIn(runtime, { ...options, ...graces, profiles }, progress)
    const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY
    const total = (): Promise<RowCount> => countAssets(runtime.database, { ...options, profiles })
    const { interrupted } = await walk(candidates, { ...options, concurrency, counts, each, total })
    return { ...counts, dryRun, interrupted, lastId: progress.lastId }
  })
}

interface Graces {
  readonly graceSeconds: number
  readonly quarantineGraceSeconds: number
}

interface UnattachedAsset {
  readonly id: string
  /** Whether it has been unattached for longer than the grace period. */
  readonly isUnattached: boolean
  /** Whether its purge is already enqueued. */
  readonly isWaiting: boolean
}

async function* assetsIn(
  runtime: Runtime,
  scope: Graces & TenantOption & { readonly profiles: readonly string[]; readonly after?: string },
  progress: { lastId: string | null },
): AsyncGenerator<UnattachedAsset[]> {
  // The page is cut before it is filtered, so that no statement searches a million rows for the next unattached one.
  const sql = `select asset.id, ${UNATTACHED}
      and ${isOlder('$3', '$4')} as is_unattached
    from (select id, state, updated_at from rindle.media_assets
      where profile in (select jsonb_array_elements_text($2::jsonb)) and id > $1::uuid and ${ofTenant('tenant', '$5')}
      order by id limit ${PAGE_SIZE}) as asset ${HOLDERS}
    order by asset.id`
  const values = [
    JSON.stringify(scope.profiles),
    scope.graceSeconds,
    scope.quarantineGraceSeconds,
    tenantParameter(scope.tenant),
  ]
  for await (const rows of pages(runtime.database, sql, { after: scope.after, values })) {
    const ids = rows.filter((row) => booleanOrNull(row, 'is_unattached') === true).map((row) => text(row, 'id'))
    const live = ids.length === 0 ? new Set() : await runtime.jobs.findLive('rindle_purge', ids.map(purgeKey))
    const unattached = new Set(ids)
    const lastId = text(rows.at(-1) ?? {}, 'id')
    yield rows.map((row) => {
      const id = text(row, 'id')
      return { id, isUnattached: unattached.has(id), isWaiting: live.has(purgeKey(id)) }
    })
    progress.lastId = lastId
  }
}

/** Checks again under the lock that every attach takes, too. */
async function enqueuePurge(unit: UnitOfWork, assetId: string, graces: Graces): Promise<boolean> {
  const asset = await lockAsset(unit, assetId)
  if (asset === null) return false
  const { rows } = await unit.executeSql(
    `select 1 from rindle.media_assets as asset ${HOLDERS}
     where asset.id = $1::uuid and ${UNATTACHED} and ${isOlder('$2', '$3')}`,
    [assetId, graces.graceSeconds, graces.quarantineGraceSeconds],
  )
  if (rows.length === 0) return false
  unit.enqueue(purgeRequest(asset))
  return true
}
