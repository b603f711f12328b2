import type { AssetWithVariants, JsonObject } from '@rindle/core'
import { isSettledState } from '@rindle/core/adapter'
import type { DeliveryUrl } from '../delivery-urls.ts'
import { printable } from '../printable.ts'
import { reasonText } from '../reason-text.ts'
import { type Style, stateIn } from '../style.ts'
import type { UploadResult } from './upload-file.ts'

/** A file of the command line with its result. */
export interface FileUpload {
  readonly file: string
  readonly result: UploadResult
  /** The latest state; `null` if nothing was uploaded or it is already gone. */
  readonly asset: AssetWithVariants | null
  readonly urls: readonly DeliveryUrl[]
}

/** The printed lines of an upload: one that begins with `asset`, `rejected` or `error`, and indented details. */
export function uploadLines(upload: FileUpload, style: Style, hasWaited: boolean): readonly string[] {
  const { file, result, asset, urls } = upload
  if (result.outcome !== 'uploaded') {
    return [`${style.bad(result.outcome)} ${result.reason} ${printable(file)}: ${printable(result.message)}`]
  }
  const failed = asset?.variants.filter(({ state }) => state === 'failed') ?? []
  const width = Math.max(0, ...urls.map(({ name }) => name.length))
  return [
    `asset ${result.asset.id} ${stateIn(style, stateOf(upload))} ${printable(file)}`,
    ...(asset?.state === 'quarantined' ? [`  ${printable(reasonText(asset.errorReason, asset.errorMessage))}`] : []),
    ...failed.map(
      ({ name, errorReason, errorMessage }) => `  ${name}: ${printable(reasonText(errorReason, errorMessage))}`,
    ),
    ...(hasWaited && asset !== null && !isSettledState(asset.state) ? [unsettledLine(asset)] : []),
    ...urls.map(({ name, url }) => `  ${name.padEnd(width)}  ${url}`),
  ]
}

function unsettledLine({ waitingSince, errorReason, errorMessage }: AssetWithVariants): string {
  if (waitingSince === null) return '  Still in progress. Is a worker running? Start one with `rindle worker`.'
  return `  Waiting; it continues automatically: ${printable(reasonText(errorReason, errorMessage))}`
}

/** The same for `--format json`. */
export function uploadDocument(upload: FileUpload): JsonObject {
  const { file, result, asset, urls } = upload
  if (result.outcome !== 'uploaded') return { file, ...result }
  return {
    file,
    outcome: 'uploaded',
    assetId: result.asset.id,
    state: stateOf(upload),
    reason: asset?.errorReason ?? null,
    urls: Object.fromEntries(urls.map(({ name, url }) => [name, url])),
  }
}

/** Counts for the summary; the last two only after waiting. */
export function uploadCounts(uploads: readonly FileUpload[], hasWaited: boolean): Readonly<Record<string, number>> {
  const count = (outcome: UploadResult['outcome']): number =>
    uploads.filter(({ result }) => result.outcome === outcome).length
  const ready = uploads.filter(({ asset }) => asset?.state === 'ready').length
  return {
    uploaded: count('uploaded'),
    rejected: count('rejected'),
    errors: count('error'),
    ...(hasWaited ? { ready, not_ready: count('uploaded') - ready } : {}),
  }
}

function stateOf({ asset }: FileUpload): string {
  return asset?.state ?? 'deleted'
}
