import { validate } from 'uuid'
import { UPLOADER } from '../assets/uploader.ts'
import type { Attachment, Owner } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { notDeliverable } from '../domain/not-deliverable.ts'
import { type AssetState, isDeliverable, isUnverified } from '../domain/states.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { ofTenant, tenantParameter } from '../kernel/sql/of-tenant.ts'
import { type Row, text } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { type AttachOptions, appendWithin, attachWithin, slotRulesOf } from './attach.ts'
import { type Slot, slotOf } from './slot.ts'

/** Options of {@link attachUploaded}. */
export interface AttachUploadedOptions extends AttachOptions {
  /** The actor who must have uploaded the asset, as its upload named them. A number becomes text. */
  readonly actorId: string | number
}

/** An asset by the id that a client sent, and the profile that it must have. */
interface SentAsset {
  readonly id: string
  readonly profile: string
}

/**
 * Attaches an asset whose id a client sent: only if this actor uploaded it, with this profile, and it is attached to no
 * other slot. A slot of one gives up what it held, as with `attach`; a slot of many gets the asset at its end, as with
 * `append`. Atomic, safe to repeat; of concurrent calls for two slots only the first succeeds, at every isolation level.
 *
 * `not_found` for every id that is not this actor's upload, in the same words: another actor's, another tenant's,
 * another profile's, an unknown id and no id at all. `not_deliverable` until the file has passed its checks, so that a
 * refused upload costs the owner nothing. `conflict` when it is attached elsewhere, or the slot is full. `unknown_slot`.
 */
export async function attachUploaded(
  runtime: Runtime,
  asset: SentAsset,
  owner: Owner,
  slotName: string,
  { actorId, tenant, tx }: AttachUploadedOptions,
): Promise<Attachment> {
  const actor = actorOf(actorId)
  const slot = slotOf(owner, slotName)
  const { cardinality } = slotRulesOf(runtime, asset.profile, slotName)
  return inTransaction(runtime, tx, async (unit) => {
    // Before any lock: an id that somebody guessed must not hold up the work on another actor's asset.
    if (!(await isUploadOf(unit, asset, actor, tenant))) {
      throw new RindleError('not_found', 'This actor has no upload of this id and profile.')
    }
    const assertFree = (row: Row): Promise<void> => claim(unit, row, slot)
    if (cardinality === 'one') return attachWithin(runtime, unit, asset, owner, slotName, { assertFree })
    return appendWithin(runtime, unit, asset, owner, slotName, { assertFree })
  })
}

/** `String(undefined)` would be the name of an actor. */
function actorOf(actorId: unknown): string {
  if (typeof actorId === 'string' && actorId !== '') return actorId
  if (Number.isSafeInteger(actorId)) return String(actorId)
  throw new RindleError('invalid_input', 'actorId must be a text that is not empty, or a safe integer.')
}

/** Uploader, profile and tenant of an asset never change, so this needs no lock. */
async function isUploadOf(
  unit: UnitOfWork,
  { id, profile }: SentAsset,
  actor: string,
  tenant: string | null | undefined,
): Promise<boolean> {
  if (!validate(id)) return false
  const { rows } = await unit.executeSql(
    `select 1 as found from rindle.media_assets as asset
     where id = $1::uuid and profile = $2::text and ${ofTenant('tenant', '$4')}
       and $3::text = ${UPLOADER}`,
    [id, profile, actor, tenantParameter(tenant)],
  )
  return rows.length === 1
}

/**
 * Takes the asset for this slot, in one statement. It writes the row, so that under `repeatable read` a transaction
 * that does not see the other slot's attachment yet fails instead.
 */
async function claim(unit: UnitOfWork, asset: Row, slot: Slot): Promise<void> {
  const state = text(asset, 'state') as AssetState
  if (!isDeliverable(state)) {
    const advice = isUnverified(state) ? ' Wait until it is available.' : ''
    throw notDeliverable(state, `The upload is ${state}.${advice}`)
  }
  const { rows } = await unit.executeSql(
    `update rindle.media_assets as asset set updated_at = now()
     where id = $1::uuid and not exists (select 1 from rindle.media_attachments where asset_id = asset.id
       and (owner_type, owner_id, slot) <> ($2::text, $3::text, $4::text))
     returning id`,
    [text(asset, 'id'), slot.ownerType, slot.ownerId, slot.slot],
  )
  if (rows.length === 1) return
  throw new RindleError('conflict', 'The upload is attached already, to another slot.', { retryable: false })
}
