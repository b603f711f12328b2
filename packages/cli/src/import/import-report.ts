import { type FileHandle, open } from 'node:fs/promises'

/** The outcomes of files, in the order of the summary. */
const OUTCOMES = [
  'imported',
  'already',
  'missing',
  'refused',
  'damaged',
  'unmapped',
  'unattached',
  'unmatched',
  'variant',
  'errors',
] as const

/** The outcome of one file. */
export type ImportOutcome = (typeof OUTCOMES)[number]

/** One line of the report. */
export interface ImportLine {
  readonly key: string
  readonly outcome: ImportOutcome
  readonly assetId?: string
  /** A code. */
  readonly reason?: string
  readonly message?: string
}

/** The most problems that are kept for the terminal; the file has all. */
const MOST_SHOWN = 20

/** Outcomes that a person should look at. */
const PROBLEMS: readonly ImportOutcome[] = ['missing', 'refused', 'damaged', 'errors']

/** Counts outcomes, keeps the first problems and the kinds that nothing maps, and writes each line to a file. */
export class ImportReport implements AsyncDisposable {
  readonly counts: Record<ImportOutcome, number>
  readonly problems: ImportLine[] = []
  /** How many files each kind has that no `--map` names. */
  readonly unmapped: Map<string, number> = new Map()
  /** Whether a place answered nothing any more. */
  stopped: boolean = false
  readonly #file: FileHandle | null
  #written: Promise<unknown> = Promise.resolve()

  private constructor(file: FileHandle | null) {
    this.#file = file
    this.counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<ImportOutcome, number>
  }

  /** Begins a report; `path`: also one JSON document a line, in a file that is overwritten. */
  static async begin(path: string | undefined): Promise<ImportReport> {
    return new ImportReport(path === undefined ? null : await open(path, 'w'))
  }

  add(line: ImportLine): void {
    this.counts[line.outcome] += 1
    if (PROBLEMS.includes(line.outcome) && this.problems.length < MOST_SHOWN) this.problems.push(line)
    if (line.outcome === 'unmapped' && line.message !== undefined) {
      this.unmapped.set(line.message, (this.unmapped.get(line.message) ?? 0) + 1)
    }
    const { key, outcome, assetId, reason, message } = line
    const file = this.#file
    if (file === null) return
    const text = `${JSON.stringify({ key, outcome, asset_id: assetId, reason, message })}\n`
    this.#written = this.#written.then(() => file.appendFile(text))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#written
    } finally {
      await this.#file?.close()
    }
  }
}
