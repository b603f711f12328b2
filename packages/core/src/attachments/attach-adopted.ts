import type { Asset, Owner } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'
import { placeUpload, slotRulesOf } from './attach.ts'
import { lockSlot, type Slot, slotOf } from './slot.ts'

/** A place for an asset that is older than its row. */
export interface WantedPlace {
  readonly owner: Owner
  readonly slot: string
  /** In a slot of many. @default the end */
  readonly position?: number
}

/**
 * Attaches an adopted asset in all of its places. A slot of one keeps an asset that is newer than the adopted file: its
 * owner has changed it since. Every slot is locked before any asset is, in one order, so that two adoptions of files that
 * several records share cannot wait for each other.
 */
export async function attachAdopted(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Pick<Asset, 'id' | 'profile'>,
  places: readonly WantedPlace[],
): Promise<void> {
  const wanted = places.map((place) => ({ ...place, name: slotOf(place.owner, place.slot) }))
  const inOrder = wanted.toSorted((left, right) => (orderOf(left.name) < orderOf(right.name) ? -1 : 1))
  for (const { name } of inOrder) await lockSlot(unit, name)
  for (const { owner, slot, position, name } of inOrder) {
    const isOfOne = slotRulesOf(runtime, asset.profile, slot).cardinality === 'one'
    if (isOfOne && (await isOvertaken(unit, asset, name))) {
      runtime.logger.warn(
        { assetId: asset.id, slot, code: 'slot_overtaken' },
        'An adopted asset was not attached, because its slot holds a newer asset.',
      )
    } else await placeUpload(runtime, unit, asset, { owner, slot, position, isLate: false })
  }
}

function orderOf({ ownerType, ownerId, slot }: Slot): string {
  return JSON.stringify([ownerType, ownerId, slot])
}

async function isOvertaken(unit: UnitOfWork, { id }: Pick<Asset, 'id'>, name: Slot): Promise<boolean> {
  const { rows } = await unit.executeSql(
    `select 1 from rindle.media_attachments as attachment
       join rindle.media_assets as holder on holder.id = attachment.asset_id
     where owner_type = $2::text and owner_id = $3::text and slot = $4::text
       and holder.created_at > (select created_at from rindle.media_assets where id = $1::uuid)`,
    [id, name.ownerType, name.ownerId, name.slot],
  )
  return rows.length > 0
}
