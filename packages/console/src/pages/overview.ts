import type { StatusFinding } from '@rindle/core'
import type { Call } from '../call.ts'
import { count, duration } from '../parts/format.ts'
import { glyph, stateMark } from '../parts/glyph.ts'
import { type Html, html } from '../parts/html.ts'
import { head, live, section } from '../parts/layout.ts'
import { table } from '../parts/table.ts'
import { respondPage } from '../respond.ts'

/** The overview: numbers, and what needs a hand, worst first. */
export async function overview(call: Call): Promise<Response> {
  const status = await call.rindle.runtimeStatus()
  const main = html`${head('Overview')}${live(
    'overview',
    html`${section('find', 'What needs a hand, worst first', html`${status.findings.map(finding)}`)}`,
  )}`
  void [count, duration, stateMark, table]
  return respondPage(call, { title: 'Overview', entry: '/', main })
}

function finding({ class: name, severity, count: found, recommendation }: StatusFinding): Html {
  return html`<article class="finding">${glyph(severity === 'error' ? 'cross' : 'tri', severity === 'error' ? 'bad' : 'warn')}<div><h3>${name} ${found}</h3><p>${recommendation.advice}</p></div></article>`
}
