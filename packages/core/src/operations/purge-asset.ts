import { assertNotHeld } from '../assets/hold.ts'
import { lockAsset } from '../assets/lock.ts'
import { purgeRequest } from '../assets/purge-request.ts'
import { transitionAsset } from '../assets/transition.ts'
import { removeAttachments } from '../attachments/remove-attachments.ts'
import type { Owner } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { purgeKey } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { text } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { runOperation } from './run-operation.ts'

/** Options of {@link purgeAsset}. */
export interface PurgeAssetOptions {
  /** Enqueues the purge; otherwise it only looks. @default false */
  readonly live?: boolean
  /** Takes the asset from all its holders first. @default false: an attached asset is refused */
  readonly detach?: boolean
}

/** The results of {@link purgeAsset}, real or foreseen. */
export interface PurgeAssetReport {
  /** 1; 0 when the asset was purged before. */
  readonly found: number
  /** Attachments that are removed. */
  readonly detached: number
  readonly enqueued: number
  /** 1 when its purge is already enqueued or running. */
  readonly skipped: number
  readonly dryRun: boolean
}

/** A holder of an asset, with the slot. */
interface Holding extends Owner {
  readonly slot: string
}

const NAMED_HOLDERS = 5

/**
 * Enqueues the purge of one asset, in any state: the job that ends every asset removes its rows, its original and its
 * variants. From this call on nothing of the asset is delivered. Without `live` it only looks. Refuses an attached
 * asset, unless `detach` allows taking it from all its holders; then attachments and job change in one transaction.
 * Atomic, safe to repeat: a purged asset counts as not found. `not_found` for an unknown id; `asset_held`; `conflict` for
 * an attached asset, naming its first holders.
 */
export async function purgeAsset(
  runtime: Runtime,
  assetId: string,
  options: PurgeAssetOptions = {},
): Promise<PurgeAssetReport> {
  const dryRun = !(options.live ?? false)
  return runOperation(runtime, { operation: 'purge_asset', scope: 'asset', dry_run: dryRun }, async () => {
    assertId('asset', assetId)
    const skipped = (await runtime.jobs.findLive('rindle_purge', [purgeKey(assetId)])).size
    return inTransaction(runtime, undefined, async (unit) => {
      const asset = await lockAsset(unit, assetId)
      if (asset === null) return purgedBefore(unit, assetId, dryRun)
      if (asset.state !== 'deleted') await assertNotHeld(unit, assetId)
      // Every attach takes the same lock first, so these are all.
      const holdings = await countHoldings(unit, assetId)
      if (holdings > 0 && options.detach !== true) throw await stillAttached(unit, assetId, holdings)
      if (dryRun) return { found: 1, detached: holdings, enqueued: 0, skipped, dryRun }
      const profiles = [asset.profile]
      const all = { condition: 'asset_id = $1::uuid', values: [assetId], profiles, most: holdings }
      await removeAttachments(runtime, unit, all)
      // At once, so that nothing delivers or attaches the asset until the job runs.
      if (asset.state !== 'deleted') await transitionAsset(runtime, unit, asset, 'deleted')
      // A running purge may have met an attachment that is gone now, so a new job is enqueued.
      unit.enqueue(purgeRequest(asset))
      return { found: 1, detached: holdings, enqueued: 1 - skipped, skipped, dryRun }
    })
  })
}

/** Runs outlive their asset: they tell a second call that a first one has done its work. */
async function purgedBefore(unit: UnitOfWork, assetId: string, dryRun: boolean): Promise<PurgeAssetReport> {
  const { rows } = await unit.executeSql(
    'select 1 from rindle.media_processing_runs where asset_id = $1::uuid limit 1',
    [assetId],
  )
  if (rows.length === 0) throw new RindleError('not_found', `There is no asset ${assetId}.`)
  return { found: 0, detached: 0, enqueued: 0, skipped: 0, dryRun }
}

async function countHoldings(unit: UnitOfWork, assetId: string): Promise<number> {
  const { rows } = await unit.executeSql(
    'select count(*)::int as count from rindle.media_attachments where asset_id = $1::uuid',
    [assetId],
  )
  return Number(rows[0]?.['count'] ?? 0)
}

async function stillAttached(unit: UnitOfWork, assetId: string, count: number): Promise<RindleError> {
  const { rows } = await unit.executeSql(
    `select owner_type, owner_id, slot from rindle.media_attachments where asset_id = $1::uuid
     order by owner_type, owner_id, slot limit ${NAMED_HOLDERS}`,
    [assetId],
  )
  const holdings = rows.map(
    (row): Holding => ({ type: text(row, 'owner_type'), id: text(row, 'owner_id'), slot: text(row, 'slot') }),
  )
  const names = holdings.map(({ type, id, slot }) => `${type}:${id} (${slot})`).join(', ')
  const more = count > holdings.length ? ` and ${count - holdings.length} more` : ''
  return new RindleError(
    'conflict',
    `Asset ${assetId} is attached to ${names}${more}. Detach it first, or use the option detach.`,
    { details: { attachments: count, holdings: holdings.map((holding) => ({ ...holding })) }, retryable: false },
  )
}
