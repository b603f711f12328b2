import { exportSections, typesText } from './export-text.ts'
import { instanceParts } from './instance-parts.ts'
import { anchor, code, fenced, firstSentence, prose, table } from './markdown.ts'
import { ADAPTER_NOUNS, NOUNS, type Noun, nounOf } from './nouns.ts'
import type { Places } from './places.ts'
import type { Export, Member } from './read-exports.ts'

/** A method of an instance, with the interface that declares it; all of its overloads. */
interface Method {
  readonly name: string
  readonly doc: string
  readonly code: string
  readonly part: Export
}

/** The pages of core's exports, a page for each noun, and the list of methods. `heads`: how some of the pages begin. */
export function nounPages(
  own: readonly Export[],
  places: Places,
  heads: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const core = own.filter(({ package: { folder } }) => folder === 'core')
  const parts = instanceParts(core)
  const methods = Map.groupBy(parts.flatMap(methodsOf), (method) => methodNoun(method, core))
  const pages = [...NOUNS, ...ADAPTER_NOUNS].map((noun): [string, string] => {
    const items = core.filter((item) => nounOf(item) === noun && !parts.includes(item))
    const sections = sectionsOf(noun, items, methods.get(noun) ?? [], places)
    return [`reference/${noun.page}.md`, [heads[noun.page] ?? headOf(noun), ...sections].join('\n')]
  })
  return new Map([...pages, ['reference/methods.md', methodList(methods)]])
}

function headOf({ title, intro, keywords }: Noun): string {
  return `---\noutline: [2, 3]\nkeywords: ${keywords}\n---\n\n# ${title}\n\n${intro}\n`
}

function sectionsOf(
  noun: Noun,
  items: readonly Export[],
  methods: readonly Method[],
  places: Places,
): readonly string[] {
  const page = `reference/${noun.page}`
  return [
    ...(methods.length === 0 ? [] : ['## Methods\n', ...methods.map((method) => methodText(method, page, places))]),
    ...exportSections(items, page, places),
  ]
}

function methodText({ name, doc, code: signature, part }: Method, page: string, places: Places): string {
  return [
    `### rindle.${name}\n`,
    `${prose(doc)}\n`,
    fenced('ts', signature),
    typesText(signature, part, page, places),
  ].join('\n')
}

function methodList(methods: ReadonlyMap<Noun, readonly Method[]>): string {
  const sections = NOUNS.filter((noun) => methods.has(noun)).map((noun) => {
    const rows = (methods.get(noun) ?? []).map(({ name, doc }) => [
      `[${code(name)}](./${noun.page}#${anchor(`rindle.${name}`)})`,
      prose(firstSentence(doc)),
    ])
    return `## ${noun.title}\n\n${table(['method', 'what it does'], rows)}`
  })
  return [
    '---\nkeywords: api functions verbs\n---\n',
    '# Methods\n',
    'All methods of an instance, which [`createRindle`](./instance#createrindle) makes.\n',
    ...sections,
  ].join('\n')
}

function methodsOf(part: Export): Method[] {
  const overloads = [...Map.groupBy(part.members, ({ name }: Member) => name)]
  return overloads.map(([name, members]) => ({
    name,
    doc: members
      .map(({ doc }) => doc)
      .join('\n\n')
      .trim(),
    code: members.map(({ code: signature }) => signature).join('\n'),
    part,
  }))
}

/** The page that names the method; that of its part; for the many verbs of operators, that of the first type it names. */
function methodNoun({ name, code: signature, part }: Method, core: readonly Export[]): Noun {
  const named = NOUNS.find(({ methods }) => methods?.includes(name))
  if (named !== undefined || part.name !== 'Operations') return named ?? nounOf(part)
  const types = signature.match(/\b[A-Z]\w+/g) ?? []
  const found = types.flatMap(
    (type) => core.find((item) => item.name === type && item.source.startsWith('operations/')) ?? [],
  )
  return nounOf(found[0] ?? part)
}
