import { readFile, stat } from 'node:fs/promises'
import type { Asset } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { failureOf } from '../domain/failures.ts'
import { isDeliverable } from '../domain/states.ts'
import { payloadText } from '../kernel/payload-text.ts'
import { makeRunDirectory } from '../kernel/run-directory.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { numberOrNull } from '../kernel/sql/row-values.ts'
import { DELIVERABLE } from '../kernel/sql/state-literals.ts'
import type { RunningJob } from '../ports/jobs.ts'
import { errorFields } from '../ports/logger.ts'
import type { ExtractedSubtitles, Processor } from '../ports/processor.ts'
import { acquireOriginal, assertWhole } from '../variants/making/original.ts'
import { storeTrack } from './store-track.ts'
import { languageOr, trackLabel } from './text/language.ts'
import { MAX_TRACK_BYTES, readTrack } from './text/read-track.ts'
import { trackProblem } from './text/track-problem.ts'

const WAITED = `(waiting_since is not null and state in (${DELIVERABLE}))`

/**
 * The work of `rindle_media` on the subtitles in an original: each becomes a track. Safe to repeat after a killed worker:
 * a track that is there is not stored again. A damaged track is left out, and the log tells why. Rejects after an outage,
 * when this process lacks something, and while a retry may help: the work is still to be done then.
 */
export async function extractSubtitles(runtime: Runtime, job: RunningJob): Promise<void> {
  const assetId = payloadText(job.payload, 'assetId')
  try {
    const asset = await waitingAsset(runtime, assetId)
    if (asset === null) return
    await extractFrom(runtime, job, asset)
  } catch (error) {
    if (job.signal.aborted) throw error
    const failure = failureOf(error)
    // A missing original may be restored; its bytes decide nothing here.
    const isOfOriginal = failure.reason === 'original_missing' || failure.reason === 'original_damaged'
    const isFinal = failure.kind === 'verdict' || (failure.kind === 'defect' && job.isLastAttempt)
    if (isOfOriginal || !isFinal) throw error
    runtime.logger.warn({ assetId, ...errorFields(error) }, 'The subtitles of an original could not be extracted.')
  }
  await noLongerWanted(runtime, assetId)
}

async function waitingAsset({ database }: Runtime, assetId: string): Promise<Asset | null> {
  const { rows } = await database.executeSql(
    'select * from rindle.media_assets where id = $1::uuid and subtitles_wanted_at is not null',
    [assetId],
  )
  const asset = rows[0] === undefined ? null : assetFromRow(rows[0])
  return asset !== null && isDeliverable(asset.state) ? asset : null
}

/** Whatever the asset waited for is over; the reasons of a purge and of a damaged original stay. */
async function noLongerWanted({ database }: Runtime, assetId: string): Promise<void> {
  const forgotten = (column: string): string =>
    `${column} = case when ${WAITED} and original_damaged_at is null then null else ${column} end`
  await database.executeSql(
    `update rindle.media_assets
     set subtitles_wanted_at = null, waiting_since = case when ${WAITED} then null else waiting_since end,
       ${forgotten('error_reason')}, ${forgotten('error_message')}
     where id = $1::uuid`,
    [assetId],
  )
}

async function extractFrom(runtime: Runtime, job: RunningJob, asset: Asset): Promise<void> {
  const { signal } = job
  const { accept } = profileOf(runtime, asset.profile)
  const { maxPixels, maxDurationMs } = accept
  const limits = { maxPixels, ...(maxDurationMs === null ? {} : { maxDurationMs }) }
  const extract = extractorOf(runtime, asset)
  await using source = await acquireOriginal(runtime, asset, signal)
  await using directory = await makeRunDirectory(runtime.workDirectory)
  let found: readonly ExtractedSubtitles[]
  try {
    found = await extract(source.file, { limits, directory: directory.path, signal })
  } catch (error) {
    // Only intact bytes prove anything.
    if (failureOf(error).kind === 'verdict') await assertWhole(runtime, asset, source.file, signal)
    throw error
  }
  const known = await extractedBefore(runtime, asset.id)
  for (const subtitles of found) if (!known.has(subtitles.index)) await store(runtime, asset, subtitles, job)
}

function extractorOf({ processors }: Runtime, asset: Asset): NonNullable<Processor['extractSubtitles']> {
  const processor = processors.find(
    (candidate) => candidate.extractSubtitles !== undefined && candidate.probes.has(asset.contentType ?? ''),
  )
  if (processor?.extractSubtitles !== undefined) return processor.extractSubtitles.bind(processor)
  const message = `No processor of this worker extracts subtitles from ${asset.contentType}. Add @rindle/processor-av.`
  throw new RindleError('processor_capability_missing', message)
}

async function extractedBefore({ database }: Runtime, assetId: string): Promise<ReadonlySet<number | null>> {
  const { rows } = await database.executeSql(
    'select source_index from rindle.media_tracks where asset_id = $1::uuid and source_index is not null',
    [assetId],
  )
  return new Set(rows.map((row) => numberOrNull(row, 'source_index')))
}

/** A fault of one track is no fault of the others. */
async function store(
  runtime: Runtime,
  asset: Asset,
  subtitles: ExtractedSubtitles,
  { signal, isLastAttempt }: RunningJob,
): Promise<void> {
  const { index, isForced, isCaptions, isDefault } = subtitles
  const skip = (fields: { readonly code: string }): void =>
    runtime.logger.warn({ assetId: asset.id, stream: index, ...fields }, 'A subtitle track of an original is left out.')
  try {
    if ('error' in subtitles) throw subtitles.error
    const text = await textOf(subtitles.path)
    const lang = languageOr(subtitles.lang)
    const label = `${trackLabel(subtitles.title, lang)}${isForced ? ' (forced)' : ''}`
    const kind = isCaptions ? 'captions' : 'subtitles'
    // Whoever added a default meanwhile wants that.
    const isWanted = isDefault && !(await hasDefault(runtime, asset.id))
    const stored = await storeTrack(
      runtime,
      asset,
      { kind, lang, label, isDefault: isWanted, sourceIndex: index, text },
      signal,
    )
    if (stored === 'too_many') skip({ code: 'conflict' })
  } catch (error) {
    const { kind } = failureOf(error)
    if (signal.aborted || !(kind === 'verdict' || (kind === 'defect' && isLastAttempt))) throw error
    skip(errorFields(error))
  }
}

async function textOf(path: string): Promise<ReturnType<typeof readTrack>> {
  const { size } = await stat(path)
  if (size > MAX_TRACK_BYTES) throw trackProblem(`it has ${size} bytes; at most ${MAX_TRACK_BYTES} are allowed`)
  return readTrack(await readFile(path))
}

async function hasDefault({ database }: Runtime, assetId: string): Promise<boolean> {
  const { rows } = await database.executeSql(
    `select 1 from rindle.media_tracks where asset_id = $1::uuid and is_default and kind <> 'chapters'`,
    [assetId],
  )
  return rows.length > 0
}
