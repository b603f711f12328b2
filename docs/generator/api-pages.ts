import { exportSections, isOptions } from './export-text.ts'
import { code, firstSentence, prose, table } from './markdown.ts'
import { type Places, packagePage } from './places.ts'
import type { Export, Reexport } from './read-exports.ts'
import { type PublishedPackage, publishedPackages } from './repository.ts'

/** The pages of packages: one for each entry, a list for core, whose exports stand on pages by noun, and two lists of all. */
export function apiPages(
  own: readonly Export[],
  others: readonly Reexport[],
  places: Places,
): ReadonlyMap<string, string> {
  const pages = publishedPackages().flatMap((found): [string, string][] => {
    const foreign = others.filter((item) => item.package.folder === found.folder)
    if (found.folder === 'core') return [['reference/api/core.md', corePage(found, own, places)]]
    return found.entries.flatMap(({ specifier }, index): [string, string][] => {
      const mine = own.filter((item) => item.specifier === specifier)
      const page = packagePage(found.folder, specifier)
      const text = entryPage(found, specifier, mine, index === 0 ? foreign : [], places)
      return mine.length === 0 && index > 0 ? [] : [[`${page}.md`, text]]
    })
  })
  return new Map([
    ...pages,
    ['reference/api/index.md', indexPage(own, places)],
    ['reference/options.md', optionList(own, places)],
  ])
}

function entryPage(
  found: PublishedPackage,
  specifier: string,
  own: readonly Export[],
  others: readonly Reexport[],
  places: Places,
): string {
  const page = packagePage(found.folder, specifier)
  return [
    '---\noutline: [2, 3]\n---\n',
    `# ${specifier}\n`,
    `${found.description} How it is used: [the package](../packages/${found.folder}).\n`,
    ...exportSections(own, page, places),
    ...(others.length === 0 ? [] : [`## From other packages\n\n${foreignText(others)}`]),
  ].join('\n')
}

function corePage(found: PublishedPackage, own: readonly Export[], places: Places): string {
  const core = own.filter(({ package: { folder } }) => folder === found.folder)
  const sections = found.entries.map(({ specifier }) => {
    const rows = core
      .filter((item) => item.specifier === specifier)
      .toSorted((one, other) => one.name.localeCompare(other.name))
      .map((item) => [places.linkTo(item, 'reference/api/core'), prose(firstSentence(item.doc))])
    return `## ${specifier}\n\n${table(['export', 'what it is'], rows)}`
  })
  return [
    `# ${found.name}\n`,
    `${found.description} How it is used: [the package](../packages/${found.folder}). Applications import the first entry,`,
    'adapters also the second.\n',
    ...sections,
  ].join('\n')
}

function foreignText(others: readonly Reexport[]): string {
  const owners = new Set(publishedPackages().map(({ folder }) => folder))
  const rows = others.map(({ name, from }) => [
    code(name),
    owners.has(from) ? `[\`@rindle/${from}\`](./${from})` : from,
  ])
  return table(['export', 'declared by'], rows)
}

function indexPage(own: readonly Export[], places: Places): string {
  const listed = own.filter(({ kind }) => kind === 'function' || kind === 'class')
  const rows = listed.map((item) => [
    places.linkTo(item, 'reference/api/index'),
    code(item.specifier),
    prose(firstSentence(item.doc)),
  ])
  return [
    '# API\n',
    'Every function and class that a package exports. Types are on the pages of their packages.\n',
    `Packages: ${publishedPackages()
      .map(({ folder, name }) => `[${code(name)}](./${folder})`)
      .join(', ')}.\n`,
    table(['export', 'import from', 'what it does'], rows),
  ].join('\n')
}

/** Every options type, by package. */
function optionList(own: readonly Export[], places: Places): string {
  const packages = [...Map.groupBy(own.filter(isOptions), (item) => item.package.name)]
  return [
    '---\nkeywords: configuration settings parameters\n---\n',
    '# Options\n',
    'All options types, by package. Factories reject wrong and unknown options at once, all of them in one',
    '[`config_invalid`](./errors/config_invalid).\n',
    ...packages.map(([name, items]) => {
      const rows = items.map((item) => [places.linkTo(item, 'reference/options'), prose(firstSentence(item.doc))])
      return `## ${name}\n\n${table(['options', 'of'], rows)}`
    }),
  ].join('\n')
}
