import { anchor, code, prose, table } from './markdown.ts'
import type { Export, Member } from './read-exports.ts'

/** Every options type of every package, a table each. */
export function optionPage(own: readonly Export[]): string {
  const packages = [...Map.groupBy(own.filter(isOptions), (item) => item.package.name)]
  return [
    '---\noutline: [2, 3]\n---\n',
    '# Options\n',
    'The options of all functions, by package. Factories reject wrong and unknown options at once,',
    'all of them in one `config_invalid`.\n',
    ...packages.map(([name, items]) => `## ${name}\n\n${items.map(optionTable).join('\n')}`),
  ].join('\n')
}

/** Whether an export is an options type. */
export function isOptions({ name, kind }: Export): boolean {
  return kind === 'interface' && name.endsWith('Options')
}

function optionTable(item: Export): string {
  const link = `../reference/api/${item.package.folder}#${anchor(item.name)}`
  const rows = item.members.map((member) => [
    code(member.name),
    code(member.type.replaceAll('readonly ', '')),
    defaultOf(member),
    prose(member.doc),
  ])
  const more = extensionsOf(item)
  return [
    `### ${item.name}\n`,
    `${prose(item.doc)} [Declaration](${link})\n`,
    ...(rows.length === 0 ? [] : [table(['option', 'type', 'default', ''], rows)]),
    ...(more === '' ? [] : [`Also takes the options of ${more}.\n`]),
  ].join('\n')
}

function defaultOf({ isOptional, default: text }: Member): string {
  if (text !== '') return prose(text)
  return isOptional ? 'none' : 'required'
}

function extensionsOf({ code: declaration }: Export): string {
  const names = /^interface [^{]* extends ([^{]*)\{/.exec(declaration)?.[1]?.trim() ?? ''
  return names === '' ? '' : code(names)
}
