import type { AssetWithVariants } from '@rindle/core'
import type { AssetRows } from '../read-asset.ts'
import { absolute, duration } from './format.ts'
import { glyph, stateMark, toneOf } from './glyph.ts'
import { type Html, html, NOTHING } from './html.ts'
import { table } from './table.ts'

type Run = AssetRows[1][number]

/** The runs of an asset over time, the oldest first. Rows come with the newest first. */
export function runTable(newestFirst: readonly Run[]): Html {
  const runs = newestFirst.toReversed()
  if (runs.length === 0) return html`<p class="pad dim">No worker has begun yet.</p>`
  const from = Math.min(...runs.map(startOf))
  const to = Math.max(from + 1, ...runs.map((run) => (run.finishedAt ?? run.startedAt ?? run.createdAt).getTime()))
  return table(
    'Runs',
    [
      { name: 'Run', kind: 'whole' },
      { name: 'Result' },
      { name: 'Attempt', kind: 'num' },
      { name: 'Worker', kind: 'nowrap' },
      { name: 'Took', kind: 'num' },
      { name: `Over ${duration((to - from) / 1000)}`, kind: 'long' },
    ],
    runs.map((run) => [
      html`${run.variantName ?? 'promote'}${run.errorReason === null ? NOTHING : html`<span class="sub any"><code>${run.errorReason}</code></span>`}`,
      stateMark(run.state),
      String(run.attempt),
      html`<code>${run.worker}</code>`,
      run.finishedAt === null ? '–' : duration((run.finishedAt.getTime() - startOf(run)) / 1000),
      bar(run, from, to),
    ]),
  )
}

/** The history of an asset: what was written down of it, and when. */
export function transitions(asset: AssetWithVariants, events: AssetRows[4], attachments: AssetRows[2]): Html {
  const points = [
    { at: asset.createdAt, state: 'staged', words: html`<b>created</b>` },
    ...events.map(({ occurredAt, type, payload }) => ({
      at: occurredAt,
      state: type.split('.').at(-1) ?? '',
      words: html`<b>${type}</b> ${detail(payload)}`,
    })),
    ...asset.variants.flatMap(({ generatedAt, name }) =>
      generatedAt === null ? [] : [{ at: generatedAt, state: 'ready', words: html`<b>${name}</b> was made` }],
    ),
    ...attachments.map(({ createdAt, ownerType, ownerId, slot }) => ({
      at: createdAt,
      state: 'available',
      words: html`attached to <b class="any">${ownerType} ${ownerId} · ${slot}</b>`,
    })),
    { at: asset.updatedAt, state: asset.state, words: html`<b>${asset.state}</b>, the last change` },
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime())
  return html`<ol class="line">${points.map(({ at, state, words }, index) => {
    const before = points[index - 1]?.at
    const since =
      before === undefined ? absolute(at).slice(11, 19) : `+ ${duration((at.getTime() - before.getTime()) / 1000)}`
    return html`<li>${glyph('disc', toneOf(state))}<span class="dim" title="${absolute(at)}">${since}</span><span>${words}</span></li>`
  })}</ol>`
}

function detail(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null) return ''
  const { variantName, state } = payload as Record<string, unknown>
  return [variantName, state].filter((part) => typeof part === 'string').join(', ')
}

function startOf(run: Run): number {
  return (run.startedAt ?? run.createdAt).getTime()
}

function bar(run: Run, from: number, to: number): Html {
  const scale = 100 / (to - from)
  const x = (startOf(run) - from) * scale
  const width = Math.max(0.8, ((run.finishedAt?.getTime() ?? to) - startOf(run)) * scale)
  const fill = run.state === 'failed' ? 'f-bad' : run.state === 'succeeded' ? 'f-ok' : 'f-warn'
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="after ${duration((startOf(run) - from) / 1000)}"><rect class="f-line" x="0" y="4.5" width="100" height="1"/><rect class="${fill}" x="${Math.min(99.2, x).toFixed(2)}" y="1" width="${Math.min(width, 100 - Math.min(99.2, x)).toFixed(2)}" height="8"/></svg>`
}
