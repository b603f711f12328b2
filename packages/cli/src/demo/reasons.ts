import type { AssetWithVariants } from '@rindle/core'
import { reasonText } from '../reason-text.ts'
import type { UploadResult } from '../upload/upload-file.ts'
import { isSettled } from '../wait-until-settled.ts'

/**
 * Why a file is not ready, in sentences; none when it is. Pure.
 *
 * @param said What the instance reported of the asset.
 */
export function reasonsOf(
  result: UploadResult,
  asset: AssetWithVariants | null,
  said: string | undefined,
): readonly string[] {
  if (result.outcome !== 'uploaded') return [`${result.reason}: ${result.message}`]
  if (asset === null) return ['It was deleted meanwhile.']
  if (asset.state === 'quarantined') return [quarantineReason(asset.errorReason, said)]
  const failed = asset.variants.filter(({ state }) => state === 'failed')
  const byReason = Map.groupBy(failed, ({ errorReason }) => errorReason)
  return [
    ...(isSettled(asset) ? [] : ['The work on it did not end in time.']),
    ...[...byReason].map(([reason, variants]) => {
      const names = variants.map(({ name }) => name).join(', ')
      return `${names}: ${reasonText(reason)}`
    }),
  ]
}

/** The report of this very file says more than the meaning of its code. */
function quarantineReason(reason: string | null, said: string | undefined): string {
  const message = said?.replace(/^The asset is quarantined\. /, '')
  return message === undefined ? reasonText(reason) : `${reason ?? 'unknown reason'}: ${message}`
}
