import type { Asset } from '../domain/entities.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import type { UnitOfWork } from '../kernel/unit-of-work.ts'

/**
 * Reads an asset and locks its row until the transaction ends, or returns `null`. Every transaction that changes a
 * variant or enqueues a job for an existing asset takes this lock first. The lock makes the aggregate right and a job
 * key safe: a waiting job for the key can be relied on, because it cannot claim before this transaction has ended.
 */
export async function lockAsset(unit: UnitOfWork, assetId: string): Promise<Asset | null> {
  const { rows } = await unit.executeSql('select * from rindle.media_assets where id = $1::uuid for no key update', [
    assetId,
  ])
  return rows[0] === undefined ? null : assetFromRow(rows[0])
}
