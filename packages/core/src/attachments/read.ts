import { type AssetReference, type AssetWithVariants, assetsById } from '../assets/read.ts'
import type { Attachment, Owner, TrashedAttachment } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { attachmentFromRow, trashedAttachmentFromRow } from '../kernel/sql/entities-from-rows.ts'
import { slotOf } from './slot.ts'

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
    // The asset can only be gone if it was purged between the two queries, together with its attachment.
    return asset === undefined ? [] : [{ ...attachment, asset }]
  })
}

/** The former attachments of an asset in the trash, in the order of owner, slot and position. */
export async function trashedAttachments(
  { database }: Runtime,
  { id }: AssetReference,
): Promise<readonly TrashedAttachment[]> {
  assertId('asset', id)
  const { rows } = await database.executeSql(
    `select * from rindle.media_trashed_attachments where asset_id = $1::uuid
     order by owner_type, owner_id, slot, position`,
    [id],
  )
  return rows.map(trashedAttachmentFromRow)
}

/** Ids are UUIDv7, so of two attachments made in one millisecond the greater id is the later. */
function isNewer(a: Attachment, b: Attachment): boolean {
  const difference = a.createdAt.getTime() - b.createdAt.getTime()
  return difference === 0 ? a.id > b.id : difference > 0
}
