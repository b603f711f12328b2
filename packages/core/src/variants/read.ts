import type { AssetReference } from '../assets/read.ts'
import type { Variant } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { variantFromRow } from '../kernel/sql/entities-from-rows.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'

/** All variants of an asset, sorted by name. */
export async function variantsOf(unit: UnitOfWork, assetId: string): Promise<readonly Variant[]> {
  const { rows } = await unit.executeSql(
    'select * from rindle.media_variants where asset_id = $1::uuid order by name',
    [assetId],
  )
  return rows.map(variantFromRow)
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
