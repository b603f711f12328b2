import type { ScheduledTask } from '@rindle/core'
import type { Call } from '../call.ts'
import { ago, numberWords } from '../parts/format.ts'
import { stateMark } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { blank, head, live, section } from '../parts/layout.ts'
import { table } from '../parts/table.ts'
import { respondPage } from '../respond.ts'
import { maintenanceVerbs } from './maintenance-verbs.ts'

/** The scheduled maintenance: each verb with its last run and its next. */
export async function maintenance(call: Call): Promise<Response> {
  const tasks = await call.rindle.scheduledMaintenance()
  const main = live(
    'maintenance',
    html`${head('Maintenance', 'Each action changes one thing. You can repeat and interrupt all of them, and run them while workers run.')}
${await maintenanceVerbs(call)}
${section('schedule', 'Schedule', schedule(tasks, call.now), 'times in UTC')}`,
  )
  return respondPage(call, { title: 'Maintenance', entry: '/maintenance', main })
}

function schedule(tasks: readonly ScheduledTask[], now: Date): Html {
  if (tasks.length === 0) {
    return blank(
      'clock',
      'Nothing is scheduled',
      html`<p>Until you schedule maintenance, expired uploads stay, and lost objects are not found.</p><code class="shellcode" tabindex="0" role="region" aria-label="Code">await rindle.schedule()</code>`,
    )
  }
  return html`<div class="sheet">${table(
    'Scheduled verbs',
    [
      { name: 'Verb', kind: 'whole' },
      { name: 'Last run', kind: 'long' },
      { name: 'Result', kind: 'long' },
      { name: 'Next by schedule', kind: 'long' },
    ],
    tasks.map(({ task, cron, options, nextRunAt, lastRun }) => [
      html`<b>${task}</b><span class="sub"><code>${cron}</code>${options['live'] === true ? ', live' : ''}</span>`,
      lastRun === null
        ? html`<span class="dim">never</span>`
        : html`${stateMark(lastRun.state)}<span class="sub">${ago(lastRun.startedAt, now)} on <code>${lastRun.worker}</code></span>`,
      result(lastRun),
      nextRunAt === null ? html`<span class="dim">never</span>` : ago(nextRunAt, now),
    ]),
  )}</div>`
}

function result(run: ScheduledTask['lastRun']): Html {
  if (run === null) return NOTHING
  if (run.errorReason !== null) return html`<code>${run.errorReason}</code>`
  const words = numberWords(run.report)
  return words === '' ? html`<span class="dim">nothing to do</span>` : html`${words}`
}
