import type { WalkOptions, WalkProgress } from '@rindle/core'
import stringWidth from 'string-width'
import { aborted } from '../aborted.ts'
import type { CommandContext } from '../command.ts'
import { formatAge } from '../format-age.ts'
import { createProgress } from '../progress.ts'

/** The display of a long verb on a terminal. */
export interface WalkDisplay extends Disposable {
  /** For the verb; `undefined` if nobody would see it, so that the verb need not count its total. */
  readonly onProgress: WalkOptions['onProgress']
  /** Removes the display. */
  clear(): void
}

/** The rate is that of the last seconds: an earlier, slower phase says nothing about the rest. */
const WINDOW_MS = 20_000
/** No rate is shown earlier. */
const FIRST_RATE_MS = 1_000
/** A shorter verb needs no display. */
const SHOW_AFTER_MS = 1_000
/** Beside the text there are the spinner and a space; the last column stays empty, because terminals wrap there. */
const RESERVED_COLUMNS = 3

/** Shows the verb's progress, its rate and the time left; before the first report, and while it stops, only a text. */
export function createWalkDisplay(context: CommandContext, title: string): WalkDisplay {
  const { io, report } = context
  if (io.stderr.isTTY !== true || report.format === 'json') {
    return { onProgress: undefined, clear: () => undefined, [Symbol.dispose]: () => undefined }
  }
  const progress = createProgress(context)
  const rate = new RateMeter(performance.now())
  let isOver = false
  const show = (text: string): void => {
    if (!isOver) progress.show(io.signal.aborted ? 'Stopping after the current items' : text)
  }
  const first = setTimeout(() => show(title), SHOW_AFTER_MS)
  void aborted(io.signal).then(() => show(''))
  const clear = (): void => {
    isOver = true
    clearTimeout(first)
    progress.clear()
  }
  return {
    onProgress: (counts, walked) => {
      clearTimeout(first)
      const perSecond = rate.at(performance.now(), walked.done)
      show(progressText(walked, perSecond, counts, (io.stderr.columns ?? 80) - RESERVED_COLUMNS))
    },
    clear,
    [Symbol.dispose]: clear,
  }
}

/** The recent rate per second. */
export class RateMeter {
  readonly #samples: { readonly atMs: number; readonly done: number }[]

  constructor(startMs: number) {
    this.#samples = [{ atMs: startMs, done: 0 }]
  }

  /** Takes a sample and returns the rate; `null` while it is too early. */
  at(nowMs: number, done: number): number | null {
    this.#samples.push({ atMs: nowMs, done })
    // One sample older than the window stays, so that the rate never covers only an instant.
    while (nowMs - (this.#samples[1]?.atMs ?? nowMs) > WINDOW_MS) this.#samples.shift()
    const [oldest] = this.#samples
    const tookMs = nowMs - (oldest?.atMs ?? nowMs)
    return tookMs < FIRST_RATE_MS ? null : ((done - (oldest?.done ?? 0)) / tookMs) * 1_000
  }
}

/**
 * `12,300 of about 1,000,000 (1%)  1,230/s  13 min left  errors 1`, with as many of the counts as fit, errors first.
 * Pure.
 */
export function progressText(
  { done, total, isEstimate }: WalkProgress,
  perSecond: number | null,
  counts: Readonly<Record<string, number>>,
  columns: number,
): string {
  // An estimate that was too low is not shown any more.
  const known = total !== null && (done <= total || !isEstimate) ? Math.max(done, total) : null
  const parts = [
    known === null
      ? formatNumber(done)
      : `${formatNumber(done)} of ${isEstimate ? 'about ' : ''}${formatNumber(known)}`,
    ...(perSecond === null ? [] : [formatRate(perSecond)]),
    ...(known === null || perSecond === null || perSecond === 0 ? [] : [leftText((known - done) / perSecond)]),
  ]
  if (known !== null && known > 0) parts[0] += ` (${Math.floor((100 * done) / known)}%)`
  let text = parts.join('  ')
  for (const [name, count] of shownCounts(counts, done)) {
    const longer = `${text}  ${name} ${formatNumber(count)}`
    if (stringWidth(longer) <= columns) text = longer
  }
  return text.slice(0, Math.max(0, columns))
}

/** Leaves out a count that only repeats the position. */
function shownCounts(counts: Readonly<Record<string, number>>, done: number): readonly (readonly [string, number])[] {
  const rank = (name: string): number => (name === 'errors' || name === 'failed' ? 0 : 1)
  return Object.entries(counts)
    .filter(([, count]) => count > 0 && count !== done)
    .map(([name, count]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), count] as const)
    .toSorted(([a], [b]) => rank(a) - rank(b))
}

function formatNumber(count: number): string {
  return count.toLocaleString('en-US')
}

function formatRate(perSecond: number): string {
  if (perSecond >= 10 || perSecond === 0) return `${formatNumber(Math.round(perSecond))}/s`
  return perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`
}

function leftText(seconds: number): string {
  return `${formatAge(Math.ceil(seconds))} left`
}
