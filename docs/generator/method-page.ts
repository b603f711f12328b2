import { code, prose, table } from './markdown.ts'
import type { Export } from './read-exports.ts'

/** Every method of an instance, by the parts of its interface. */
export function methodPage(own: readonly Export[]): string {
  const parts = partsOf(own)
  return [
    '# Methods\n',
    'The methods of an instance, which [`createRindle`](./api/core#createrindle) makes, by subject. Their',
    'arguments are on the page of the interface that the heading names.\n',
    ...parts.map(({ name, doc, members }) =>
      [
        `## ${name}\n`,
        `${prose(doc)} [\`${name}\`](./api/core#${name.toLowerCase()})\n`,
        table(
          ['method', ''],
          members.map((member) => [code(member.name), prose(member.doc)]),
        ),
      ].join('\n'),
    ),
  ].join('\n')
}

/** The interfaces that `Rindle` extends, in its order. */
function partsOf(own: readonly Export[]): readonly Export[] {
  const rindle = own.find(({ name }) => name === 'Rindle')?.code ?? ''
  const names = new Set(rindle.replace(/^[\s\S]*?extends/, '').match(/\b[A-Z]\w+/g))
  const parts = [...names].flatMap((name) => own.find((item) => item.name === name && item.members.length > 0) ?? [])
  if (parts.length < 8) throw new Error('The interface Rindle no longer extends its parts.')
  return parts
}
