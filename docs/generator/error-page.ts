import { ERROR_CODES, REASONS } from '@rindle/core'
import { table } from './markdown.ts'
import type { Export } from './read-exports.ts'

/** The table of error codes, the reasons of rejections, and those that rows keep. */
export function errorPage(own: readonly Export[]): string {
  const rows = Object.entries(ERROR_CODES).map(([name, { meaning, retryable }]) => [
    `[\`${name}\`](../guide/troubleshooting#${name.replaceAll('_', '-')})`,
    meaning,
    retryable ? 'yes' : 'no',
  ])
  return [
    '# Error codes\n',
    'Everything that Rindle throws is a `RindleError` with one of these codes. "Retryable" says whether the same call may',
    'succeed later without a change by the caller; an error may differ from its code, in `retryable`.\n',
    table(['code', 'meaning', 'retryable'], rows),
    '## Reasons of a rejection\n',
    'The values of `details.reason` of `upload_rejected`, and of `errorReason` of a quarantined asset:\n',
    table(
      ['reason'],
      unionOf(own, 'RejectionReason').map((reason) => [`\`${reason}\``]),
    ),
    '## Reasons in rows\n',
    'The values of `error_reason` (assets, variants, runs) and `failure_reason` (upload sessions): one of the codes above, or',
    'one of these. A colon and the name of its subject may follow.\n',
    table(
      ['reason', 'meaning'],
      Object.entries(REASONS).map(([reason, meaning]) => [`\`${reason}\``, meaning]),
    ),
  ].join('\n')
}

/** The members of an exported union of string literals. */
function unionOf(own: readonly Export[], name: string): string[] {
  const found = own.find((item) => item.name === name)
  if (found === undefined) throw new Error(`No package exports ${name}.`)
  return [...found.code.matchAll(/'([^']+)'/g)].map(([, member]) => member as string)
}
