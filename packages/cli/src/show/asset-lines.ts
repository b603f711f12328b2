import type {
  MediaAsset,
  MediaAttachment,
  MediaHold,
  MediaProcessingRun,
  MediaTrack,
  MediaTrashedAttachment,
  MediaVariant,
} from '@rindle/prisma'
import { formatDimensions } from '../format-dimensions.ts'
import { formatDuration } from '../format-duration.ts'
import { formatSize } from '../format-size.ts'
import { formatTable } from '../format-table.ts'
import { printable } from '../printable.ts'
import { reasonText } from '../reason-text.ts'
import { type Style, stateIn } from '../style.ts'
import type { AssetFacts } from './read-asset.ts'

/** An asset with its related rows, in sections. Pure. */
export function assetLines(id: string, facts: AssetFacts, style: Style): readonly string[] {
  const { asset, hold, sessions, attachments, trashedAttachments, jobs } = facts
  return [
    ...(asset === null ? [`asset ${id} was deleted; its runs are kept`] : headLines(asset, hold, style)),
    ...section('variants', ['name', 'state', 'size', 'dimensions', 'attempt', 'reason'], facts.variants, (variant) =>
      variantRow(variant, style),
    ),
    ...section('reasons', ['variant', 'waits since', 'message'], facts.variants.filter(hasMessage), (variant) => [
      variant.name,
      variant.waitingSince === null ? '-' : timeText(variant.waitingSince),
      printable(variant.errorMessage ?? ''),
    ]),
    ...section('tracks', ['id', 'kind', 'language', 'label', 'default', 'cues', 'size'], facts.tracks, trackRow),
    ...section('upload sessions', ['id', 'state', 'strategy', 'reason'], sessions, (session) => [
      session.id,
      stateIn(style, session.state),
      session.uploadStrategy,
      printable(session.failureReason ?? ''),
    ]),
    ...section('attachments', ATTACHMENT_HEAD, attachments, attachmentRow),
    ...section('attachments in the trash', ATTACHMENT_HEAD, trashedAttachments, attachmentRow),
    ...section('runs', ['variant', 'attempt', 'state', 'started', 'took', 'reason', 'worker'], facts.runs, (run) =>
      runRow(run, style),
    ),
    ...(jobs === null ? ['', 'jobs: no queue in this database'] : []),
    ...section('jobs', ['queue', 'state', 'failures', 'since', 'id'], jobs ?? [], (job) => [
      job.queue,
      stateIn(style, job.state),
      String(job.failures),
      timeText(job.createdAt),
      job.id,
    ]),
  ]
}

function headLines(asset: MediaAsset, hold: MediaHold | null, style: Style): readonly string[] {
  const facts: readonly (readonly [string, string | null])[] = [
    ['profile', asset.profile],
    ['filename', asset.filename],
    ['type', asset.contentType ?? asset.declaredContentType],
    ['size', asset.byteSize === null ? null : formatSize(Number(asset.byteSize))],
    ['dimensions', asset.width === null ? null : formatDimensions(asset)],
    ['duration', asset.durationMs === null ? null : formatDuration(Number(asset.durationMs))],
    ['tenant', asset.tenant],
    ['storage', asset.storage],
    ['key', asset.storageKey],
    ['sha256', asset.checksumSha256],
    ['removed', asset.removedMetadata === 'keep' ? null : `metadata (${asset.removedMetadata})`],
    ['uploaded', asset.uploadedSha256 === asset.checksumSha256 ? null : asset.uploadedSha256],
    ['created', timeText(asset.createdAt)],
    ['updated', timeText(asset.updatedAt)],
    ['reason', asset.errorReason === null ? null : reasonText(asset.errorReason, asset.errorMessage)],
    ['waits', asset.waitingSince === null ? null : `since ${timeText(asset.waitingSince)}`],
    ['trashed', asset.trashedAt === null ? null : `since ${timeText(asset.trashedAt)}`],
    ['purge', asset.purgeAt === null ? null : `due ${timeText(asset.purgeAt)}`],
    ['hold', hold === null ? null : holdText(hold)],
    ['damaged', asset.originalDamagedAt === null ? null : `since ${timeText(asset.originalDamagedAt)}`],
  ]
  return [
    `asset ${asset.id} ${stateIn(style, asset.state)}`,
    ...formatTable(facts.flatMap(([name, value]) => (value === null ? [] : [[`  ${name}`, printable(value)]]))),
  ]
}

function variantRow(variant: MediaVariant, style: Style): readonly string[] {
  const { name, state, byteSize, attempt, errorReason } = variant
  const size = formatSize(byteSize === null ? null : Number(byteSize))
  return [name, stateIn(style, state), size, formatDimensions(variant), String(attempt), printable(errorReason ?? '')]
}

const ATTACHMENT_HEAD = ['owner', 'slot', 'position', 'since'] as const

function attachmentRow(attachment: MediaAttachment | MediaTrashedAttachment): readonly string[] {
  return [
    printable(`${attachment.ownerType}:${attachment.ownerId}`),
    printable(attachment.slot),
    String(attachment.position),
    timeText(attachment.createdAt),
  ]
}

function holdText({ reason, until }: MediaHold): string {
  return until === null ? reason : `${reason}; until ${timeText(until)}`
}

function trackRow(track: MediaTrack): readonly string[] {
  const { id, kind, lang, label, isDefault, cueCount, byteSize } = track
  return [id, kind, lang, printable(label), isDefault ? 'yes' : 'no', String(cueCount), formatSize(Number(byteSize))]
}

function hasMessage({ errorMessage }: MediaVariant): boolean {
  return errorMessage !== null
}

function runRow(run: MediaProcessingRun, style: Style): readonly string[] {
  const { startedAt, finishedAt } = run
  const tookMs = startedAt === null || finishedAt === null ? null : finishedAt.getTime() - startedAt.getTime()
  return [
    run.variantName ?? '-',
    String(run.attempt),
    stateIn(style, run.state),
    startedAt === null ? '-' : timeText(startedAt),
    formatDuration(tookMs),
    printable(run.errorReason ?? ''),
    printable(run.worker),
  ]
}

/** A table with a heading, or nothing if there are no rows. */
function section<Row>(
  title: string,
  head: readonly string[],
  rows: readonly Row[],
  cellsOf: (row: Row) => readonly string[],
): readonly string[] {
  if (rows.length === 0) return []
  const table = formatTable([head, ...rows.map(cellsOf)])
  return ['', `${title} (${rows.length})`, ...table.map((line) => `  ${line}`)]
}

function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}
