import type { Rindle, Variant } from '@rindle/core'
import type { Call } from '../call.ts'
import { verbButtons } from '../verbs/buttons.ts'
import { ago, count, shortId } from './format.ts'
import { stateMark } from './glyph.ts'
import { type Html, html, NOTHING } from './html.ts'
import { calm } from './layout.ts'
import { table } from './table.ts'

/** The jobs that are shown at most. */
export const MOST_JOBS = 50

/** An unfinished job. */
export interface Job {
  readonly queue: string
  readonly id: string
  readonly state: string
  readonly key: string | null
  readonly failures: number
  readonly createdAt: Date
}

/** Reads the unfinished jobs that were due first, in pg-boss's usual schema; none where that does not exist. */
export async function readJobs({ prisma }: Rindle): Promise<readonly Job[]> {
  const [queue] = await prisma.$queryRaw<{ exists: boolean }[]>`select to_regclass('pgboss.job') is not null as exists`
  if (queue?.exists !== true) return []
  return prisma.$queryRaw<Job[]>`
    select name as queue, id::text as id, state::text as state, singleton_key as key, retry_count as failures,
      created_on as "createdAt"
    from pgboss.job where name like 'rindle\\_%' and state <= 'active' order by start_after, id limit ${MOST_JOBS}`
}

/** The table of jobs; work on variants can be cancelled. */
export function jobTable(call: Call, jobs: readonly Job[]): Html {
  if (jobs.length === 0) return calm('No job is waiting or running.')
  return html`<div class="sheet">${table(
    'Jobs',
    [
      { name: 'Queue', kind: 'whole' },
      { name: 'State' },
      { name: 'Asset' },
      { name: 'Failures', kind: 'num' },
      { name: 'Made' },
      { name: 'Actions', isHidden: true },
    ],
    jobs.map(({ queue, state, key, failures, createdAt }) => {
      const asset = /^[0-9a-f-]{36}/.exec(key ?? '')?.[0]
      const makesVariants = queue === 'rindle_process' || queue === 'rindle_media'
      return [
        html`<code>${queue}</code>`,
        stateMark(state, { word: state === 'created' ? 'waiting' : state === 'active' ? 'running' : state }),
        asset === undefined
          ? html`<span class="dim">–</span>`
          : html`<a href="${call.at(`/assets/${asset}`)}">${shortId(asset)}</a>`,
        count(failures),
        ago(createdAt, call.now),
        asset !== undefined && makesVariants ? verbButtons(call, ['cancelProcessing'], [asset]) : NOTHING,
      ]
    }),
  )}</div>`
}

/** The variants whose work has ended without a result; each can be tried again. */
export function endedTable(call: Call, variants: readonly Variant[]): Html {
  if (variants.length === 0) return calm('No failed or cancelled variants.')
  return html`<div class="sheet">${table(
    'Failed and cancelled work',
    [
      { name: 'Variant', kind: 'whole' },
      { name: 'State' },
      { name: 'Reason', kind: 'long' },
      { name: 'Attempts', kind: 'num' },
      { name: 'Changed' },
      { name: 'Actions', isHidden: true },
    ],
    variants.map(({ assetId, name, state, errorReason, errorMessage, attempt, updatedAt }) => [
      html`<b class="any">${name}</b> <a href="${call.at(`/assets/${assetId}`)}">${shortId(assetId)}</a>`,
      stateMark(state),
      errorReason === null
        ? html`<span class="dim">–</span>`
        : html`<code class="any">${errorReason}</code><span class="sub any">${errorMessage}</span>`,
      count(attempt),
      ago(updatedAt, call.now),
      verbButtons(call, ['requeueVariants'], [assetId], { variant: name }),
    ]),
  )}</div>`
}
