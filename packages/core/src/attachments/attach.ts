import type { SqlExecutor } from '@rindle/prisma'
import type { AssetReference } from '../assets/read.ts'
import type { Asset, Attachment, Owner } from '../domain/entities.ts'
import { isRindleError, RindleError } from '../domain/errors.ts'
import type { AssetState } from '../domain/states.ts'
import { DELIVERIES, eventRows, requestDeliveries, wantedEvent } from '../kernel/outbox.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { attachmentFromRow } from '../kernel/sql/entities-from-rows.ts'
import type { TenantOption } from '../kernel/sql/of-tenant.ts'
import { number, type Row, text, textOrNull, timeOrNull } from '../kernel/sql/row-values.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { SlotRules } from '../profile/profile.ts'
import { chosenPosition, isOvertaken, makeRoomAt } from './chosen-place.ts'
import { release } from './release.ts'
import { assertOneTenant, type LockedSlot, lockAssets, lockForAttaching, lockSlot, type Slot, slotOf } from './slot.ts'

/** Options of the attachment verbs. */
export interface AttachOptions extends TenantOption {
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** Throws unless this locked asset may be attached. */
export type AssertFree = (asset: Row) => Promise<void>

interface AppendWithinOptions {
  /** Whether it takes the place that its upload has in the order of the chosen files. */
  readonly isUpload?: boolean
  /** Its position, if that is free. */
  readonly wanted?: number | undefined
  readonly assertFree?: AssertFree
}

/**
 * Makes the asset the only one in the owner's slot: the previous assets are detached and, where no other attachment
 * holds them, purged by a job in the same transaction, or trashed. Concurrent attaches to one slot run one after the other; the
 * last commit wins and no asset leaks. Safe to repeat. `not_found`, `not_deliverable` (quarantined or deleted),
 * `unknown_slot`.
 */
export async function attach(
  runtime: Runtime,
  asset: AssetReference,
  owner: Owner,
  slot: string,
  options: AttachOptions = {},
): Promise<Attachment> {
  return inTransaction(runtime, options.tx, (unit) => attachWithin(runtime, unit, asset, owner, slot))
}

/** Attaches as part of a larger unit of work. `assertFree` sees the locked row before anything changes. */
export async function attachWithin(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: AssetReference,
  owner: Owner,
  slotName: string,
  { assertFree }: { readonly assertFree?: AssertFree } = {},
): Promise<Attachment> {
  const slot = slotOf(owner, slotName)
  const holders = await lockAttachable(runtime, unit, asset, slot)
  await assertFree?.(holders.asset)
  const others = holders.current.map((holder) => holder.assetId).filter((id) => id !== asset.id)
  await release(runtime, unit, slot, holders.assets, others)
  return insertAttachment(runtime, unit, slot, holders.asset, 0)
}

/**
 * Adds the asset at the end of the owner's slot, which must be one of many. An asset that is in the slot already keeps
 * its place. `not_found`, `not_deliverable`, `unknown_slot`, `invalid_input` for a slot of one, `conflict` when the slot
 * is full.
 */
export async function append(
  runtime: Runtime,
  asset: AssetReference,
  owner: Owner,
  slot: string,
  options: AttachOptions = {},
): Promise<Attachment> {
  return inTransaction(runtime, options.tx, (unit) => appendWithin(runtime, unit, asset, owner, slot))
}

/** Appends as part of a larger unit of work. `assertFree` sees the locked row before anything changes. */
export async function appendWithin(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: AssetReference,
  owner: Owner,
  slotName: string,
  { isUpload = false, wanted, assertFree }: AppendWithinOptions = {},
): Promise<Attachment> {
  const slot = slotOf(owner, slotName)
  const { current, rules, asset: locked } = await lockAttachable(runtime, unit, asset, slot)
  await assertFree?.(locked)
  if (rules.cardinality === 'one') {
    throw new RindleError(
      'invalid_input',
      `The slot "${slotName}" holds only one asset. Use attach(), which replaces it.`,
    )
  }
  const isPresent = current.some(({ assetId }) => assetId === asset.id)
  if (rules.max !== null && !isPresent && current.length >= rules.max) {
    throw slotFull(slot, current.length, rules.max)
  }
  const taken = current.map(({ position }) => position)
  const free = wanted === undefined || taken.includes(wanted) ? null : wanted
  const chosen = isUpload && !isPresent ? await chosenPosition(unit, slot, asset.id) : null
  if (chosen !== null) await makeRoomAt(unit, slot, chosen)
  return insertAttachment(runtime, unit, slot, locked, free ?? chosen ?? Math.max(-1, ...taken) + 1)
}

/** The place that an uploaded asset is to have. */
interface UploadedPlace {
  readonly owner: Owner
  readonly slot: string
  /** Whether a slot of one keeps an asset that comes after this one. */
  readonly isLate: boolean
  /** In a slot of many, if it is free. @default the order in which files were chosen, or their uploads began */
  readonly position?: number | undefined
}

/**
 * Attaches an uploaded asset as part of a larger unit of work, as {@link attach} or {@link append} would. Returns whether
 * it was attached.
 */
export async function placeUpload(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: Pick<Asset, 'id' | 'profile'>,
  { owner, slot, isLate, position }: UploadedPlace,
): Promise<boolean> {
  const { cardinality } = slotRulesOf(runtime, asset.profile, slot)
  if (cardinality === 'many') {
    await appendWithin(runtime, unit, asset, owner, slot, { isUpload: position === undefined, wanted: position })
    return true
  }
  const place = slotOf(owner, slot)
  if (isLate) await lockForAttaching(unit, place, asset.id)
  if (isLate && (await isOvertaken(unit, place, asset.id))) {
    runtime.logger.warn(
      { assetId: asset.id, slot, code: 'slot_overtaken' },
      'An uploaded asset was not attached, because its slot holds a newer upload.',
    )
    return false
  }
  await attachWithin(runtime, unit, asset, owner, slot)
  return true
}

/** The error of a slot of many that takes no more. */
function slotFull({ ownerType, ownerId, slot }: Slot, held: number, max: number): RindleError {
  const message = `The slot "${slot}" of ${ownerType} ${ownerId} is full: it holds ${held} of at most ${max}.`
  return new RindleError('conflict', message, { details: { slot, max } })
}

/** Refuses an upload for a slot that is full already: `conflict`. One that fills up later keeps what it holds. */
export async function assertNotFull(
  unit: Pick<UnitOfWork, 'executeSql'>,
  slot: Slot,
  { max }: SlotRules,
): Promise<void> {
  if (max === null) return
  const { rows } = await unit.executeSql(
    `select count(*)::int as held from rindle.media_attachments
     where owner_type = $1::text and owner_id = $2::text and slot = $3::text`,
    [slot.ownerType, slot.ownerId, slot.slot],
  )
  const held = number(rows[0] ?? {}, 'held')
  if (held >= max) throw slotFull(slot, held, max)
}

/** Whether an error of {@link append} says that the slot is full. */
export function isSlotFull(error: unknown): boolean {
  return isRindleError(error, 'conflict') && typeof error.details['max'] === 'number'
}

/**
 * Puts the slot's assets into the given order. The ids must be exactly the attached ones, each once; otherwise
 * `conflict`, and nothing changes: another caller attached or detached meanwhile.
 */
export async function reorder(
  runtime: Runtime,
  owner: Owner,
  slotName: string,
  assetIds: readonly string[],
  options: AttachOptions = {},
): Promise<void> {
  const slot = slotOf(owner, slotName)
  await inTransaction(runtime, options.tx, async (unit) => {
    const attached = new Set((await lockSlot(unit, slot)).map((holder) => holder.assetId))
    if (options.tenant !== undefined) {
      assertOneTenant(slot, (await lockAssets(unit, [...attached])).values(), options.tenant)
    }
    const wanted = new Set(assetIds)
    if (wanted.size !== assetIds.length || wanted.size !== attached.size || !assetIds.every((id) => attached.has(id))) {
      throw new RindleError(
        'conflict',
        `The slot "${slotName}" of ${slot.ownerType} ${slot.ownerId} holds other assets than the given ones (${assetIds.length}). Read it again.`,
      )
    }
    await unit.executeSql(
      `update rindle.media_attachments as attachment
       set position = ordered.position - 1, updated_at = now()
       from jsonb_array_elements_text($4::jsonb) with ordinality as ordered(asset_id, position)
       where owner_type = $1::text and owner_id = $2::text and slot = $3::text
         and attachment.asset_id = ordered.asset_id::uuid`,
      [slot.ownerType, slot.ownerId, slot.slot, JSON.stringify(assetIds)],
    )
  })
}

async function lockAttachable(
  runtime: Runtime,
  unit: UnitOfWork,
  asset: AssetReference,
  slot: Slot,
): Promise<LockedSlot & { readonly rules: SlotRules; readonly asset: Row }> {
  assertId('asset', asset.id)
  const { current, assets } = await lockForAttaching(unit, slot, asset.id)
  const row = assets.get(asset.id)
  if (row === undefined) throw new RindleError('not_found', `There is no asset ${asset.id}.`)
  assertOneTenant(slot, assets.values(), textOrNull(row, 'tenant'))
  const rules = slotRulesOf(runtime, text(row, 'profile'), slot.slot)
  const state = row['state'] as AssetState
  if (state === 'quarantined' || state === 'trashed' || state === 'deleted') {
    const advice = state === 'trashed' ? ' Restore it first.' : ''
    throw new RindleError('not_deliverable', `Asset ${asset.id} is ${state} and cannot be attached.${advice}`, {
      details: { state },
    })
  }
  if (timeOrNull(row, 'purge_at') !== null) await forgetPurge(unit, asset.id)
  return { current, assets, rules, asset: row }
}

/** A purge that a hold has blocked is not wanted any more. */
async function forgetPurge(unit: UnitOfWork, assetId: string): Promise<void> {
  await unit.executeSql('update rindle.media_assets set purge_at = null where id = $1::uuid', [assetId])
}

/** Returns the rules of a slot. `unknown_slot` unless the profile declares it. */
export function slotRulesOf(runtime: Runtime, profileName: string, slot: string): SlotRules {
  const { slots } = profileOf(runtime, profileName)
  const rules = Object.hasOwn(slots, slot) ? slots[slot] : undefined
  if (rules !== undefined) return rules
  const names = Object.keys(slots)
  const known = names.length === 0 ? 'It declares none' : `Its slots: ${names.join(', ')}`
  throw new RindleError('unknown_slot', `Profile "${profileName}" has no slot "${slot}". ${known}.`, {
    details: { slot },
  })
}

/**
 * Inserts an attachment, or returns the existing one. The same statement writes the event of a new one for the hooks that
 * want it. The caller holds the slot's lock, so nothing comes between.
 */
export async function insertAttachment(
  runtime: Runtime,
  unit: UnitOfWork,
  slot: Slot,
  asset: Row,
  position: number,
): Promise<Attachment> {
  const inserts = `present as (
       select * from rindle.media_attachments
       where owner_type = $2::text and owner_id = $3::text and slot = $4::text and asset_id = $5::uuid
     ), added as (
       insert into rindle.media_attachments (id, owner_type, owner_id, slot, asset_id, position)
       select $1::uuid, $2::text, $3::text, $4::text, $5::uuid, $6::int where not exists (select 1 from present)
       returning *
     )`
  const given = [runtime.newId(), slot.ownerType, slot.ownerId, slot.slot, text(asset, 'id'), position]
  const profile = text(asset, 'profile')
  const event = await wantedEvent(runtime, unit, 'attachment.added', [profile])
  if (event === null) {
    const { rows } = await unit.executeSql(`with ${inserts} select * from present union all select * from added`, given)
    return attachmentFromRow(rows[0] as Row)
  }
  const { rows } = await unit.executeSql(
    `with ${inserts}, ${eventRows(ADDED)}
     select *, ${DELIVERIES} from (select * from present union all select * from added) as attachment`,
    [...given, runtime.newId(), profile, event, text(asset, 'state')],
  )
  requestDeliveries(unit, rows[0])
  return attachmentFromRow(rows[0] as Row)
}

const ADDED = `select $7::uuid as id, added.asset_id, $8::text as profile, $9::text as type,
    jsonb_build_object('state', $10::text, 'slot', added.slot,
      'owner', jsonb_build_object('type', added.owner_type, 'id', added.owner_id)) as payload
  from added`
