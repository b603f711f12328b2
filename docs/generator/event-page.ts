import { code, fenced, prose, table } from './markdown.ts'
import type { Export } from './read-exports.ts'

/** Every event, from the map that types them. */
export function eventPage(own: readonly Export[]): string {
  const map = own.find(({ name }) => name === 'EventMap')
  if (map === undefined) throw new Error('No package exports EventMap.')
  const shapes = own.filter(({ name }) =>
    ['ResumableMetadata', 'TranscodeMetadata', 'RepairMetadata', 'Operation'].includes(name),
  )
  return [
    '# Events\n',
    '`rindle.on(name, listener)` hears the events of one process, typed by name. Every event has `metadata` of few values',
    '(never ids, keys, URLs, filenames or secrets) and `measurements`, which are numbers. A listener that throws is logged',
    'and breaks nothing.\n',
    table(
      ['event', 'when', 'metadata'],
      map.members.map(({ name, type, doc }) => [code(name), prose(doc), code(type.replaceAll('readonly ', ''))]),
    ),
    ...shapes.map(({ name, code: declaration }) => `## ${name}\n\n${fenced('ts', declaration)}`),
  ].join('\n')
}
