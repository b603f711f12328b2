import { anchor, code, fenced, prose, table } from './markdown.ts'
import type { Export, Reexport } from './read-exports.ts'
import { type PublishedPackage, publishedPackages } from './repository.ts'

/** One page for each package: every export with its contract and its declaration. */
export function apiPages(own: readonly Export[], others: readonly Reexport[]): ReadonlyMap<string, string> {
  const pages = publishedPackages().map((found): [string, string] => {
    const mine = own.filter((item) => item.package.folder === found.folder)
    const foreign = others.filter((item) => item.package.folder === found.folder)
    return [`reference/api/${found.folder}.md`, apiPage(found, mine, foreign)]
  })
  return new Map([...pages, ['reference/api/index.md', indexPage(own)]])
}

function apiPage(found: PublishedPackage, own: readonly Export[], others: readonly Reexport[]): string {
  const byArea = Map.groupBy(own, ({ area, kind }) => (own.length > 40 ? area : `${kind}s`))
  const areas = [...byArea].toSorted(([one], [other]) => one.localeCompare(other))
  return [
    `---\noutline: ${own.length > 40 ? '[2, 2]' : '[2, 3]'}\n---\n`,
    `# ${found.name}\n`,
    `${found.description} How it is used: [the package](../packages/${found.folder}).\n`,
    ...areas.map(([area, items]) => `## ${area}\n\n${items.map(exportText).join('\n')}`),
    ...(others.length === 0 ? [] : [`## From elsewhere\n\n${foreignText(others)}`]),
  ].join('\n')
}

function exportText({ package: found, specifier, name, doc, code: declaration }: Export): string {
  const from = specifier === found.name ? '' : `\n\nFrom \`${specifier}\`.`
  return `### ${name}\n\n${prose(doc)}${from}\n\n${fenced('ts', declaration)}`
}

function foreignText(others: readonly Reexport[]): string {
  return table(
    ['export', 'declared by'],
    others.map(({ name, from }) => [code(name), from]),
  )
}

function indexPage(own: readonly Export[]): string {
  const listed = own.filter(({ kind }) => kind === 'function' || kind === 'class')
  const rows = listed.map(({ name, package: found, specifier, doc }) => [
    `[${code(name)}](./${found.folder}#${anchor(name)})`,
    code(specifier),
    prose(firstSentence(doc)),
  ])
  return [
    '# API\n',
    'Every function and class that a package exports. Types are on the pages of their packages.\n',
    `Packages: ${publishedPackages()
      .map(({ folder, name }) => `[${code(name)}](./${folder})`)
      .join(', ')}.\n`,
    table(['export', 'package', ''], rows),
  ].join('\n')
}

function firstSentence(doc: string): string {
  return /^[\s\S]*?[.:](?=\s|$)/.exec(doc)?.[0] ?? doc
}
