import { basename } from 'node:path'
import { type AssetWithVariants, isDeliverable } from '@rindle/core'
import type { CommandContext } from '../command.ts'
import { printable } from '../printable.ts'
import { createProgress, type Progress } from '../progress.ts'
import { type UploadResult, uploadFile } from '../upload/upload-file.ts'
import { variantMarks } from '../variant-marks.ts'
import { waitUntilSettled } from '../wait-until-settled.ts'
import type { Tile, TileRow } from './contact-sheet.ts'
import { type DemoFile, timesOf } from './demo-file.ts'
import { demoFileLines } from './demo-lines.ts'
import type { DemoPackages } from './demo-packages.ts'
import type { DemoSource } from './demo-sources.ts'
import { fetchUrls } from './fetch-urls.ts'
import { reasonsOf } from './reasons.ts'
import type { Demo } from './with-demo.ts'

/** The dependencies of the work on files. */
export interface DemoWork {
  readonly demo: Demo
  readonly packages: DemoPackages
  readonly context: CommandContext
}

/** The files with their results, and their pictures. */
export interface ProcessedFiles {
  readonly files: readonly DemoFile[]
  readonly rows: readonly TileRow[]
}

/** Long enough for hundreds of photographs on a small machine. */
const TIMEOUT_MS = 900_000

/**
 * Uploads the files one after the other, waits for each one's variants, fetches its URLs, and prints it. An interrupt
 * ends uploading and waiting; files that were uploaded are still printed.
 */
export async function processFiles(sources: readonly DemoSource[], work: DemoWork): Promise<ProcessedFiles> {
  const { report } = work.context
  using progress = createProgress(work.context)
  const results = await uploadAll(sources, work, progress)
  const deadline = Date.now() + TIMEOUT_MS
  const files: DemoFile[] = []
  const rows: TileRow[] = []
  for (const [index, [source, result]] of results.entries()) {
    const position = `(${index + 1} of ${results.length})`
    const asset = result.outcome === 'uploaded' ? await settled(result.asset.id, source, position) : null
    const { file, tiles } = await finish(source, result, asset, work)
    progress.clear()
    files.push(file)
    if (tiles.length > 0) rows.push({ title: printable(basename(source.file)), tiles })
    for (const line of demoFileLines(file, work.context)) report.line(line)
  }
  return { files, rows }

  function settled(assetId: string, { file }: DemoSource, position: string): Promise<AssetWithVariants | null> {
    const onLook = (asset: AssetWithVariants): void =>
      progress.show(`${printable(file)} ${position}  ${variantMarks(asset, report.style)}`)
    return waitUntilSettled(work.demo.rindle, assetId, { signal: work.context.io.signal, deadline, onLook })
  }
}

async function uploadAll(
  sources: readonly DemoSource[],
  { demo, context }: DemoWork,
  progress: Progress,
): Promise<readonly (readonly [DemoSource, UploadResult])[]> {
  const results: [DemoSource, UploadResult][] = []
  for (const source of sources) {
    if (context.io.signal.aborted) break
    progress.show(`Uploading ${printable(source.file)} (${results.length + 1} of ${sources.length})`)
    const options = source.filename === undefined ? {} : { filename: source.filename }
    results.push([source, await uploadFile(demo.rindle, demo.profile, source.source, options)])
  }
  progress.clear()
  return results
}

async function finish(
  source: DemoSource,
  result: UploadResult,
  asset: AssetWithVariants | null,
  { demo, packages }: DemoWork,
): Promise<{ readonly file: DemoFile; readonly tiles: readonly Tile[] }> {
  const reasons = reasonsOf(result, asset)
  const base: DemoFile = { file: source.file, result, asset, reasons, tookMs: new Map(), answers: new Map() }
  if (asset === null || !isDeliverable(asset.state)) return { file: base, tiles: [] }
  const tookMs = await timesOf(demo.rindle, asset.id)
  const { answers, tiles } = await fetchUrls(demo.rindle, asset, packages.sharp)
  return { file: { ...base, tookMs, answers }, tiles }
}
