import type { LiveWorker, QueueStatus } from '@rindle/core'
import type { Call } from '../call.ts'
import type { Latest } from '../kept.ts'
import { type Counted, numbersOf } from '../numbers.ts'
import { beingCounted } from '../parts/being-counted.ts'
import { ago, count, counted, duration } from '../parts/format.ts'
import { mark } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { endedTable, jobTable, MOST_JOBS, readJobs } from '../parts/jobs.ts'
import { blank, head, live, section } from '../parts/layout.ts'
import { table } from '../parts/table.ts'
import { respondPage } from '../respond.ts'

/** How far back a worker that stopped or died is shown. */
const KEPT_WORKERS = 20

/** Failed and cancelled variants that are shown. */
const MOST_ENDED = 20

/** Queues, jobs and workers, and the work that came to nothing. */
export async function work(call: Call): Promise<Response> {
  const { rindle, now } = call
  const [latest, workers, jobs, gone, { variants: ended }] = await Promise.all([
    numbersOf(rindle).counted.fresh(),
    rindle.liveWorkers(),
    readJobs(rindle),
    rindle.prisma.mediaWorker.findMany({ orderBy: { beatAt: 'desc' }, take: KEPT_WORKERS }),
    rindle.listVariants({ state: ['failed', 'cancelled'], limit: MOST_ENDED }),
  ])
  const alive = new Set(workers.map(({ id }) => id))
  const requeueAll = (await call.can('requeueAll'))
    ? html`<a href="${call.at('/maintenance/requeueAll')}">Requeue all that failed…</a>`
    : ''
  const main = html`${live('head', head('Queues and jobs', lead(call, latest)))}
${live('queues', section('q', 'Queues', queueSheet(latest)))}
${live('ended', section('e', 'Failed and cancelled work', endedTable(call, ended), ended.length === 0 ? '' : requeueAll))}
${live('jobs', section('j', 'Jobs', jobTable(call, jobs), jobs.length === MOST_JOBS ? `the ${MOST_JOBS} that were due first` : ''))}
${live(
  'workers',
  html`${section('w', 'Workers', workerTable(workers, now))}${goneTable(
    gone.filter(({ id }) => !alive.has(id)),
    now,
  )}`,
)}`
  return respondPage(call, { title: 'Queues and jobs', entry: '/work', main, isCounting: latest.isReading })
}

function lead(call: Call, { value: known }: Latest<Counted>): Html {
  if (known === null) return html`The jobs are being counted.`
  const { queues, takenAt } = known.status
  const sum = (name: 'waiting' | 'running' | 'dead'): number => queues.reduce((total, queue) => total + queue[name], 0)
  return html`${counted(sum('waiting'), 'job')} waiting, ${count(sum('running'))} running, ${count(sum('dead'))} dead. Counted ${ago(takenAt, call.now)}.`
}

/** The queues of the latest status. */
export function queueSheet(latest: Latest<Counted>): Html {
  if (latest.value === null) return beingCounted(latest)
  return html`<div class="sheet">${queueTable(latest.value.status.queues)}</div>`
}

function queueTable(queues: readonly QueueStatus[]): Html {
  return table(
    'Queues',
    [
      { name: 'Queue', kind: 'whole' },
      { name: 'Waiting', kind: 'num' },
      { name: 'Oldest wait', kind: 'num' },
      { name: 'Running', kind: 'num' },
      { name: 'Dead', kind: 'num' },
      { name: 'Workers', kind: 'num' },
    ],
    queues.map(({ queue, waiting, oldestWaitSeconds, running, dead, workers }) => [
      html`<code>${queue}</code>`,
      count(waiting),
      duration(oldestWaitSeconds),
      count(running),
      dead === 0 ? '0' : html`<span class="bad-text strong">${count(dead)}</span>`,
      workers === 0 && waiting > 0 ? html`<span class="bad-text strong">none</span>` : count(workers),
    ]),
  )
}

/** The table of living workers. */
export function workerTable(workers: readonly LiveWorker[], now: Date): Html {
  if (workers.length === 0) {
    return blank(
      'plug',
      'No worker is running',
      html`<p>Files are accepted, but nothing processes them. Start a worker:</p><code class="shellcode" tabindex="0" role="region" aria-label="Command">rindle worker</code>`,
    )
  }
  return html`<div class="sheet">${table(
    'Workers',
    [
      { name: 'Worker', kind: 'whole' },
      { name: 'State' },
      { name: 'Serves', kind: 'long' },
      { name: 'Since' },
      { name: 'Heartbeat' },
    ],
    workers.map(({ host, processId, queues, refused, startedAt, beatAt }) => [
      html`<code>${host}</code> <span class="dim">${processId}</span>`,
      mark('ok', 'disc', 'alive'),
      html`${Object.entries(queues)
        .map(([queue, at]) => `${queue} ${at}`)
        .join(
          ', ',
        )}${Object.keys(refused).length === 0 ? NOTHING : html`<span class="sub">refuses ${Object.keys(refused).join(', ')}</span>`}`,
      ago(startedAt, now),
      ago(beatAt, now),
    ]),
  )}</div>`
}

function goneTable(
  gone: readonly { host: string; processId: number; stoppedAt: Date | null; beatAt: Date; startedAt: Date }[],
  now: Date,
): Html {
  if (gone.length === 0) return NOTHING
  return section(
    'gone',
    'Workers that ended in the last day',
    html`<div class="sheet">${table(
      'Ended workers',
      [{ name: 'Worker', kind: 'whole' }, { name: 'State' }, { name: 'Since' }, { name: 'Last heard' }],
      gone.map(({ host, processId, stoppedAt, startedAt, beatAt }) => [
        html`<code>${host}</code> <span class="dim">${processId}</span>`,
        stoppedAt === null ? mark('bad', 'cross', 'died') : mark('wait', 'minus', 'stopped'),
        ago(startedAt, now),
        ago(stoppedAt ?? beatAt, now),
      ]),
    )}</div>`,
  )
}
