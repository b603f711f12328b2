import type { JsonObject, MaintenanceRun, ScheduledTask } from '@rindle/core'
import { formatAge } from '../format-age.ts'
import { formatDuration } from '../format-duration.ts'
import { formatTable } from '../format-table.ts'
import { jsonDocument } from '../json-document.ts'
import type { Style } from '../style.ts'

/** The scheduled maintenance as text: a table of what comes when, then what each run did. Pure. */
export function scheduleLines(tasks: readonly ScheduledTask[], style: Style, now: Date): readonly string[] {
  if (tasks.length === 0) return []
  const rows = tasks.map(({ task, cron, options, nextRunAt, lastRun }) => [
    task,
    cron,
    nextRunAt === null ? 'never' : minuteOf(nextRunAt),
    lastRun === null ? 'never' : `${formatAge(secondsBetween(lastRun.startedAt, now))} ago`,
    lastRun === null ? '-' : stateOf(lastRun, style),
    factsOf(options),
  ])
  return [
    ...formatTable([['task', 'cron (UTC)', 'next', 'last', 'result', 'options'], ...rows]),
    ...tasks.flatMap(({ task, lastRun }) => (lastRun === null ? [] : runLines(task, lastRun))),
  ]
}

function runLines(task: string, run: MaintenanceRun): readonly string[] {
  const { report, errorReason, startedAt, finishedAt, worker } = run
  const took = finishedAt === null ? '' : ` in ${formatDuration(finishedAt.getTime() - startedAt.getTime())}`
  const did = errorReason ?? (report === null ? 'is running' : factsOf(report))
  return ['', `${task}: ${did}`, `  ${minuteOf(startedAt)}${took}, by ${worker}`]
}

function stateOf({ state }: MaintenanceRun, style: Style): string {
  if (state === 'failed') return style.bad(state)
  return state === 'succeeded' ? style.good(state) : style.pending(state)
}

/** `errors 0, sessions_found 3`: in the order of the names, for the database keeps no other. */
function factsOf(facts: JsonObject): string {
  const told = Object.entries(jsonDocument(facts) as JsonObject).filter(([, value]) => value !== null)
  const texts = told.map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return texts.toSorted().join(', ')
}

function minuteOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')}Z`
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1_000)
}
