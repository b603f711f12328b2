import type { QueueStatus, RuntimeStatus, StatusExample, StatusFinding } from '@rindle/core'
import type { Call } from '../call.ts'
import { readyChart, workChart } from '../parts/charts.ts'
import { figures } from '../parts/form.ts'
import { at, count, counted, duration, shortId } from '../parts/format.ts'
import { glyph, stateMark, type Tone } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { blank, head, live, section } from '../parts/layout.ts'
import { respondPage } from '../respond.ts'
import { snapshot } from '../snapshot.ts'
import { RANGES, type RangeName, readThroughput, type Throughput } from '../throughput.ts'
import { verbOf } from '../verb-links.ts'
import { queueTable, workerTable } from './work.ts'

const SEVERITY: Readonly<Record<StatusFinding['severity'], readonly [string, Tone, string]>> = {
  error: ['Error', 'bad', 'cross'],
  warn: ['Warning', 'warn', 'tri'],
  notice: ['Notice', 'wait', 'info'],
}

/** The overview: numbers, what needs a hand, worst first, the work done, and every state's count. */
export async function overview(call: Call): Promise<Response> {
  const range = rangeOf(call.query.get('range'))
  const [status, workers, throughput] = await Promise.all([
    snapshot(call.rindle),
    call.rindle.liveWorkers(),
    readThroughput(call.rindle, range, call.now),
  ])
  const errors = status.findings.filter(({ severity }) => severity === 'error').length
  const warnings = status.findings.filter(({ severity }) => severity === 'warn').length
  const lead = html`${errors > 0 ? html`<b class="bad-text">${counted(errors, 'error')}</b>` : 'No error'}, ${counted(warnings, 'warning')}. One snapshot of ${at(status.takenAt)}.`
  const main = live(
    'overview',
    html`${head('Overview', lead, html`<a class="btn" href="${call.at('/doctor')}">Run the doctor</a>`)}
${figures(numbers(status, workers.length, throughput))}
<div class="cols wide-narrow"><div>${findings(call, status)}${workDone(call, range, throughput)}</div>
${section('counts', 'Rows by state', html`<div class="sheet">${tally(call, 'Assets', status.counts.assets, 'ready', '/assets?state=')}${tally(call, 'Variants', status.counts.variants, 'ready')}${tally(call, 'Uploads', status.counts.sessions, 'completed', '/uploads?state=')}</div>`)}</div>
${section('q', 'Queues', html`<div class="sheet">${queueTable(status.queues)}</div>`)}
${section('w', 'Workers', workerTable(workers, call.now))}`,
  )
  return respondPage(call, { title: 'Overview', entry: '/', main })
}

function rangeOf(name: string | null): RangeName {
  return name !== null && Object.hasOwn(RANGES, name) ? (name as RangeName) : '1h'
}

function numbers(status: RuntimeStatus, workers: number, { bars }: Throughput): Parameters<typeof figures>[0] {
  const waiting = status.queues.reduce((sum, queue) => sum + queue.waiting, 0)
  const oldest = Math.max(-1, ...status.queues.map((queue: QueueStatus) => queue.oldestWaitSeconds ?? -1))
  const made = bars.reduce((sum, bar) => sum + bar.succeeded, 0)
  const last = bars.findLast(({ p95 }) => p95 !== null)
  const assets = Object.values(status.counts.assets).reduce((sum, of) => sum + of, 0)
  return [
    { name: 'Ready within', value: duration(last?.p95 ?? null), note: '95 % of the latest uploads' },
    { name: 'Runs', value: count(made), note: 'succeeded in the time shown' },
    {
      name: 'Waiting',
      value: counted(waiting, 'job'),
      note: oldest < 0 ? 'none is due' : `the oldest for ${duration(oldest)}`,
    },
    { name: 'Workers', value: `${workers} alive`, note: workers === 0 ? 'nothing is made' : 'of all processes' },
    { name: 'Assets', value: count(assets), note: 'in all states' },
  ]
}

function findings(call: Call, { findings: all }: RuntimeStatus): Html {
  const content =
    all.length === 0
      ? blank('check', 'Nothing needs a hand', html`<p>Nothing is stuck, lost, overdue or waiting for an operator.</p>`)
      : html`<div class="sheet">${all.map((finding) => findingOf(call, finding))}</div>`
  return section('find', 'What needs a hand, worst first', content)
}

function findingOf(call: Call, finding: StatusFinding): Html {
  const { class: name, severity, count: found, isAtLeast, oldestAgeSeconds, examples, recommendation } = finding
  const [word, tone, shape] = SEVERITY[severity]
  const age =
    oldestAgeSeconds === null ? NOTHING : html`<span class="dim">oldest for ${duration(oldestAgeSeconds)}</span>`
  const list =
    examples.length === 0
      ? NOTHING
      : html`<details><summary>${examples.length === found ? 'See them' : `${examples.length} of ${count(found)}`}</summary><ul>${examples.map((example) => exampleOf(call, example))}</ul></details>`
  const link = verbOf(recommendation.verb)
  return html`<article class="finding">${glyph(shape, tone)}<div><h3><span class="${tone === 'wait' ? 'dim' : `${tone}-text`}">${word}</span> ${isAtLeast ? 'At least ' : ''}${count(found)}: ${name.replaceAll('_', ' ')} ${age}</h3><p>${recommendation.advice}</p>${list}</div><div class="do">${
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

function workDone(call: Call, range: RangeName, { bars, isCut }: Throughput): Html {
  const tabs = Object.entries(RANGES).map(
    ([name, { label }]) =>
      html`<a href="${call.at('/')}?range=${name}"${name === range ? html` aria-current="true"` : NOTHING}>${label}</a>`,
  )
  return html`<section aria-labelledby="h-work"><div class="sec-head"><h2 id="h-work">Work done</h2><nav class="tabs" aria-label="Range of both charts">${tabs}</nav></div><div class="cols two flush">${workChart(bars)}${readyChart(bars)}</div>${isCut ? html`<p class="after small dim">Only the latest runs are drawn: there were more than a chart reads.</p>` : NOTHING}</section>`
}

function tally(call: Call, title: string, counts: Readonly<Record<string, number>>, well: string, link?: string): Html {
  const all = Object.entries(counts).filter(([, of]) => of > 0)
  const total = all.reduce((sum, [, of]) => sum + of, 0)
  const line = ([state, of]: readonly [string, number]): Html => {
    const words = html`${stateMark(state)}<span>${count(of)}</span>`
    return html`<li>${link === undefined ? html`<span class="row">${words}</span>` : html`<a href="${call.at(`${link}${state}`)}">${words}</a>`}</li>`
  }
  const rest = all.filter(([state]) => state !== well)
  return html`<div class="tally"><div class="row"><h3>${title}</h3><span class="small">${count(total)}</span></div><ul>${all.filter(([state]) => state === well).map(line)}${rest.map(line)}</ul></div>`
}
