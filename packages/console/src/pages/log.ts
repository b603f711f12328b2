import type { Call } from '../call.ts'
import { given } from '../given.ts'
import { ago, duration, numberWords } from '../parts/format.ts'
import { mark, type Tone } from '../parts/glyph.ts'
import { html, NOTHING } from '../parts/html.ts'
import { blank, head, live } from '../parts/layout.ts'
import { pager } from '../parts/pager.ts'
import { table } from '../parts/table.ts'
import { respondPage } from '../respond.ts'

const OUTCOMES: Readonly<Record<string, readonly [Tone, string]>> = {
  running: ['work', 'gear'],
  done: ['ok', 'check'],
  refused: ['warn', 'tri'],
  failed: ['bad', 'cross'],
}

/** What operators have done, the latest first. */
export async function log(call: Call): Promise<Response> {
  const [actor, verb, after] = [given(call.query, 'actor'), given(call.query, 'verb'), given(call.query, 'after')]
  const page = await call.rindle.operatorActions({
    ...(actor === undefined ? {} : { actor }),
    ...(verb === undefined ? {} : { verb }),
    ...(after === undefined ? {} : { after }),
  })
  const rows = page.actions.map((action) => {
    const [tone, shape] = OUTCOMES[action.outcome] ?? ['wait', 'ring']
    const numbers = numberWords(action.numbers)
    const scope = JSON.stringify(action.scope)
    const took =
      action.finishedAt === null
        ? ''
        : `took ${duration((action.finishedAt.getTime() - action.startedAt.getTime()) / 1000)}`
    return [
      html`<b>${action.verb}</b>${action.dryRun ? html` <span class="dim">dry run</span>` : NOTHING}${scope === '{}' ? NOTHING : html`<span class="sub any"><code>${scope}</code></span>`}`,
      html`${mark(tone, shape, action.outcome)}${action.errorReason === null ? NOTHING : html`<span class="sub"><code>${action.errorReason}</code></span>`}`,
      numbers === '' ? html`<span class="dim">–</span>` : numbers,
      html`<span class="any">${action.actor}</span>`,
      html`<span class="nowrap">${ago(action.startedAt, call.now)}</span><span class="sub">${took}</span>`,
    ]
  })
  const list =
    rows.length === 0
      ? blank('page', 'No changes yet', html`<p>This log records every action of an operator, also refused ones.</p>`)
      : html`<div class="sheet">${table('What operators did', [{ name: 'Verb', kind: 'whole' }, { name: 'Outcome', kind: 'long' }, { name: 'Numbers', kind: 'long' }, { name: 'Operator' }, { name: 'When', kind: 'num' }], rows)}</div>`
  const main = html`${head('Operator log', 'Every change that a person made, the latest first.')}${live('log', list)}${pager(call, '/log', page.next)}`
  return respondPage(call, { title: 'Operator log', entry: '/log', main })
}
