import type { MediaTrack, Variant } from '@rindle/core'
import { count, dimensions, size } from './format.ts'
import { mark, stateMark } from './glyph.ts'
import { type Html, html, NOTHING } from './html.ts'
import { section } from './layout.ts'
import { table } from './table.ts'

/** The text tracks of an asset; nothing where it has none. */
export function trackTable(tracks: readonly MediaTrack[]): Html {
  if (tracks.length === 0) return NOTHING
  const columns = [
    { name: 'Track', kind: 'whole' },
    { name: 'Kind' },
    { name: 'Language' },
    { name: 'Default' },
    { name: 'Cues', kind: 'num' },
    { name: 'Size', kind: 'num' },
  ] as const
  const rows = tracks.map(({ label, kind, lang, isDefault, cueCount, byteSize, damagedAt }) => [
    html`<b class="any">${label}</b>${damagedAt === null ? NOTHING : mark('bad', 'hole', 'damaged')}`,
    kind,
    html`<code>${lang}</code>`,
    isDefault ? 'yes' : html`<span class="dim">–</span>`,
    count(cueCount),
    size(byteSize),
  ])
  return section('tr', 'Text tracks', html`<div class="sheet">${table('Text tracks', columns, rows)}</div>`)
}

/** The variants that are members of a stream; nothing where none is. */
export function streamTable(variants: readonly Variant[]): Html {
  const members = variants.filter(({ metadata }) => isObject(metadata['stream']))
  if (members.length === 0) return NOTHING
  const columns = [
    { name: 'Member', kind: 'whole' },
    { name: 'State' },
    { name: 'Role' },
    { name: 'Resolution' },
    { name: 'Bandwidth', kind: 'num' },
    { name: 'Codecs' },
  ] as const
  const rows = members.map((variant) => {
    const { role, bandwidth, codecs } = variant.metadata['stream'] as Readonly<Record<string, unknown>>
    return [
      html`<b class="any">${variant.name}</b>`,
      stateMark(variant.state),
      word(role),
      dimensions(variant) || html`<span class="dim">–</span>`,
      typeof bandwidth === 'number' ? `${count(Math.round(bandwidth / 1000))} kbit/s` : '–',
      html`<code class="any">${word(codecs)}</code>`,
    ]
  })
  return section('st', 'Streams', html`<div class="sheet">${table('Streams', columns, rows)}</div>`)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '–'
}
