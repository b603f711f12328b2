import type { Bar } from '../throughput.ts'
import { count, duration } from './format.ts'
import { type Html, html, NOTHING } from './html.ts'
import { table } from './table.ts'

const WIDTH = 600
const HEIGHT = 136

/** The variants made in each bar, and those that failed. */
export function workChart(bars: readonly Bar[]): Html {
  const most = Math.max(4, ...bars.map(({ succeeded, failed }) => succeeded + failed))
  const step = WIDTH / bars.length
  const made = bars.reduce((sum, bar) => sum + bar.succeeded, 0)
  const failed = bars.reduce((sum, bar) => sum + bar.failed, 0)
  const label = `Runs over the time shown: ${count(made)} succeeded, ${count(failed)} failed.`
  const shapes = bars.map((bar, index) => {
    const good = (bar.succeeded / most) * HEIGHT
    const bad = bar.failed === 0 ? 0 : Math.max(3, (bar.failed / most) * HEIGHT)
    const x = (index * step + 1).toFixed(1)
    const width = (step - 2).toFixed(1)
    return html`<g><title>${clock(bar.from)}: ${bar.succeeded} succeeded, ${bar.failed} failed</title><rect class="f-image" x="${x}" y="${(HEIGHT - good).toFixed(1)}" width="${width}" height="${good.toFixed(1)}"/>${
      bad === 0
        ? NOTHING
        : html`<rect class="f-bad" x="${x}" y="${Math.max(0, HEIGHT - good - bad - 1).toFixed(1)}" width="${width}" height="${bad.toFixed(1)}"/>`
    }</g>`
  })
  const legend = html`<li><svg viewBox="0 0 14 10" aria-hidden="true"><rect class="f-image" width="14" height="10" rx="2"/></svg>succeeded <b>${count(made)}</b></li><li><svg viewBox="0 0 14 10" aria-hidden="true"><rect class="f-bad" width="14" height="10" rx="2"/></svg>failed <b>${count(failed)}</b></li>`
  const rows = grouped(bars).map((group) => [
    clock(group[0]?.from),
    count(group.reduce((sum, bar) => sum + bar.succeeded, 0)),
    count(group.reduce((sum, bar) => sum + bar.failed, 0)),
  ])
  return chart('Runs of workers', legend, label, html`${shapes}`, [count(most), count(Math.round(most / 2))], bars, [
    ['Succeeded', 'Failed'],
    rows,
  ])
}

/** The time from upload to ready in each bar: of half, and of 95 % of the assets. */
export function readyChart(bars: readonly Bar[]): Html {
  const most = Math.max(1, ...bars.map(({ p95 }) => p95 ?? 0))
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
