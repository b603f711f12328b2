import type { Asset, Attachment, Owner, Variant } from '../domain/entities.ts'
import { assertId } from '../rows/assert-id.ts'
import { assetFromRow, attachmentFromRow, variantFromRow } from '../rows/entities-from-rows.ts'
import { json, type Row, text } from '../rows/row-values.ts'
import type { Runtime } from '../runtime.ts'
import type { AssetReference } from './attach.ts'
import { slotOf } from './slot.ts'

/** An asset with its variants, sorted by name. */
export type AssetWithVariants<P extends string = string> = Asset<P> & { readonly variants: readonly Variant[] }

/** An attachment with its asset and the asset's variants. */
export type AttachmentWithAsset<P extends string = string> = Attachment & { readonly asset: AssetWithVariants<P> }

/** The newest attachment of the owner's slot, or `null`. Two queries. */
export async function attachmentFor(runtime: Runtime, owner: Owner, slot: string): Promise<AttachmentWithAsset | null> {
  const attachments = await attachmentsFor(runtime, [owner], [slot])
  return attachments.reduce<AttachmentWithAsset | null>(
    (newest, attachment) => (newest === null || isNewer(attachment, newest) ? attachment : newest),
    null,
  )
}

/**
 * All attachments of these owners at these slots, in the order of owner, slot and position. Two queries, for any
 * number of owners.
 */
export async function attachmentsFor(
  runtime: Runtime,
  owners: readonly Owner[],
  slots: readonly string[],
): Promise<readonly AttachmentWithAsset[]> {
  const wanted = owners.flatMap((owner) => slots.map((slot) => slotOf(owner, slot)))
  if (wanted.length === 0) return []
  const { rows } = await runtime.database.executeSql(
    `select attachment.* from rindle.media_attachments as attachment
     join jsonb_to_recordset($1::jsonb) as wanted("ownerType" text, "ownerId" text, slot text)
       on attachment.owner_type = wanted."ownerType" and attachment.owner_id = wanted."ownerId"
       and attachment.slot = wanted.slot
     order by attachment.owner_type, attachment.owner_id, attachment.slot, attachment.position`,
    [JSON.stringify(wanted)],
  )
  const attachments = rows.map(attachmentFromRow)
  const assets = await assetsById(runtime, [...new Set(attachments.map((attachment) => attachment.assetId))])
  return attachments.flatMap((attachment) => {
    const asset = assets.get(attachment.assetId)
    // The asset can only be gone if it was purged between the two queries; so is its attachment then.
    return asset === undefined ? [] : [{ ...attachment, asset }]
  })
}

/**
 * Assets with their variants, by id; absent ones are left out. One statement, so that an asset's state and its
 * variants' states are of the same instant.
 */
async function assetsById(runtime: Runtime, ids: readonly string[]): Promise<ReadonlyMap<string, AssetWithVariants>> {
  if (ids.length === 0) return new Map()
  const { rows } = await runtime.database.executeSql(
    `select asset.*,
       (select coalesce(jsonb_agg(to_jsonb(variant) order by variant.name), '[]'::jsonb)
        from rindle.media_variants as variant where variant.asset_id = asset.id) as variants
     from rindle.media_assets as asset
     where asset.id in (select value::uuid from jsonb_array_elements_text($1::jsonb))`,
    [JSON.stringify(ids)],
  )
  return new Map(
    rows.map((row) => {
      const variants = json<readonly Row[]>(row, 'variants').map(variantFromRow)
      return [text(row, 'id'), { ...assetFromRow(row), variants }]
    }),
  )
}

/** One asset with its variants, or `null`. */
export async function assetById(runtime: Runtime, id: string): Promise<AssetWithVariants | null> {
  assertId('asset', id)
  return (await assetsById(runtime, [id])).get(id) ?? null
}

/** The asset's ready variants, sorted by name. */
export async function readyVariantsFor(runtime: Runtime, reference: AssetReference): Promise<readonly Variant[]> {
  assertId('asset', reference.id)
  const { rows } = await runtime.database.executeSql(
    `select * from rindle.media_variants where asset_id = $1::uuid and state = 'ready' order by name`,
    [reference.id],
  )
  return rows.map(variantFromRow)
}

/** Ids are UUIDv7, so of two attachments made in one millisecond the greater id is the later. */
function isNewer(a: Attachment, b: Attachment): boolean {
  const difference = a.createdAt.getTime() - b.createdAt.getTime()
  return difference === 0 ? a.id > b.id : difference > 0
}
