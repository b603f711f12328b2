import type { SqlExecutor } from '@rindle/prisma'
import { lockAsset } from '../assets/lock.ts'
import type { AssetReference } from '../assets/read.ts'
import { cancelRelocation } from '../assets/relocation.ts'
import { transitionAsset } from '../assets/transition.ts'
import { aggregateState } from '../domain/aggregate.ts'
import type { Asset, TrashedAttachment } from '../domain/entities.ts'
import { isRindleError, RindleError } from '../domain/errors.ts'
import { isDeliverable } from '../domain/states.ts'
import { assertTransition } from '../domain/transitions.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { trashedAttachmentFromRow } from '../kernel/sql/entities-from-rows.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { SlotRules } from '../profile/profile.ts'
import { renewSubtitlesRequest } from '../tracks/subtitles-request.ts'
import { followFocus } from '../variants/follow-focus.ts'
import { plannedVariants } from '../variants/plan.ts'
import { queueVariants } from '../variants/queue.ts'
import { variantsOf } from '../variants/read.ts'
import { insertAttachment, slotRulesOf } from './attach.ts'
import { release } from './release.ts'
import { assertOneTenant, type Holder, lockAssets, lockSlot, type Slot } from './slot.ts'

/** What to do about a slot that is taken, full, or no longer declared. */
export const WHEN_TAKEN = ['refuse', 'replace', 'skip'] as const

/** One of {@link WHEN_TAKEN}. */
export type WhenTaken = (typeof WHEN_TAKEN)[number]

/** Options of {@link restore}. */
export interface RestoreOptions {
  /**
   * What happens when a former slot of one holds another asset by now, or one of many is full: `refuse` restores nothing;
   * `replace` lets the asset that holds a slot of one go, as `attach` does; `skip` restores without that attachment, and
   * without one to a slot that the profile no longer declares. @default 'refuse'
   */
  readonly whenTaken?: WhenTaken
  /** Changes nothing. @default false */
  readonly dryRun?: boolean
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** The results of {@link restore}, real or foreseen. */
export interface RestoreReport {
  /** 1; 0 for an asset that is not in the trash any more. */
  readonly restored: number
  /** Attachments that it gets back. */
  readonly attached: number
  /** Attachments that it does not get back, because their slots are taken. */
  readonly skipped: number
  /** Assets that lose their slot to it. */
  readonly replaced: number
  readonly dryRun: boolean
}

/**
 * Brings an asset back from the trash, with its former attachments at their former places, in one transaction: it is
 * delivered again at once, under new URLs, and work that the trash had stopped goes on. Atomic, safe to repeat. `not_found`;
 * `invalid_transition` for an asset that was never trashed and cannot be delivered, or whose purge has begun; `conflict`
 * when a slot is taken or full, with the slots in `details.slots`; `unknown_slot` for one that its profile no longer
 * declares.
 */
export async function restore(
  runtime: Runtime,
  reference: AssetReference,
  { whenTaken = 'refuse', dryRun = false, tx }: RestoreOptions = {},
): Promise<RestoreReport> {
  assertId('asset', reference.id)
  if (!WHEN_TAKEN.includes(whenTaken)) {
    throw new RindleError('invalid_input', `whenTaken must be one of ${WHEN_TAKEN.join(', ')}.`)
  }
  return inTransaction(runtime, tx, (unit) => new Restoring(runtime, unit, { whenTaken, dryRun }).restore(reference.id))
}

/** A former attachment, with the slot as it is now. */
interface Former {
  readonly attachment: TrashedAttachment
  readonly slot: Slot
  readonly holders: readonly Holder[]
  /** `null`: its profile no longer declares the slot. */
  readonly rules: SlotRules | null
}

class Restoring {
  readonly #runtime: Runtime
  readonly #unit: UnitOfWork
  readonly #whenTaken: WhenTaken
  readonly #dryRun: boolean

  constructor(
    runtime: Runtime,
    unit: UnitOfWork,
    { whenTaken, dryRun }: { readonly whenTaken: WhenTaken; readonly dryRun: boolean },
  ) {
    this.#runtime = runtime
    this.#unit = unit
    this.#whenTaken = whenTaken
    this.#dryRun = dryRun
  }

  async restore(assetId: string): Promise<RestoreReport> {
    // The slots before the assets: every attach locks in this order.
    const wanted = await this.#formerOf(assetId)
    const slots = await this.#lockSlots(wanted)
    const holders = [...slots.values()].flat().map((holder) => holder.assetId)
    const locked = await lockAssets(this.#unit, [...new Set([assetId, ...holders])])
    const asset = await this.#lockTrashed(assetId)
    const nothing = { restored: 0, attached: 0, skipped: 0, replaced: 0, dryRun: this.#dryRun }
    if (asset === null) return nothing
    const attachments = await this.#formerOf(assetId)
    if (attachments.length !== wanted.length) {
      throw new RindleError('conflict', `Another caller changed asset ${assetId} in the meantime. Try again.`)
    }
    const former = attachments.map((attachment) => this.#describe(asset, attachment, slots))
    for (const one of former) {
      const inSlot = one.holders.map(({ assetId: id }) => locked.get(id)).filter((row) => row !== undefined)
      assertOneTenant(one.slot, inSlot, asset.tenant)
    }
    const taken = former.filter(isTaken)
    const skipped = this.#whenTaken === 'skip' ? taken : []
    const replacing = this.#whenTaken === 'replace' ? taken.filter(({ rules }) => rules?.cardinality === 'one') : []
    this.#assertFree(
      asset,
      taken.filter((one) => !skipped.includes(one) && !replacing.includes(one)),
    )
    const returning = former.filter((one) => !skipped.includes(one))
    const counts = { attached: returning.length, skipped: skipped.length, replaced: replacing.length }
    if (!this.#dryRun) await this.#bringBack(asset, returning, replacing)
    return { restored: 1, ...counts, dryRun: this.#dryRun }
  }

  async #bringBack(asset: Asset, returning: readonly Former[], replacing: readonly Former[]): Promise<void> {
    const [runtime, unit] = [this.#runtime, this.#unit]
    for (const { slot, holders } of replacing) {
      const ids = holders.map(({ assetId }) => assetId)
      await release(runtime, unit, slot, await lockAssets(unit, ids), ids)
    }
    await unit.executeSql('delete from rindle.media_trashed_attachments where asset_id = $1::uuid', [asset.id])
    const state = await this.#continueWork(asset)
    const row = { id: asset.id, profile: asset.profile, state }
    for (const { slot, attachment } of returning) {
      await makeRoom(unit, slot, attachment.position)
      await insertAttachment(runtime, unit, slot, row, attachment.position)
    }
    await cancelRelocation(unit, asset.id)
    await transitionAsset(runtime, unit, asset, state, { from: ['trashed'], event: 'asset.restored' })
    await renewSubtitlesRequest(unit, asset.id)
  }

  /** Queues the variants whose work the trash stopped or that lack the present focus, and returns the state that all variants give the asset. */
  async #continueWork(asset: Asset): Promise<ReturnType<typeof aggregateState>> {
    const variants = await variantsOf(this.#unit, asset.id)
    const stopped = variants.filter(
      ({ state, errorReason }) => state === 'cancelled' && errorReason === 'asset_trashed',
    )
    const { profiles } = this.#runtime
    const profile = Object.hasOwn(profiles, asset.profile) ? profiles[asset.profile] : undefined
    if (profile === undefined) return aggregateState(variants)
    const [runtime, unit] = [this.#runtime, this.#unit]
    const planned = plannedVariants(profile, asset)
    if (stopped.length > 0) await queueVariants(runtime, unit, asset, stopped, planned)
    // The focus may have moved while nothing was made.
    const focused = planned.filter(({ facts }) => facts.usesFocus)
    if (focused.length > 0) await followFocus(runtime, unit, asset, await variantsOf(unit, asset.id), focused)
    return aggregateState(await variantsOf(unit, asset.id))
  }

  async #formerOf(assetId: string): Promise<readonly TrashedAttachment[]> {
    const { rows } = await this.#unit.executeSql(
      `select * from rindle.media_trashed_attachments where asset_id = $1::uuid
       order by owner_type, owner_id, slot, position`,
      [assetId],
    )
    return rows.map(trashedAttachmentFromRow)
  }

  /** In one order, so that two transactions cannot wait for each other. */
  async #lockSlots(attachments: readonly TrashedAttachment[]): Promise<ReadonlyMap<string, readonly Holder[]>> {
    const slots = new Map(attachments.map((attachment) => [keyOf(attachment), attachment]))
    const holders = new Map<string, readonly Holder[]>()
    for (const key of [...slots.keys()].toSorted()) holders.set(key, await lockSlot(this.#unit, slots.get(key) as Slot))
    return holders
  }

  /** `null`: it can be delivered, so it was restored before. */
  async #lockTrashed(assetId: string): Promise<Asset | null> {
    const asset = await lockAsset(this.#unit, assetId)
    if (asset === null) throw new RindleError('not_found', `There is no asset ${assetId}.`)
    if (isDeliverable(asset.state)) return null
    if (asset.state !== 'trashed') assertTransition('asset', asset.state, 'ready', assetId)
    return asset
  }

  #describe(asset: Asset, attachment: TrashedAttachment, slots: ReadonlyMap<string, readonly Holder[]>): Former {
    const { ownerType, ownerId, slot } = attachment
    const holders = slots.get(keyOf(attachment)) ?? []
    return { attachment, slot: { ownerType, ownerId, slot }, holders, rules: this.#rulesOf(asset, slot) }
  }

  #rulesOf(asset: Asset, slot: string): SlotRules | null {
    try {
      return slotRulesOf(this.#runtime, asset.profile, slot)
    } catch (error) {
      if (this.#whenTaken !== 'skip' || !isRindleError(error, 'unknown_slot')) throw error
      return null
    }
  }

  #assertFree({ id }: Asset, taken: readonly Former[]): void {
    if (taken.length === 0) return
    const slots = taken.map(({ attachment: { ownerType, ownerId, slot } }) => ({ ownerType, ownerId, slot }))
    const names = slots.map(({ ownerType, ownerId, slot }) => `${ownerType}:${ownerId} (${slot})`).join(', ')
    throw new RindleError(
      'conflict',
      `Asset ${id} cannot return to its place, because another asset is there or the slot is full: ${names}. ` +
        "Restore it with whenTaken: 'replace' or 'skip'.",
      { details: { slots }, retryable: false },
    )
  }
}

function isTaken({ holders, rules }: Former): boolean {
  if (rules === null) return true
  if (rules.cardinality === 'one') return holders.length > 0
  return rules.max !== null && holders.length >= rules.max
}

/** Moves the assets from a position on by one, if one of them is there. */
async function makeRoom(unit: UnitOfWork, { ownerType, ownerId, slot }: Slot, position: number): Promise<void> {
  await unit.executeSql(
    `update rindle.media_attachments set position = position + 1, updated_at = now()
     where owner_type = $1::text and owner_id = $2::text and slot = $3::text and position >= $4::int
       and exists (select 1 from rindle.media_attachments
         where owner_type = $1::text and owner_id = $2::text and slot = $3::text and position = $4::int)`,
    [ownerType, ownerId, slot, position],
  )
}

function keyOf({ ownerType, ownerId, slot }: Slot): string {
  return JSON.stringify([ownerType, ownerId, slot])
}
