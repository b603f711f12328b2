import type { QueueStatus, StatusExample, StatusFinding } from '@rindle/core'
import type { Call } from '../call.ts'
import { findingWords } from '../finding-words.ts'
import type { Latest } from '../kept.ts'
import { type Counted, numbersOf } from '../numbers.ts'
import { beingCounted, COUNTING, UNKNOWN } from '../parts/being-counted.ts'
import { readyChart, workChart } from '../parts/charts.ts'
import { type Figure, figures } from '../parts/form.ts'
import { ago, count, counted, duration, shortId, size } from '../parts/format.ts'
import { glyph, type Tone } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { blank, head, live, section } from '../parts/layout.ts'
import { tally } from '../parts/tally.ts'
import { respondPage } from '../respond.ts'
import type { Stored } from '../stored.ts'
import { RANGES, type RangeName, type Throughput } from '../throughput.ts'
import { verbOf } from '../verb-links.ts'
import { queueSheet, workerTable } from './work.ts'

const SEVERITY: Readonly<Record<StatusFinding['severity'], readonly [string, Tone, string]>> = {
  error: ['Error', 'bad', 'cross'],
  warn: ['Warning', 'warn', 'tri'],
  notice: ['Notice', 'wait', 'info'],
}

/** The overview: numbers, what needs a hand, worst first, the work done, and every state's count. */
export async function overview(call: Call): Promise<Response> {
  const range = rangeOf(call.query.get('range'))
  const all = numbersOf(call.rindle)
  const [now, work, workers] = await Promise.all([
    all.counted.fresh(),
    all.work(range).fresh(),
    call.rindle.liveWorkers(),
  ])
  const main = html`${live('head', head('Overview', lead(call, now), html`<a class="btn" href="${call.at('/doctor')}">Run the doctor</a>`))}
${live('numbers', figures(numbers(now.value, workers.length, work.value, RANGES[range])))}
<div class="cols wide-narrow"><div>${live('findings', findings(call, now))}${live('work', workDone(call, range, work))}</div>
${live('counts', section('counts', 'Rows by state', tallies(call, now)))}</div>
${live('queues', section('q', 'Queues', queueSheet(now)))}
${live('workers', section('w', 'Workers', workerTable(workers, call.now)))}`
  return respondPage(call, { title: 'Overview', entry: '/', main, isCounting: now.isReading || work.isReading })
}

function rangeOf(name: string | null): RangeName {
  return name !== null && Object.hasOwn(RANGES, name) ? (name as RangeName) : '1h'
}

/** The worst in a few words, and how old the numbers are. */
function lead(call: Call, { value: known, isReading, failure }: Latest<Counted>): Html {
  const trouble =
    failure === null ? NOTHING : html` <b class="bad-text">The last count failed: <code>${failure}</code>.</b>`
  if (known === null) return html`The rows are being counted.${trouble}`
  const { findings: all, takenAt } = known.status
  const [errors, warnings] = (['error', 'warn'] as const).map(
    (severity) => all.filter((finding) => finding.severity === severity).length,
  )
  return html`${errors === 0 ? 'No error' : html`<b class="bad-text">${counted(errors ?? 0, 'error')}</b>`}, ${warnings === 0 ? 'no warning' : counted(warnings ?? 0, 'warning')}. Counted ${ago(takenAt, call.now)}${isReading ? ', and being counted again' : NOTHING}.${trouble}`
}

function numbers(
  known: Counted | null,
  workers: number,
  work: Throughput | null,
  { label, seconds }: (typeof RANGES)[RangeName],
): Parameters<typeof figures>[0] {
  const queues = known?.status.queues ?? []
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0)
  const oldest = Math.max(-1, ...queues.map((queue: QueueStatus) => queue.oldestWaitSeconds ?? -1))
  const bars = work?.bars ?? []
  const made = bars.reduce((sum, bar) => sum + bar.image + bar.av, 0)
  const last = bars.findLast(({ p95 }) => p95 !== null)
  const assets = Object.values(known?.status.counts.assets ?? {}).reduce((sum, of) => sum + of, 0)
  const perMinute = made / (seconds / 60)
  return [
    { name: 'Ready within', value: duration(last?.p95 ?? null), note: '95 % of the latest uploads' },
    {
      name: 'Runs',
      value: work === null ? UNKNOWN : count(made),
      note:
        work === null
          ? COUNTING
          : `in ${label}, ${perMinute >= 1 ? count(Math.round(perMinute)) : 'less than one'} a minute`,
    },
    {
      name: 'Waiting',
      value: known === null ? UNKNOWN : counted(waiting, 'job'),
      note: known === null ? COUNTING : oldest < 0 ? 'none is due' : `the oldest for ${duration(oldest)}`,
    },
    { name: 'Workers', value: `${workers} alive`, note: workers === 0 ? 'nothing is made' : 'of all processes' },
    {
      name: 'Assets',
      value: known === null ? UNKNOWN : count(assets),
      note: known === null ? COUNTING : 'in all states',
    },
    storedFigure(known?.stored),
  ]
}

function storedFigure(stored: Stored | undefined): Figure {
  if (stored === undefined) return { name: 'Stored', value: UNKNOWN, note: COUNTING }
  const { originals, variants, isEstimate } = stored
  return {
    name: 'Stored',
    value: `${isEstimate ? '≈ ' : ''}${size(originals + variants)}`,
    note: `${size(originals)} of originals, ${size(variants)} of variants`,
  }
}

function tallies(call: Call, latest: Latest<Counted>): Html {
  if (latest.value === null) return beingCounted(latest)
  const { assets, variants, sessions } = latest.value.status.counts
  return html`<div class="sheet">${tally(call, 'Assets', assets, 'ready', '/assets?state=')}${tally(call, 'Variants', variants, 'ready')}${tally(call, 'Uploads', sessions, 'completed', '/uploads?state=')}</div>`
}

function findings(call: Call, latest: Latest<Counted>): Html {
  const all = latest.value?.status.findings ?? []
  const content =
    latest.value === null
      ? beingCounted(latest)
      : all.length === 0
        ? blank('check', 'No problems', html`<p>Nothing is stuck, lost or overdue.</p>`)
        : html`<div class="sheet">${all.map((finding) => findingOf(call, finding))}</div>`
  return section('find', 'Problems, the worst first', content)
}

function findingOf(call: Call, finding: StatusFinding): Html {
  const { class: name, severity, count: found, oldestAgeSeconds, examples, recommendation } = finding
  const [word, tone, shape] = SEVERITY[severity]
  const age =
    oldestAgeSeconds === null ? NOTHING : html`<span class="dim">oldest for ${duration(oldestAgeSeconds)}</span>`
  const list =
    examples.length === 0
      ? NOTHING
      : html`<details><summary>${examples.length === found ? 'See them' : `${examples.length} of ${count(found)}`}</summary><ul>${examples.map((example) => exampleOf(call, example))}</ul></details>`
  const link = verbOf(recommendation.verb)
  return html`<article class="finding" id="${name}">${glyph(shape, tone)}<div><h3><span class="${tone === 'wait' ? 'dim' : `${tone}-text`}">${word}</span> ${findingWords(finding)} ${age}</h3><p>${recommendation.advice}</p>${list}</div><div class="do">${
    link === undefined ? NOTHING : html`<a class="btn" href="${call.at(link.path)}">${link.label}</a>`
  }<code class="small">${recommendation.command}</code></div></article>`
}

function exampleOf(call: Call, example: StatusExample): Html {
  const { assetId, variantName, sessionId, target, queue, task, state, reason, message, ageSeconds } = example
  const subject =
    assetId === null
      ? html`<code>${sessionId ?? target ?? queue ?? task}</code>`
      : html`<a href="${call.at(`/assets/${assetId}`)}">${shortId(assetId)}</a>`
  const words = [variantName, state, reason, message].filter((part) => part !== null).join(', ')
  return html`<li>${subject} ${words}${ageSeconds === null ? '' : `, for ${duration(ageSeconds)}`}</li>`
}

function workDone(call: Call, range: RangeName, latest: Latest<Throughput>): Html {
  const work = latest.value
  const tabs = Object.entries(RANGES).map(
    ([name, { label }]) =>
      html`<a href="${call.at('/')}?range=${name}"${name === range ? html` aria-current="true"` : NOTHING}>${label}</a>`,
  )
  return html`<section aria-labelledby="h-work"><div class="sec-head"><h2 id="h-work">Work done</h2><nav class="tabs" aria-label="Range of both charts">${tabs}</nav></div>${work === null ? beingCounted(latest) : html`<div class="cols two flush">${workChart(work.bars)}${readyChart(work.bars)}</div>`}${work?.isCut === true ? html`<p class="after small dim">The charts show only the latest runs; there were more.</p>` : NOTHING}</section>`
}
