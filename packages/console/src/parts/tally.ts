import type { Call } from '../call.ts'
import { count } from './format.ts'
import { stateMark, type Tone, toneOf } from './glyph.ts'
import { type Html, html, NOTHING } from './html.ts'

/** The tones from the worst to the best, and the class of each in the bar. */
const TONES: readonly (readonly [Tone, string])[] = [
  ['bad', 'f-bad'],
  ['warn', 'f-warn'],
  ['work', 'f-work'],
  ['wait', 'f-wait'],
  ['ok', 'f-ok'],
]

/**
 * The rows of a table by state, each leading to its list. The bar leaves out the state in which all is well: it would be
 * one line of a single colour.
 */
export function tally(
  call: Call,
  title: string,
  counts: Readonly<Record<string, number>>,
  well: string,
  link?: string,
): Html {
  const all = Object.entries(counts).filter(([, of]) => of > 0)
  const total = all.reduce((sum, [, of]) => sum + of, 0)
  const rest = all.filter(([state]) => state !== well).toSorted(([a], [b]) => rankOf(a) - rankOf(b))
  const others = rest.reduce((sum, [, of]) => sum + of, 0)
  const line = ([state, of]: readonly [string, number]): Html => {
    const words = html`${stateMark(state)}<span>${count(of)}</span>`
    return html`<li>${link === undefined ? html`<span class="row">${words}</span>` : html`<a href="${call.at(`${link}${state}`)}">${words}</a>`}</li>`
  }
  const share = total === others ? NOTHING : html`${percent(1 - others / total)}. `
  const trouble =
    others === 0
      ? NOTHING
      : html`<p class="xs dim">${share}The other ${count(others)}:</p>${bar(title, rest, others)}<ul>${rest.map(line)}</ul>`
  const wellLines = all.filter(([state]) => state === well).map(line)
  return html`<div class="tally"><div class="row"><h3>${title}</h3><span class="small">${count(total)}</span></div>${wellLines.length === 0 ? NOTHING : html`<ul>${wellLines}</ul>`}${trouble}</div>`
}

function bar(title: string, rest: readonly (readonly [string, number])[], others: number): Html {
  let x = 0
  const rects = TONES.map(([tone, className]) => {
    const part = rest.reduce((sum, [state, of]) => sum + (toneOf(state) === tone ? of : 0), 0)
    if (part === 0) return NOTHING
    const width = (part / others) * 100
    x += width
    return html`<rect class="${className}" x="${(x - width).toFixed(2)}" y="0" width="${Math.max(0.3, width - 0.15).toFixed(2)}" height="8"/>`
  })
  return html`<svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="${title} in other states, the worst first">${rects}</svg>`
}

function rankOf(state: string): number {
  return TONES.findIndex(([tone]) => tone === toneOf(state))
}

/** `99.93 %`; never 100 %, because there are others. */
function percent(share: number): string {
  return `${(Math.floor(share * 10_000) / 100).toString()} %`
}
