import type { LiveWorker, QueueStatus, Rindle } from '@rindle/core'
import type { Call } from '../call.ts'
import { ago, count, counted, duration, shortId } from '../parts/format.ts'
import { mark, stateMark } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { blank, head, live, section } from '../parts/layout.ts'
import { table } from '../parts/table.ts'
import { respondPage } from '../respond.ts'
import { snapshot } from '../snapshot.ts'

/** An unfinished job. */
interface Job {
  readonly queue: string
  readonly id: string
  readonly state: string
  readonly key: string | null
  readonly failures: number
  readonly createdAt: Date
}

const MOST_JOBS = 50
/** How far back a worker that stopped or died is shown. */
const KEPT_WORKERS = 20

/** Queues, jobs and workers. */
export async function work(call: Call): Promise<Response> {
  const [status, workers, jobs, gone] = await Promise.all([
    snapshot(call.rindle),
    call.rindle.liveWorkers(),
    readJobs(call.rindle),
    call.rindle.prisma.mediaWorker.findMany({ orderBy: { beatAt: 'desc' }, take: KEPT_WORKERS }),
  ])
  const sum = (name: 'waiting' | 'running' | 'dead'): number =>
    status.queues.reduce((total, queue) => total + queue[name], 0)
  const alive = new Set(workers.map(({ id }) => id))
  const main = live(
    'work',
    html`${head('Queues and jobs', `${counted(sum('waiting'), 'job')} waiting, ${sum('running')} running, ${sum('dead')} dead.`)}
${section('q', 'Queues', html`<div class="sheet">${queueTable(status.queues)}</div>`)}
${section('w', 'Workers', workerTable(workers, call.now))}
${goneTable(
  gone.filter(({ id }) => !alive.has(id)),
  call.now,
)}
${section('j', 'Jobs', jobTable(call, jobs), jobs.length === MOST_JOBS ? `the ${MOST_JOBS} that were due first` : '')}`,
  )
  return respondPage(call, { title: 'Queues and jobs', entry: '/work', main })
}

/** The table of queues. */
export function queueTable(queues: readonly QueueStatus[]): Html {
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
      'No worker is alive',
      html`<p>Files are taken, but nothing is made of them. Start one:</p><code class="shellcode" tabindex="0" role="region" aria-label="Command">rindle worker</code>`,
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
    'Workers of the last day that are gone',
    html`<div class="sheet">${table(
      'Workers that are gone',
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

function jobTable(call: Call, jobs: readonly Job[]): Html {
  if (jobs.length === 0)
    return blank('check', 'No job waits or runs', html`<p>Everything that was asked for is done.</p>`)
  return html`<div class="sheet">${table(
    'Jobs',
    [
      { name: 'Queue', kind: 'whole' },
      { name: 'State' },
      { name: 'Asset' },
      { name: 'Failures', kind: 'num' },
      { name: 'Made' },
    ],
    jobs.map(({ queue, state, key, failures, createdAt }) => {
      const asset = /^[0-9a-f-]{36}/.exec(key ?? '')?.[0]
      return [
        html`<code>${queue}</code>`,
        stateMark(state, { word: state === 'created' ? 'waiting' : state === 'active' ? 'running' : state }),
        asset === undefined
          ? html`<span class="dim">–</span>`
          : html`<a href="${call.at(`/assets/${asset}`)}">${shortId(asset)}</a>`,
        count(failures),
        ago(createdAt, call.now),
      ]
    }),
  )}</div>`
}

/** The unfinished jobs that were due first, in pg-boss's usual schema; none where that does not exist. */
async function readJobs({ prisma }: Rindle): Promise<readonly Job[]> {
  const [queue] = await prisma.$queryRaw<{ exists: boolean }[]>`select to_regclass('pgboss.job') is not null as exists`
  if (queue?.exists !== true) return []
  return prisma.$queryRaw<Job[]>`
    select name as queue, id::text as id, state::text as state, singleton_key as key, retry_count as failures,
      created_on as "createdAt"
    from pgboss.job where name like 'rindle\\_%' and state <= 'active' order by start_after, id limit ${MOST_JOBS}`
}
