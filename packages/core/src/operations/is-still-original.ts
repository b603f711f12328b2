import type { Asset } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'

/** Whether a missing object should exist: an asset that was purged meanwhile has lost nothing. */
export async function isStillOriginal(
  runtime: Pick<Runtime, 'database'>,
  { id, storageKey }: Pick<Asset, 'id' | 'storageKey'>,
): Promise<boolean> {
  const { rows } = await runtime.database.executeSql(
    `select 1 from rindle.media_assets where id = $1::uuid and storage_key = $2::text and state <> 'deleted'`,
    [id, storageKey],
  )
  return rows.length > 0
}
