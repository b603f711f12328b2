import type { StorageStatus, StoredProfile } from '@rindle/core'
import type { Call } from '../call.ts'
import { ago, count, counted, size } from '../parts/format.ts'
import { mark } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { calm, head, live, section } from '../parts/layout.ts'
import { table } from '../parts/table.ts'
import { respondPage } from '../respond.ts'

/** The storages: what is in them, what is left to move, and how far their mirrors are behind. */
export async function storages(call: Call): Promise<Response> {
  const [found, mayMove, mayVerify] = await Promise.all([
    call.rindle.listStorages(),
    call.can('moveStorage'),
    call.can('verifyMirrors'),
  ])
  const main = html`${head('Storages', 'Rows remember their storage by name. When a profile names another one, you can move its assets.')}
${live(
  'storages',
  html`${found.map((each, index) => section(`s${index}`, each.storage, contents(call, each, mayMove), about(each)))}${mirrorSection(call, found, mayVerify)}`,
)}`
  return respondPage(call, { title: 'Storages', entry: '/storages', main })
}

function about({ adapter, profiles }: StorageStatus): string {
  const kind = adapter ?? 'not configured here'
  return profiles.length === 0 ? kind : `${kind}, takes the uploads of ${profiles.join(', ')}`
}

function contents(call: Call, status: StorageStatus, mayMove: boolean): Html {
  const { storage, arriving, leftBehind, nextDeletionAt } = status
  const rows = [
    ...status.contents.map((stored) => [
      html`<b>${stored.profile}</b>`,
      count(stored.assets),
      size(stored.bytes),
      left(call, storage, stored, mayMove),
    ]),
    ...(arriving === 0
      ? []
      : [[html`moving here`, count(arriving), NOTHING, mark('work', 'gear', 'a move has begun')]]),
    ...(leftBehind === 0
      ? []
      : [
          [
            html`left behind`,
            count(leftBehind),
            NOTHING,
            html`deleted when their URLs have expired, the first ${ago(nextDeletionAt, call.now)}`,
          ],
        ]),
  ]
  const columns = [
    { name: 'Profile', kind: 'whole' },
    { name: 'Assets', kind: 'num' },
    { name: 'Originals', kind: 'num' },
    { name: 'Move', kind: 'long' },
  ] as const
  if (rows.length === 0) return calm('Nothing is in it.')
  return html`<div class="sheet">${table(`In ${storage}`, columns, rows)}</div>`
}

/** Of a profile that names another storage, everything here is left to move. */
function left(call: Call, from: string, { profile, assets, isElsewhere }: StoredProfile, mayMove: boolean): Html {
  if (isElsewhere !== true) return NOTHING
  const to = call.rindle.profiles[profile]?.storage ?? ''
  const query = new URLSearchParams({ to, from, profile })
  const button = mayMove
    ? html` <a class="btn" href="${call.at(`/maintenance/moveStorage?${query.toString()}`)}">Move to ${to}…</a>`
    : NOTHING
  return html`${counted(assets, 'asset')} left to move${button}`
}

function mirrorSection(call: Call, found: readonly StorageStatus[], mayVerify: boolean): Html {
  const rows = found.flatMap(({ storage, mirrors }) => {
    if (mirrors === null) return []
    const { waiting, since, reason } = mirrors
    const state =
      waiting === 0
        ? mark('ok', 'check', 'followed')
        : html`${mark(reason === null ? 'work' : 'warn', reason === null ? 'gear' : 'tri', counted(waiting, 'change'))}<span class="sub">since ${ago(since, call.now)}${reason === null ? NOTHING : html`, <code>${reason}</code>`}</span>`
    return [[html`<b>${storage}</b>`, count(mirrors.count), state]]
  })
  if (rows.length === 0) return NOTHING
  const columns = [
    { name: 'Storage', kind: 'whole' },
    { name: 'Mirrors', kind: 'num' },
    { name: 'Behind', kind: 'long' },
  ] as const
  const button = mayVerify ? html`<a href="${call.at('/maintenance/verifyMirrors')}">Compare them…</a>` : ''
  return section('mirrors', 'Mirrors', html`<div class="sheet">${table('Mirrors', columns, rows)}</div>`, button)
}
