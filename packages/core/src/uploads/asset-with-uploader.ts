import { validate } from 'uuid'
import { type AssetWithVariants, PARTS, partsFromRow } from '../assets/read.ts'
import { UPLOADER } from '../assets/uploader.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { textOrNull } from '../kernel/sql/row-values.ts'

/** An asset, and who uploaded it. */
export interface UploadedAsset<P extends string = string> {
  readonly asset: AssetWithVariants<P>
  /** The `actorId` of its upload; `null` if none was named. */
  readonly uploader: string | null
}

/**
 * Reads an asset with its variants, its tracks and its uploader, at one instant, or returns `null`. One statement that
 * takes as long for an absent asset as for another actor's.
 */
export async function assetWithUploader(runtime: Runtime, id: string): Promise<UploadedAsset | null> {
  if (!validate(id)) return null
  const { rows } = await runtime.database.executeSql(
    `select asset.*, ${PARTS}, ${UPLOADER} as uploader
     from rindle.media_assets as asset where asset.id = $1::uuid`,
    [id],
  )
  const [row] = rows
  if (row === undefined) return null
  return { asset: { ...assetFromRow(row), ...partsFromRow(row) }, uploader: textOrNull(row, 'uploader') }
}
