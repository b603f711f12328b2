import { counted, extensionFor } from '@rindle/core/adapter'
import type { CommandContext, Outcome } from '../command.ts'
import { formatSummary } from '../format-summary.ts'
import { MAX_ROWS, type TileRow } from './contact-sheet.ts'
import { type DemoFile, demoFileDocument, endOf } from './demo-file.ts'
import { urlLines } from './demo-lines.ts'

/** The input of the last lines, besides counts. */
export interface Conclusion {
  /** Path of the contact sheet, as it is printed. */
  readonly sheet: string
  /** Its contents. */
  readonly rows: readonly TileRow[]
  /** Whether the URLs keep answering. */
  readonly isKept: boolean
  /** Whether they are printed; otherwise the last line is the console's address. */
  readonly hasUrls: boolean
  /** The address that opens the console. */
  readonly link: string
}

/** How the demo ends, and whether it serves the URLs first. */
export interface Concluded {
  readonly outcome: Outcome
  readonly isServing: boolean
}

/** Prints the summary, and returns how the command ends. */
export function conclude(
  files: readonly DemoFile[],
  conclusion: Conclusion,
  { io, report }: CommandContext,
): Concluded {
  const answers = files.flatMap((file) => [...file.answers.values()])
  const whole = answers.filter(({ isWhole }) => isWhole)
  const counts = {
    files: files.length,
    ready: files.filter((file) => endOf(file) === 'ready').length,
    not_ready: files.filter((file) => endOf(file) !== 'ready').length,
    urls: answers.length,
    urls_failed: answers.length - whole.length,
  }
  for (const line of [...(conclusion.hasUrls ? urlLines(files) : []), '', ...formatSummary(counts), ''])
    report.line(line)
  if (answers.length > 0)
    report.line(`${whole.length} of ${counted(answers.length, 'URL')} answered 200 with every byte.`)
  for (const line of sheetLines(conclusion)) report.line(line)
  const isInterrupted = io.signal.aborted
  const isServing = conclusion.isKept && whole.length > 0 && !isInterrupted
  for (const line of isInterrupted ? ['Interrupted.'] : servingLines(files, isServing, conclusion)) report.line(line)
  const document = {
    ...counts,
    interrupted: isInterrupted,
    contactSheet: conclusion.sheet,
    serving: isServing,
    files: files.map(demoFileDocument),
  }
  const hasFailed = counts.not_ready + counts.urls_failed > 0
  return { outcome: { exitCode: isInterrupted ? 130 : hasFailed ? 1 : 0, document }, isServing }
}

/** The smallest picture first, then others that are pleasant to open. */
function preference(name: string): number {
  const position = ['thumb', 'poster', 'sound'].indexOf(name)
  return position === -1 ? Number.POSITIVE_INFINITY : position
}

/** Also names the columns, because a machine without fonts draws no labels. */
function sheetLines({ sheet, rows }: Conclusion): readonly string[] {
  const columns = [...new Set(rows.flatMap(({ tiles }) => tiles.map(({ name }) => name)))].toSorted()
  const rowsNote = rows.length > MAX_ROWS ? `The first ${MAX_ROWS} of ${rows.length} files` : 'A row per file'
  return [`Contact sheet: ${sheet}`, ...(columns.length === 0 ? [] : [`  ${rowsNote}: ${columns.join(', ')}.`])]
}

function servingLines(
  files: readonly DemoFile[],
  isServing: boolean,
  { hasUrls, link }: Conclusion,
): readonly string[] {
  if (!hasUrls) return isServing ? ['', `See them in the console until Ctrl-C: ${link}`] : []
  const [sample] = files
    .flatMap(({ asset, answers }) =>
      (asset?.variants ?? []).flatMap(({ name, contentType }) => {
        const answer = answers.get(name)
        return answer === undefined ? [] : [{ name, contentType, url: answer.url }]
      }),
    )
    .toSorted((a, b) => preference(a.name) - preference(b.name))
  if (sample === undefined) return []
  if (!isServing) return ['The URLs stop working now. Use --keep to keep serving them.']
  return [
    'Serving the URLs until Ctrl-C. Try one in another terminal:',
    '',
    `curl -o ${sample.name}${extensionFor(sample.contentType ?? '')} '${sample.url}'`,
  ]
}
