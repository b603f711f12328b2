import type { AssetWithVariants } from '@rindle/core'
import { isSettledState } from '@rindle/core/adapter'
import { reasonText } from '../reason-text.ts'
import type { UploadResult } from '../upload/upload-file.ts'

/** Why a file is not ready, in sentences; none if it is. Pure. */
export function reasonsOf(result: UploadResult, asset: AssetWithVariants | null): readonly string[] {
  if (result.outcome !== 'uploaded') return [`${result.reason}: ${result.message}`]
  if (asset === null) return ['It was deleted in the meantime.']
  if (asset.state === 'quarantined') return [reasonText(asset.errorReason, asset.errorMessage)]
  const failed = asset.variants.filter(({ state }) => state === 'failed')
  const byReason = Map.groupBy(failed, ({ errorReason, errorMessage }) => reasonText(errorReason, errorMessage))
  return [
    ...(isSettledState(asset.state) ? [] : ['Its variants were not finished in time.']),
    ...[...byReason].map(([reason, variants]) => `${variants.map(({ name }) => name).join(', ')}: ${reason}`),
  ]
}
