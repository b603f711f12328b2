import { type AdoptOptions, isRindleError, type Rindle, type WalkOptions } from '@rindle/core'
import { walk } from '@rindle/core/adapter'
import type { FilePlace } from './file-place.ts'
import type { FoundFile, ImportSource, SkippedFile } from './found-file.ts'
import type { ImportReport } from './import-report.ts'
import { type MappedPlace, type Mapping, nameOf } from './mapping.ts'

/** The plan of an import. */
export interface ImportPlan extends WalkOptions {
  readonly source: ImportSource
  readonly place: FilePlace
  readonly mapping: Mapping
  readonly tenant: string | undefined
  /** Imports; otherwise it only judges. */
  readonly live: boolean
  readonly inPlace: boolean
  /** Also takes files that nothing shows. */
  readonly takesUnattached: boolean
  readonly concurrency: number
  readonly report: ImportReport
}

/** A place that is down answers nothing: the rest of the files would only fail one after the other. */
const MOST_OUTAGES_IN_A_ROW = 20

/**
 * Adopts every file of a source. A file that was imported before is left alone, so an interrupted or killed run continues
 * when it is run again. The verdict about one file, or its absence, is counted and does not end the run. Returns whether
 * it was interrupted.
 */
export async function runImport(rindle: Rindle, plan: ImportPlan): Promise<boolean> {
  const { source, report, concurrency } = plan
  const stop = new AbortController()
  const signal = plan.signal === undefined ? stop.signal : AbortSignal.any([plan.signal, stop.signal])
  let outages = 0
  const each = async (file: FoundFile | SkippedFile): Promise<void> => {
    const isOutage = await importOne(rindle, plan, file)
    outages = isOutage ? outages + 1 : 0
    if (outages < MOST_OUTAGES_IN_A_ROW) return
    report.stopped = true
    stop.abort()
  }
  const total = async (): Promise<{ count: number; isEstimate: boolean }> => ({
    count: (await source.count()) ?? 0,
    isEstimate: true,
  })
  const listening = plan.onProgress === undefined ? {} : { onProgress: plan.onProgress, total }
  const { interrupted } = await walk(source.files(), { signal, concurrency, counts: report.counts, each, ...listening })
  return interrupted
}

/** Whether it failed for an outage. */
async function importOne(rindle: Rindle, plan: ImportPlan, file: FoundFile | SkippedFile): Promise<boolean> {
  const { report } = plan
  if ('skipped' in file) {
    report.add({ key: file.key, outcome: file.skipped })
    return false
  }
  const target = targetOf(plan, file)
  if ('outcome' in target) {
    report.add({ key: file.key, ...target })
    return false
  }
  try {
    report.add({ key: file.key, ...(await take(rindle, plan, file, target)) })
    return false
  } catch (error) {
    if (!isRindleError(error)) throw error
    const outcome = outcomeOf(error.code)
    report.add({ key: file.key, outcome, reason: error.code, message: error.message })
    return outcome === 'errors' && error.retryable
  }
}

/** Where a file goes, or why it goes nowhere. */
interface Target {
  readonly profile: string
  readonly places: readonly MappedPlace[]
}

type Nowhere =
  | { readonly outcome: 'unattached' }
  | { readonly outcome: 'unmapped' | 'errors'; readonly message: string }

function targetOf({ mapping, takesUnattached }: ImportPlan, { places }: FoundFile): Target | Nowhere {
  if (places.length === 0) {
    const { profile } = mapping
    return takesUnattached && profile !== undefined ? { profile, places: [] } : { outcome: 'unattached' }
  }
  const mapped = places.map((place) => mapping.placeOf(place)).filter((place) => place !== null)
  const [first] = mapped
  const names = [...new Set(places.map(nameOf))].join(', ')
  if (first === undefined) return { outcome: 'unmapped', message: names }
  if (mapped.every(({ profile }) => profile === first.profile)) return { profile: first.profile, places: mapped }
  return { outcome: 'errors', message: `It is used as ${names}, but one file cannot have two profiles.` }
}

async function take(
  rindle: Rindle,
  { place, live, inPlace, tenant }: ImportPlan,
  { path, filename, createdAt, checksumMd5 }: FoundFile,
  { profile, places }: Target,
): Promise<{ readonly outcome: 'imported' | 'already'; readonly assetId?: string }> {
  const source = await place.sourceOf(path)
  const options: AdoptOptions = {
    attachments: places.map(({ profile: _, ...wanted }) => wanted),
    mode: inPlace ? 'in_place' : 'copy',
    filename: filename ?? path,
    ...(tenant === undefined ? {} : { tenant }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(checksumMd5 === undefined ? {} : { checksumMd5 }),
  }
  if (!live) {
    const { asset } = await rindle.previewAdoption(profile, source, options)
    return asset === null ? { outcome: 'imported' } : { outcome: 'already', assetId: asset.id }
  }
  const { asset, isNew } = await rindle.adopt(profile, source, options)
  return { outcome: isNew ? 'imported' : 'already', assetId: asset.id }
}

function outcomeOf(code: string): 'missing' | 'refused' | 'damaged' | 'errors' {
  if (code === 'storage_object_missing') return 'missing'
  if (code === 'upload_rejected') return 'refused'
  return code === 'checksum_mismatch' ? 'damaged' : 'errors'
}
