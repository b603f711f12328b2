import type { RecordedAction } from '@rindle/core'
import type { Call } from '../call.ts'
import { ago, numberWords } from '../parts/format.ts'
import { mark, stateMark, type Tone } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { section } from '../parts/layout.ts'
import { type Row, table } from '../parts/table.ts'
import type { WalkVerb } from '../verbs/verb.ts'
import { WALK_VERBS } from '../verbs/walk-verbs.ts'

const GROUPS = [
  ['recover', 'repairs work, deletes nothing'],
  ['check', 'checks, and marks missing objects'],
  ['move', 'copies and compares, then deletes the old objects'],
  ['clean', 'deletes, after you confirm'],
] as const

const OUTCOMES: Readonly<Record<string, readonly [Tone, string]>> = {
  done: ['ok', 'check'],
  refused: ['warn', 'tri'],
  failed: ['bad', 'cross'],
}

/** Every verb of maintenance with its last run by a person; each leads to its dry run. */
export async function maintenanceVerbs(call: Call): Promise<Html> {
  const lines = await Promise.all(
    WALK_VERBS.map(async (verb) => {
      const [[last], mayRun] = await Promise.all([
        call.rindle.operatorActions({ verb: verb.name, limit: 1 }).then(({ actions }) => actions),
        call.can(verb.name),
      ])
      return { group: verb.group, row: verbRow(call, verb, last, mayRun) }
    }),
  )
  const rows: readonly Row[] = GROUPS.flatMap(([name, note]) => [
    { group: `${name.charAt(0).toUpperCase()}${name.slice(1)}`, note },
    ...lines.filter(({ group }) => group === name).map(({ row }) => row),
  ])
  const columns = [
    { name: 'Verb', kind: 'whole' },
    { name: 'Last run by a person', kind: 'long' },
    { name: 'Start', isHidden: true },
  ] as const
  return section('verbs', 'Verbs', html`<div class="sheet">${table('Verbs', columns, rows)}</div>`)
}

function verbRow(call: Call, verb: WalkVerb, last: RecordedAction | undefined, mayRun: boolean): readonly unknown[] {
  const href = call.at(`/maintenance/${verb.name}`)
  return [
    html`<b>${verb.label}</b><span class="sub">${verb.effect}</span><span class="sub"><code>${verb.command([], {})}</code></span>`,
    lastRun(call, last),
    mayRun || last !== undefined
      ? html`<a class="btn" href="${href}">${mayRun ? 'Dry run…' : 'Last run'}</a>`
      : NOTHING,
  ]
}

function lastRun(call: Call, last: RecordedAction | undefined): Html {
  if (last === undefined) return html`<span class="dim">never</span>`
  const { outcome, dryRun, actor, startedAt, numbers } = last
  const [tone, shape] = OUTCOMES[outcome] ?? ['work', 'gear']
  const state = outcome === 'running' ? stateMark('processing', { word: 'running' }) : mark(tone, shape, outcome)
  return html`${state}<span class="sub">${dryRun ? 'dry run, ' : NOTHING}${ago(startedAt, call.now)} by ${actor}</span><span class="sub">${numberWords(numbers)}</span>`
}
