import { ERROR_CODES, type ErrorCode, REASONS, RindleError } from '@rindle/core'
import { httpStatusOf } from '@rindle/core/adapter'
import { prose, table } from './markdown.ts'
import { pageTitle } from './page-title.ts'
import type { Export, Member } from './read-exports.ts'

/** The order of the groups on the list, and their titles: the tables that `ERROR_CODES` is made of. */
const GROUPS = [
  ['Setup', ['config_invalid', 'program_not_found']],
  ['Calls', ['not_found', 'not_processing']],
  ['Uploads', ['upload_rejected', 'checksum_mismatch']],
  ['Storage, disk and memory', ['storage_object_missing', 'original_damaged']],
  ['Background work', ['processing_failed', 'program_failed']],
] as const satisfies readonly (readonly [title: string, ends: readonly [ErrorCode, ErrorCode]])[]

/** A page for each code of an error: its cause and its cure. */
export function errorPages(own: readonly Export[]): ReadonlyMap<string, string> {
  const codes = own.find(({ name }) => name === 'ERROR_CODES')?.members ?? []
  const pages = codes.map((code): [string, string] => [`reference/errors/${code.name}.md`, codePage(code)])
  return new Map(pages)
}

/** How the list of error codes begins: the codes in groups, and the reasons that rows keep. */
export function errorList(own: readonly Export[]): string {
  return [
    '---\noutline: [2, 3]\nkeywords: exceptions failures RindleError catch problem\n---\n',
    '# Error codes\n',
    'Everything that Rindle throws is a `RindleError` with one of these codes. `error.docs` is the address of the page of',
    'its code: on the site of the release, or, where Rindle runs from a checkout of its sources, on the one that',
    "`pnpm docs:dev` serves. `isRindleError(error, 'upload_rejected')` checks a code, even across copies of the package.",
    '"Retryable" says whether the same call may succeed later without a change by the caller; a single error may differ,',
    'in its `retryable`.\n',
    ...GROUPS.map(([title, ends]) => `## ${title}\n\n${codeTable(ends)}`),
    '## Reasons of a rejection\n',
    'The values of `details.reason` of `upload_rejected`, and of `errorReason` of a quarantined asset:\n',
    table(
      ['reason', 'meaning'],
      unionOf(own, 'RejectionReason').map((reason) => [`\`${reason}\``, meaningOf(reason)]),
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

function codeTable([first, last]: readonly [ErrorCode, ErrorCode]): string {
  const entries = Object.entries(ERROR_CODES)
  const place = (code: ErrorCode): number => entries.findIndex(([name]) => name === code)
  const rows = entries
    .slice(place(first), place(last) + 1)
    .map(([name, { meaning, retryable }]) => [`[\`${name}\`](./errors/${name})`, meaning, retryable ? 'yes' : 'no'])
  return table(['code', 'meaning', 'retryable'], rows)
}

function codePage({ name, doc, see }: Member): string {
  const [cause = '', cure = ''] = doc.split(/\n\s*\n/)
  const { meaning, retryable } = ERROR_CODES[name as ErrorCode]
  const status = httpStatusOf(new RindleError(name as ErrorCode, meaning))
  return [
    `---\ndescription: ${JSON.stringify(meaning)}\nkeywords: ${name.replaceAll('_', ' ')}\n---\n`,
    `# ${name}\n`,
    `${meaning}\n`,
    `## Cause\n\n${partOf(cause, 'Cause', name)}\n`,
    `## Cure\n\n${partOf(cure, 'Cure', name)}\n`,
    ...(see === '' ? [] : [`More: [${pageTitle(see)}](../../${see}).\n`]),
    '## Facts\n',
    table(
      ['fact', 'value'],
      [
        ['Retryable', retryable ? 'yes: the same call may succeed later' : 'no: the same call fails again'],
        ['Status over HTTP', String(status)],
        ['In code', `\`isRindleError(error, '${name}')\``],
      ],
    ),
    '[All error codes](../errors)\n',
  ].join('\n')
}

/** The paragraph of a code's comment that begins with that word. */
function partOf(paragraph: string, word: 'Cause' | 'Cure', code: string): string {
  const text = prose(paragraph.trim())
  if (!text.startsWith(`${word}: `)) throw new Error(`The comment of ${code} has no paragraph "${word}: …".`)
  return text.slice(word.length + 2)
}

function meaningOf(reason: string): string {
  const own: Readonly<Record<string, string>> = REASONS
  return own[reason] ?? ERROR_CODES[reason as ErrorCode]?.meaning ?? ''
}

/** The members of an exported union of string literals. */
function unionOf(own: readonly Export[], name: string): string[] {
  const found = own.find((item) => item.name === name)
  if (found === undefined) throw new Error(`No package exports ${name}.`)
  return [...found.code.matchAll(/'([^']+)'/g)].map(([, member]) => member as string)
}
