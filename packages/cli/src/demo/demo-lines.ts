import { counted } from '@rindle/core/adapter'
import type { CommandContext } from '../command.ts'
import { formatDimensions } from '../format-dimensions.ts'
import { formatDuration } from '../format-duration.ts'
import { formatSize } from '../format-size.ts'
import { formatTable } from '../format-table.ts'
import { paragraph } from '../paragraph.ts'
import { printable } from '../printable.ts'
import { type Style, stateIn } from '../style.ts'
import { type DemoFile, endOf, type UrlAnswer } from './demo-file.ts'

const HEAD = ['variant', 'state', 'size', 'dimensions', 'time', 'GET'] as const

/** The printed lines of one file: its end, the reason if it is not ready, and a table of its variants. */
export function demoFileLines(demoFile: DemoFile, { io, report: { style } }: CommandContext): readonly string[] {
  const { file, asset, reasons, tookMs, answers } = demoFile
  const id = asset === null ? '' : style.faint(`  asset ${asset.id}`)
  const headline = `${style.strong(printable(file))}  ${stateIn(style, endOf(demoFile))}${id}`
  const head = ['', headline, ...reasons.flatMap((reason) => paragraph(printable(reason), io.stdout))]
  if (asset === null || answers.size === 0) return head
  const original = ['original', 'stored', formatSize(asset.byteSize), formatDimensions(asset), '']
  const variants = asset.variants.map((variant) => [
    variant.name,
    stateIn(style, variant.state),
    formatSize(variant.byteSize),
    formatDimensions(variant),
    formatDuration(tookMs.get(variant.name) ?? null),
  ])
  const rows = [original, ...variants].map((row) => [...row, answerText(answers.get(row[0] ?? ''), style)])
  return [...head, ...formatTable([HEAD, ...rows]).map((line) => `  ${line}`)]
}

/** The URLs of all files, each on a line with its file and variant. Pure. */
export function urlLines(files: readonly DemoFile[]): readonly string[] {
  const rows = files.flatMap(({ file, answers }) => [...answers].map(([name, { url }]) => [printable(file), name, url]))
  return rows.length === 0 ? [] : ['', 'Signed URLs, valid for a day:', ...formatTable(rows)]
}

function answerText(answer: UrlAnswer | undefined, style: Style): string {
  if (answer === undefined) return '-'
  if (answer.isWhole) return style.good('200')
  return style.bad(
    answer.status === 200 ? `200, but ${counted(answer.byteSize, 'byte')}` : String(answer.status ?? 'no answer'),
  )
}
