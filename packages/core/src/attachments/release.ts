import { isOnHold, notePurgeDue } from '../assets/hold.ts'
import { purgeRequest } from '../assets/purge-request.ts'
import { type AssetState, isDeliverable } from '../domain/states.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { boolean, type Row, text } from '../kernel/sql/row-values.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { removeAttachments } from './remove-attachments.ts'
import type { Slot } from './slot.ts'
import { keepAttachments, moveToTrash } from './to-trash.ts'

/** Options of {@link release}. */
interface ReleaseOptions {
  /** Whether the owner is erased: nothing waits in the trash but what a hold keeps, and no attachment comes back. */
  readonly isErasure?: boolean
}

/** An asset that no attachment holds after a release. */
interface Released {
  readonly id: string
  readonly state: AssetState
  readonly isHeld: boolean
  /** Seconds in the trash that its profile gives it; `null`: none. */
  readonly afterSeconds: number | null
}

/** What becomes of an asset that has lost its last attachment. */
type Fate =
  | { readonly is: 'purged' | 'blocked' }
  | { readonly is: 'trashed'; readonly afterSeconds: number; readonly isKept: boolean }

/**
 * Decides what becomes of an asset that has lost its last attachment. A hold keeps it, in the trash where that is
 * possible, so that nobody sees it any more. Pure.
 */
export function fateOf({ state, isHeld, afterSeconds }: Released, isErasure: boolean): Fate {
  const wait = isErasure ? null : afterSeconds
  if (!isDeliverable(state)) return { is: isHeld ? 'blocked' : 'purged' }
  if (!isHeld && wait === null) return { is: 'purged' }
  return { is: 'trashed', afterSeconds: wait ?? 0, isKept: !isErasure }
}

/**
 * Takes assets out of the slot. Those that no other attachment holds go into the trash, where their profile has one or a
 * hold keeps them; otherwise their purge is enqueued. The caller holds the assets' locks. The lock decides the race of two
 * transactions that each remove one of an asset's last two attachments.
 */
export async function release(
  runtime: Runtime,
  unit: UnitOfWork,
  slot: Slot,
  assets: ReadonlyMap<string, Row>,
  assetIds: readonly string[],
  { isErasure = false }: ReleaseOptions = {},
): Promise<void> {
  if (assetIds.length === 0) return
  const columns = [slot.ownerType, slot.ownerId, slot.slot]
  const fates = new Map(
    (await lastOf(runtime, unit, columns, assetIds, assets)).map((asset) => [asset.id, fateOf(asset, isErasure)]),
  )
  const kept = [...fates].flatMap(([id, fate]) => (fate.is === 'trashed' && fate.isKept ? [id] : []))
  await keepAttachments(unit, kept)
  await removeAttachments(runtime, unit, {
    condition: `owner_type = $1::text and owner_id = $2::text and slot = $3::text
       and asset_id in (select value::uuid from jsonb_array_elements_text($4::jsonb))`,
    values: [...columns, JSON.stringify(assetIds)],
    profiles: [...new Set([...assets.values()].map((row) => text(row, 'profile')))],
    most: assetIds.length,
  })
  for (const [id, fate] of fates) await letGo(runtime, unit, assets.get(id) ?? {}, fate)
}

async function letGo(runtime: Runtime, unit: UnitOfWork, row: Row, fate: Fate): Promise<void> {
  const asset = { id: text(row, 'id'), profile: text(row, 'profile'), storage: text(row, 'storage') }
  const assetId = asset.id
  if (fate.is === 'blocked') return notePurgeDue(unit, assetId)
  if (fate.is === 'trashed') {
    runtime.logger.debug({ assetId }, 'The last attachment is gone: the asset goes into the trash.')
    await moveToTrash(runtime, unit, asset, fate.afterSeconds)
    return
  }
  runtime.logger.debug({ assetId }, 'The last attachment is gone: the asset will be purged.')
  unit.enqueue(purgeRequest(asset))
}

/** Of these assets, which are in the slot, those that only this slot holds. */
async function lastOf(
  runtime: Runtime,
  unit: UnitOfWork,
  slot: readonly string[],
  assetIds: readonly string[],
  assets: ReadonlyMap<string, Row>,
): Promise<readonly Released[]> {
  const { rows } = await unit.executeSql(
    `select asset.id, ${isOnHold('asset.id')} as is_held from rindle.media_assets as asset
     where id in (select value::uuid from jsonb_array_elements_text($4::jsonb))
       and exists (select 1 from rindle.media_attachments where asset_id = asset.id
         and owner_type = $1::text and owner_id = $2::text and slot = $3::text)
       and not exists (select 1 from rindle.media_attachments where asset_id = asset.id
         and (owner_type, owner_id, slot) <> ($1::text, $2::text, $3::text))
     order by asset.id`,
    [...slot, JSON.stringify(assetIds)],
  )
  return rows.map((row) => {
    const asset = assets.get(text(row, 'id')) ?? {}
    const profile = text(asset, 'profile')
    const known = Object.hasOwn(runtime.profiles, profile) ? runtime.profiles[profile] : undefined
    return {
      id: text(row, 'id'),
      state: text(asset, 'state') as AssetState,
      isHeld: boolean(row, 'is_held'),
      afterSeconds: known?.purge?.afterSeconds ?? null,
    }
  })
}
