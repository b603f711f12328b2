import type { DoctorCheck } from '@rindle/core'
import type { Call } from '../call.ts'
import { counted } from '../parts/format.ts'
import { glyph, mark } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { head, section } from '../parts/layout.ts'
import { respondPage } from '../respond.ts'

/** The checks of the doctor, as the command prints them: those to be mended first. */
export async function doctor(call: Call): Promise<Response> {
  const { checks, counts } = await call.rindle.doctor({ signal: call.request.signal })
  const bad = checks
    .filter(({ status }) => status !== 'ok')
    .toSorted((a, b) => Number(b.status === 'error') - Number(a.status === 'error'))
  const good = Map.groupBy(
    checks.filter(({ status }) => status === 'ok'),
    ({ component }) => component,
  )
  const lead = html`${counts.error === 0 ? 'No error' : html`<b class="bad-text">${counted(counts.error, 'error')}</b>`}, ${counted(counts.warn, 'warning')}, ${counts.ok} ok. The checks leave nothing behind.`
  const main = html`${head('Doctor', lead, html`<a class="btn primary" href="${call.at('/doctor')}">Run again</a>`)}
${bad.length === 0 ? NOTHING : section('p', 'To fix', html`<div class="sheet">${bad.map(check)}</div>`)}
${section(
  'ok',
  'Passed',
  html`<div class="sheet checks">${[...good].map(
    ([component, all]) =>
      html`<details><summary>${glyph('check', 'ok')} ${component} <span class="dim">${all.length} ok</span></summary><ul>${all.map(
        ({ summary }) => html`<li>${glyph('check', 'ok')}<span>${summary}</span></li>`,
      )}</ul></details>`,
  )}</div>`,
  'What a check found, not only that it passed',
)}`
  return respondPage(call, { title: 'Doctor', entry: '/doctor', main })
}

function check({ id, component, status, summary, fix }: DoctorCheck): Html {
  const word = status === 'error' ? mark('bad', 'cross', 'error') : mark('warn', 'tri', 'warning')
  return html`<div class="check"><div>${word}</div><div><h3><code>${id}</code> <span class="dim">${component}</span></h3><p>${summary}</p>${
    fix === undefined ? NOTHING : html`<p class="fix"><b>Fix:</b> ${fix}</p>`
  }</div><div></div></div>`
}
