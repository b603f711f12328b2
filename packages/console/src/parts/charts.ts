import type { Bar } from '../throughput.ts'
import { compact, count, duration } from './format.ts'
import { type Html, html, NOTHING } from './html.ts'
import { table } from './table.ts'

const WIDTH = 600
const HEIGHT = 136

/** The runs of workers in each bar: of pictures and of video and audio, and those that failed. */
export function workChart(bars: readonly Bar[]): Html {
  const most = roundMost(Math.max(4, ...bars.map(({ image, av, failed }) => image + av + failed)))
  const label = `Runs over the time shown: ${count(sumOf(bars, 'image'))} of pictures and other files and ${count(sumOf(bars, 'av'))} of video and audio succeeded, ${count(sumOf(bars, 'failed'))} failed.`
  const legend = KINDS.map(
    ([kind, name]) =>
      html`<li><svg viewBox="0 0 14 10" aria-hidden="true"><rect class="f-${kind === 'failed' ? 'bad' : kind}" width="14" height="10" rx="2"/></svg>${name} <b>${count(sumOf(bars, kind))}</b></li>`,
  )
  const rows = grouped(bars).map((group) => [
    clock(group[0]?.from),
    ...KINDS.map(([kind]) => count(sumOf(group, kind))),
  ])
  const columns = ['Image', 'AV', 'Failed']
  const shapes = bars.map((bar, index) => stack(bar, index * (WIDTH / bars.length), WIDTH / bars.length, most))
  return chart(
    'Runs of workers',
    html`${legend}`,
    label,
    html`${shapes}`,
    [compact(most), compact(Math.round(most / 2))],
    bars,
    [columns, rows],
  )
}

/** The kinds of a bar from its foot to its top, with their words. */
const KINDS = [
  ['image', 'image'],
  ['av', 'AV'],
  ['failed', 'failed'],
] as const

function sumOf(bars: readonly Bar[], kind: (typeof KINDS)[number][0]): number {
  return bars.reduce((sum, bar) => sum + bar[kind], 0)
}

/** One bar: its kinds above each other, with a gap between them; failures are never too thin to be seen. */
function stack(bar: Bar, x: number, step: number, most: number): Html {
  let top = HEIGHT
  const rects = KINDS.filter(([kind]) => bar[kind] > 0).map(([kind]) => {
    const height = Math.max(kind === 'failed' ? 3 : 1, (bar[kind] / most) * HEIGHT - 1)
    top = Math.max(0, top - height - 1)
    return html`<rect class="f-${kind === 'failed' ? 'bad' : kind}" x="${(x + 1).toFixed(1)}" y="${top.toFixed(1)}" width="${(step - 2).toFixed(1)}" height="${height.toFixed(1)}"/>`
  })
  if (rects.length === 0) return NOTHING
  return html`<g><title>${clock(bar.from)}: ${bar.image} image, ${bar.av} AV, ${bar.failed} failed</title>${rects}</g>`
}

/** The time from upload to ready in each bar: of half, and of 95 % of the assets. */
export function readyChart(bars: readonly Bar[]): Html {
  const most = roundMost(Math.max(1, ...bars.map(({ p95 }) => p95 ?? 0)))
  const path = (name: 'p50' | 'p95'): string =>
    linePath(
      bars.map((bar) => bar[name]),
      most,
    )
  const last = bars.findLast(({ p50 }) => p50 !== null)
  const label =
    last === undefined
      ? 'No asset became ready in the time shown.'
      : `Time from upload to ready. At last, half were ready within ${duration(last.p50)} and 95 percent within ${duration(last.p95)}.`
  const legend = html`<li><svg viewBox="0 0 14 10" aria-hidden="true"><path class="l-50" d="M0 5h14"/></svg>half within <b>${duration(last?.p50 ?? null)}</b></li><li><svg viewBox="0 0 14 10" aria-hidden="true"><path class="l-95" d="M0 5h14"/></svg>95 % within <b>${duration(last?.p95 ?? null)}</b></li>`
  const rows = bars
    .filter(({ p50 }) => p50 !== null)
    .map((bar) => [clock(bar.from), duration(bar.p50), duration(bar.p95)])
  const shapes = html`<path class="l-95" d="${path('p95')}"/><path class="l-50" d="${path('p50')}"/>`
  return chart('Time from upload to ready', legend, label, shapes, [duration(most), duration(most / 2)], bars, [
    ['Half within', '95 % within'],
    rows,
  ])
}

function chart(
  title: string,
  legend: Html,
  label: string,
  shapes: Html,
  scale: readonly string[],
  bars: readonly Bar[],
  [columns, rows]: readonly [readonly string[], readonly (readonly string[])[]],
): Html {
  const lines = [0, HEIGHT / 2, HEIGHT].map((y) => html`<line class="g" x1="0" x2="${WIDTH}" y1="${y}" y2="${y}"/>`)
  const times = [0, 0.25, 0.5, 0.75, 1].map((part) => bars[Math.round(part * (bars.length - 1))]?.from)
  const head = [{ name: 'From' }, ...columns.map((name) => ({ name, kind: 'num' as const }))]
  return html`<figure class="sheet chart"><figcaption><h3>${title}</h3><ul class="legend">${legend}</ul></figcaption><div class="plot"><div class="y"><span>${scale[0]}</span><span>${scale[1]}</span><span>0</span></div><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">${lines}${shapes}</svg><div class="x">${times.map((time) => html`<span>${axisWord(time, bars)}</span>`)}</div></div><details><summary>As numbers</summary>${table(title, head, rows, '')}</details></figure>`
}

/** The next greater number that reads well on an axis, with its half: 4, 60, 2,000. Pure. */
function roundMost(most: number): number {
  const digit = 10 ** Math.floor(Math.log10(most))
  return ([1, 2, 4, 6, 8].find((step) => step * digit >= most) ?? 10) * digit
}

/** A line through the known values; it breaks where nothing is known. Pure. */
function linePath(values: readonly (number | null)[], most: number): string {
  const step = values.length < 2 ? 0 : WIDTH / (values.length - 1)
  let isDrawing = false
  const parts = values.map((value, index) => {
    if (value === null) {
      isDrawing = false
      return ''
    }
    const point = `${(index * step).toFixed(1)} ${(HEIGHT - (value / most) * HEIGHT).toFixed(1)}`
    const part = isDrawing ? `L${point}` : `M${point}h0.1`
    isDrawing = true
    return part
  })
  return parts.join('')
}

function grouped(bars: readonly Bar[]): readonly (readonly Bar[])[] {
  const each = Math.ceil(bars.length / 12)
  return Array.from({ length: Math.ceil(bars.length / each) }, (_, index) =>
    bars.slice(index * each, (index + 1) * each),
  )
}

/** The time of day, or the day where the bars cover more than one. Pure. */
function axisWord(time: Date | undefined, bars: readonly Bar[]): string {
  const covered = (bars.at(-1)?.from.getTime() ?? 0) - (bars[0]?.from.getTime() ?? 0)
  return covered > 86_400_000 ? clock(time).slice(0, 5) : clock(time).slice(6)
}

/** `03-18 21:12`, in UTC. */
function clock(time: Date | undefined): string {
  return time === undefined ? '' : time.toISOString().slice(5, 16).replace('T', ' ')
}

/** A small line without axes; its sentence is its name. */
export function spark(values: readonly number[], label: string): Html {
  const most = Math.max(1, ...values)
  const step = 100 / Math.max(1, values.length - 1)
  const points = values.map((value, index) => `${(index * step).toFixed(1)} ${(19 - (value / most) * 18).toFixed(1)}`)
  return html`<svg class="spark" viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="l-spark" d="M${points.join('L')}"/></svg>`
}
