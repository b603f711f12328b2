import type { WalkOptions, WalkProgress } from '@rindle/core'
import stringWidth from 'string-width'
import { aborted } from '../aborted.ts'
import type { CommandContext } from '../command.ts'
import { formatAge } from '../format-age.ts'
import { createProgress } from '../progress.ts'

/** What a long verb shows on a terminal. */
export interface WalkDisplay extends Disposable {
  /** To be given to the verb; `undefined` where nobody would see it, so that it need not find out how much there is. */
  readonly onProgress: WalkOptions['onProgress']
  /** Takes the display away. */
  clear(): void
}

/** The rate is that of the last seconds: what was slow before says nothing of what is left. */
const WINDOW_MS = 20_000
/** Before that there is nothing to be told. */
const FIRST_RATE_MS = 1_000
/** What ends sooner needs no display. */
const SHOW_AFTER_MS = 1_000
/** Beside the text stand what turns, and a space; the last column is left alone, where terminals wrap. */
const RESERVED_COLUMNS = 3

/** Shows how far a verb has come, how fast it goes and what is left; before it says so, and when it is to stop, just that. */
export function createWalkDisplay(context: CommandContext, title: string): WalkDisplay {
  const { io, report } = context
  if (io.stderr.isTTY !== true || report.format === 'json') {
    return { onProgress: undefined, clear: () => undefined, [Symbol.dispose]: () => undefined }
  }
  const progress = createProgress(context)
  const rate = new RateMeter(performance.now())
  let isOver = false
  const show = (text: string): void => {
    if (!isOver) progress.show(io.signal.aborted ? 'Stopping when what is in hand is done' : text)
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

/** How many are done in a second, lately. */
export class RateMeter {
  readonly #samples: { readonly atMs: number; readonly done: number }[]

  constructor(startMs: number) {
    this.#samples = [{ atMs: startMs, done: 0 }]
  }

  /** Takes a look; `null` while it is too early to say. */
  at(nowMs: number, done: number): number | null {
    this.#samples.push({ atMs: nowMs, done })
    // One older than the window stays, so that the rate is never that of a moment.
    while (nowMs - (this.#samples[1]?.atMs ?? nowMs) > WINDOW_MS) this.#samples.shift()
    const [oldest] = this.#samples
    const tookMs = nowMs - (oldest?.atMs ?? nowMs)
    return tookMs < FIRST_RATE_MS ? null : ((done - (oldest?.done ?? 0)) / tookMs) * 1_000
  }
}

/**
 * `12,300 of about 1,000,000 (1%)  1,230/s  13 min left  errors 1`, with as many of the counts as there is room for,
 * errors first. Pure.
 */
export function progressText(
  { done, total, isEstimate }: WalkProgress,
  perSecond: number | null,
  counts: Readonly<Record<string, number>>,
  columns: number,
): string {
  // An estimate that was too low tells no more.
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

/** A count that says the same as the position is left out. */
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
