import type { SqlExecutor } from '@rindle/prisma'
import { lockAsset } from '../assets/lock.ts'
import type { AssetReference } from '../assets/read.ts'
import type { Asset } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { assertTransition } from '../domain/transitions.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { number } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { removeAttachments } from './remove-attachments.ts'
import { keepAttachments, moveToTrash } from './to-trash.ts'

/** Options of {@link trash}. */
export interface TrashOptions {
  /** Seconds in the trash, from 0. @default those of the profile's `purge`, or 2592000 (thirty days) */
  readonly afterSeconds?: number
  /** Changes nothing. @default false */
  readonly dryRun?: boolean
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** The results of {@link trash}, real or foreseen. */
export interface TrashReport {
  /** 1; 0 for an asset that was in the trash before. */
  readonly trashed: number
  /** Attachments that it loses, and gets back when it is restored. */
  readonly detached: number
  /** The time from which it is purged. */
  readonly purgeAt: Date
  readonly dryRun: boolean
}

const DEFAULT_AFTER_SECONDS = 30 * 86_400

/**
 * Takes an asset from all its holders and puts it into the trash: nothing of it is delivered from here on, a job moves its
 * objects to keys that no URL leads to, and `purgeTrashed` purges it after `afterSeconds`. {@link restore} brings it back
 * until then. Atomic, safe to repeat. `not_found`; `invalid_transition` for an asset that cannot be delivered;
 * `invalid_input`.
 */
export async function trash(
  runtime: Runtime,
  reference: AssetReference,
  { afterSeconds, dryRun = false, tx }: TrashOptions = {},
): Promise<TrashReport> {
  assertId('asset', reference.id)
  assertAfterSeconds(afterSeconds)
  return inTransaction(runtime, tx, async (unit) => {
    const asset = await lockAsset(unit, reference.id)
    if (asset === null) throw new RindleError('not_found', `There is no asset ${reference.id}.`)
    if (asset.purgeAt !== null && asset.state === 'trashed') {
      return { trashed: 0, detached: 0, purgeAt: asset.purgeAt, dryRun }
    }
    // Every attach takes the same lock first, so these are all.
    const detached = await countAttachments(unit, asset.id)
    const seconds = afterSeconds ?? secondsOf(runtime, asset)
    assertTransition('asset', asset.state, 'trashed', asset.id)
    const foreseen = new Date(runtime.now().getTime() + seconds * 1_000)
    if (dryRun) return { trashed: 1, detached, purgeAt: foreseen, dryRun }
    await keepAttachments(unit, [asset.id])
    await removeAttachments(runtime, unit, {
      condition: 'asset_id = $1::uuid',
      values: [asset.id],
      profiles: [asset.profile],
      most: detached,
    })
    const trashed = await moveToTrash(runtime, unit, asset, seconds)
    return { trashed: 1, detached, purgeAt: trashed?.purgeAt ?? foreseen, dryRun }
  })
}

function secondsOf({ profiles }: Runtime, { profile }: Asset): number {
  const known = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined
  return known?.purge?.afterSeconds ?? DEFAULT_AFTER_SECONDS
}

async function countAttachments(unit: UnitOfWork, assetId: string): Promise<number> {
  const { rows } = await unit.executeSql(
    'select count(*)::int as count from rindle.media_attachments where asset_id = $1::uuid',
    [assetId],
  )
  return number(rows[0] ?? {}, 'count')
}

function assertAfterSeconds(afterSeconds: number | undefined): void {
  if (afterSeconds === undefined || (Number.isFinite(afterSeconds) && afterSeconds >= 0)) return
  throw new RindleError('invalid_input', 'afterSeconds must be a number of seconds from 0.')
}
