import { code, prose, table } from './markdown.ts'
import type { Export } from './read-exports.ts'

/** How the page of events begins: every event, from the map that types them. */
export function eventPage(own: readonly Export[]): string {
  const map = own.find(({ name }) => name === 'EventMap')
  if (map === undefined) throw new Error('No package exports EventMap.')
  return [
    '---\noutline: [2, 3]\nkeywords: event listen subscribe metrics telemetry emit\n---\n',
    '# Events\n',
    '`rindle.on(name, listener)` hears the events of one process, typed by name. Every event has `metadata` of few values',
    '(never ids, keys, URLs, filenames or secrets) and `measurements`, which are numbers. A listener that throws is logged',
    'and breaks nothing.\n',
    table(
      ['event', 'when', 'metadata'],
      map.members.map(({ name, type, doc }) => [code(name), prose(doc), code(type.replaceAll('readonly ', ''))]),
    ),
  ].join('\n')
}
