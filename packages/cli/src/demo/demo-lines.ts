import { formatDimensions } from '../format-dimensions.ts'
import { formatDuration } from '../format-duration.ts'
import { formatSize } from '../format-size.ts'
import { formatTable } from '../format-table.ts'
import { printable } from '../printable.ts'
import { type Style, stateIn } from '../style.ts'
import { type DemoFile, endOf, reasonOf, type UrlAnswer } from './demo-file.ts'

const HEAD = ['variant', 'state', 'size', 'dimensions', 'time', 'GET'] as const

/** What is printed of one file: its end, and a table of its variants. Pure. */
export function demoFileLines(demoFile: DemoFile, style: Style): readonly string[] {
  const { file, asset, tookMs, answers } = demoFile
  const reason = reasonOf(demoFile)
  const id = asset === null ? '' : style.faint(`  asset ${asset.id}`)
  const headline = `${style.strong(printable(file))}  ${stateIn(style, endOf(demoFile))}${id}`
  if (asset === null || answers.size === 0) {
    return ['', headline, ...(reason === null ? [] : [`  ${printable(reason)}`])]
  }
  const original = ['original', 'stored', formatSize(asset.byteSize), formatDimensions(asset), '']
  const variants = asset.variants.map((variant) => [
    variant.name,
    stateIn(style, variant.state),
    formatSize(variant.byteSize),
    formatDimensions(variant),
    formatDuration(tookMs.get(variant.name) ?? null),
  ])
  const rows = [original, ...variants].map((row) => [...row, answerText(answers.get(row[0] ?? ''), style)])
  return ['', headline, ...formatTable([HEAD, ...rows]).map((line) => `  ${line}`)]
}

/** The URLs of all files, each on a line with its file and variant. Pure. */
export function urlLines(files: readonly DemoFile[]): readonly string[] {
  const rows = files.flatMap(({ file, answers }) => [...answers].map(([name, { url }]) => [printable(file), name, url]))
  return rows.length === 0 ? [] : ['', 'Signed URLs, good for a day:', ...formatTable(rows)]
}

function answerText(answer: UrlAnswer | undefined, style: Style): string {
  if (answer === undefined) return '-'
  if (answer.isWhole) return style.good('200')
  return style.bad(answer.status === 200 ? `200, but ${answer.byteSize} bytes` : String(answer.status ?? 'no answer'))
}
