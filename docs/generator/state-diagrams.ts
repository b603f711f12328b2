import { ASSET_TRANSITIONS, SESSION_TRANSITIONS, VARIANT_TRANSITIONS } from '@rindle/core'
import { instance } from '@viz-js/viz'
import { code, table } from './markdown.ts'

type Transitions = Readonly<Record<string, readonly string[]>>

const MACHINES: Readonly<Record<string, Transitions>> = {
  asset: ASSET_TRANSITIONS,
  variant: VARIANT_TRANSITIONS,
  session: SESSION_TRANSITIONS,
}

/** The diagram and the table of each state machine, for inclusion in pages: drawn from Rindle's own tables. */
export async function stateDiagrams(): Promise<ReadonlyMap<string, string>> {
  const viz = await instance()
  const parts = Object.entries(MACHINES).map(([machine, transitions]): [string, string] => {
    const svg = viz.renderString(graphOf(transitions), { format: 'svg', engine: 'dot' })
    return [
      `parts/${machine}-states.md`,
      `${embedded(svg, machine)}\n\n${sentenceOf(transitions)}\n${tableOf(transitions)}`,
    ]
  })
  return new Map(parts)
}

/**
 * States that nearly every state may change to (rejected, deleted, purged). Their arrows would cover the picture, so
 * they are left out and named in a sentence.
 */
function drainsOf(transitions: Transitions): readonly string[] {
  const states = Object.keys(transitions)
  const sources = (to: string): number => states.filter((from) => transitions[from]?.includes(to)).length
  return states.filter((state) => sources(state) >= states.length / 2 && (transitions[state]?.length ?? 0) <= 1)
}

function graphOf(transitions: Transitions): string {
  const drains = drainsOf(transitions)
  const nodes = Object.entries(transitions).map(
    ([state]) => `"${state}" [class="${drains.includes(state) ? 'drain' : 'state'}"]`,
  )
  const edges = Object.entries(transitions).flatMap(([from, targets]) =>
    targets.filter((to) => !drains.includes(to)).map((to) => `"${from}" -> "${to}"`),
  )
  return `digraph {
    rankdir=TB; bgcolor="transparent"; nodesep=0.35; ranksep=0.4
    node [shape=box, style="rounded", fontname="sans-serif", fontsize=13, height=0.4, margin="0.16,0.06"]
    edge [arrowsize=0.7]
    ${[...nodes, ...edges].join('\n')}
  }`
}

/**
 * Takes its colours from the page, so that the picture follows the page's theme, and keeps it narrower than a phone.
 */
function embedded(svg: string, machine: string): string {
  const drawing = svg
    .slice(svg.indexOf('<svg'))
    .replaceAll(/<!--.*?-->/gs, '')
    .replaceAll(/<title>.*?<\/title>/gs, '')
    .replaceAll('stroke="black"', 'stroke="currentColor"')
    .replaceAll('fill="black"', 'fill="currentColor"')
    .replace('<svg ', `<svg role="img" aria-label="States of the ${machine} and their transitions" `)
    .replaceAll(/\s*\n\s*/g, ' ')
  return `<figure class="states">${drawing}</figure>`
}

function sentenceOf(transitions: Transitions): string {
  const sentences = drainsOf(transitions).map((state) => {
    const others = Object.keys(transitions).filter((from) => from !== state && !transitions[from]?.includes(state))
    const exceptions = others.length === 0 ? '' : ` but ${others.map(code).join(', ')}`
    return `${code(state)} is reached from every other state${exceptions}.`
  })
  return sentences.length === 0 ? '' : `The arrows to the dashed states are not drawn: ${sentences.join(' ')}\n`
}

function tableOf(transitions: Transitions): string {
  const rows = Object.entries(transitions).map(([from, targets]) => [
    code(from),
    targets.map(code).join(', ') || 'nowhere',
  ])
  return table(['from', 'may go to'], rows)
}
