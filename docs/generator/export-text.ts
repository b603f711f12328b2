import { code, fenced, prose, table } from './markdown.ts'
import type { Places } from './places.ts'
import type { Export, Member } from './read-exports.ts'

const KINDS = [
  ['Functions', ({ kind }: Export) => kind === 'function' || kind === 'class'],
  ['Options', (item: Export) => isOptions(item)],
  ['Types', ({ kind }: Export) => kind === 'interface' || kind === 'type'],
  ['Constants', ({ kind }: Export) => kind === 'constant'],
] as const

/** Whether an export is an options type. */
export function isOptions({ name, kind }: Export): boolean {
  return kind === 'interface' && name.endsWith('Options')
}

/** The sections of a page: functions, options, types, constants. */
export function exportSections(items: readonly Export[], page: string, places: Places): readonly string[] {
  const left = new Set(items)
  return KINDS.flatMap(([title, isOfKind]) => {
    const here = [...left].filter(isOfKind).toSorted((one, other) => one.name.localeCompare(other.name))
    for (const item of here) left.delete(item)
    return here.length === 0 ? [] : [`## ${title}\n`, ...here.map((item) => exportText(item, page, places))]
  })
}

function exportText(item: Export, page: string, places: Places): string {
  return [
    `### ${item.name}\n`,
    `${prose(item.doc)}\n`,
    isOptions(item) && item.members.length > 0
      ? optionTable(item, page, places)
      : `${fenced('ts', item.code)}\n${typesText(item.code, item, page, places)}`,
  ].join('\n')
}

/** Each option with its type and its default in one cell, so that the table fits on a phone. */
function optionTable(item: Export, page: string, places: Places): string {
  const rows = item.members.map((member) => [
    `${code(member.name)}<br>${code(member.type.replaceAll('readonly ', ''))}`,
    [prose(member.doc), defaultOf(member), ...seeText(member, item, page, places)].join(' '),
  ])
  const inherited = extensionOf(item)
  const links = inherited === '' ? [] : places.linksIn(inherited, { page, item })
  return [
    table(['option', 'description'], rows),
    ...(inherited === '' ? [] : [`Also takes the options of ${links.join(', ') || code(inherited)}.\n`]),
  ].join('\n')
}

function seeText({ type }: Member, item: Export, page: string, places: Places): readonly string[] {
  const links = places.linksIn(type, { page, item })
  return links.length === 0 ? [] : [`See ${links.join(', ')}.`]
}

function defaultOf({ isOptional, default: text }: Member): string {
  if (text !== '') return `Default: ${prose(text)}.`
  return isOptional ? 'Optional.' : '**Required.**'
}

/** The types of a piece of code, as links. Empty if it names none. */
export function typesText(text: string, item: Export, page: string, places: Places): string {
  const links = places.linksIn(text, { page, item })
  return links.length === 0 ? '' : `Types: ${links.join(', ')}\n`
}

function extensionOf({ code: declaration }: Export): string {
  const extended = /^interface [^{]* extends ([^{]*)\{/.exec(declaration)?.[1]?.trim() ?? ''
  // The last `extends` may be that of a type parameter.
  return /^[^<]*>/.test(extended) ? '' : extended
}
