import { SESSION_STATES } from '@rindle/core'
import type { MediaUploadSession } from '@rindle/prisma'
import type { Call } from '../call.ts'
import { fileName, plainName } from '../parts/file-name.ts'
import { ago, shortId, size } from '../parts/format.ts'
import { mark, stateMark } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { blank, head, live, section } from '../parts/layout.ts'
import { IN_FLIGHT } from '../parts/menu.ts'
import { pager } from '../parts/pager.ts'
import { table } from '../parts/table.ts'
import { respondPage } from '../respond.ts'
import { verbButtons } from '../verbs/buttons.ts'

const LIMIT = 50
/** A resumable upload without a byte for so long is quiet. */
const QUIET_MS = 600_000

/** An upload, without its secrets. */
const SHOWN = {
  id: true,
  assetId: true,
  state: true,
  uploadStrategy: true,
  uploadLength: true,
  lastKnownOffset: true,
  attachOwnerType: true,
  attachOwnerId: true,
  attachSlot: true,
  expiresAt: true,
  failureReason: true,
  createdAt: true,
  updatedAt: true,
  asset: { select: { filename: true, profile: true } },
} as const

type Session = Pick<MediaUploadSession, Exclude<keyof typeof SHOWN, 'asset'>> & {
  readonly asset: { readonly filename: string; readonly profile: string }
}

/** The uploads that are in flight, or those of one state, the newest first. */
export async function uploads(call: Call): Promise<Response> {
  const state = SESSION_STATES.find((name) => name === call.query.get('state'))
  const after = call.query.get('after')
  const sessions = await readSessions(call, state === undefined ? IN_FLIGHT : [state], after)
  const shown = sessions.slice(0, LIMIT)
  const next = sessions.length > LIMIT ? (shown.at(-1)?.id ?? null) : null
  const tabs = [undefined, 'completed', 'failed', 'expired', 'aborted'] as const
  const list =
    shown.length === 0
      ? blank(
          'check',
          state === undefined ? 'No uploads in progress' : 'No such upload',
          html`<p>Completed uploads are <a href="${call.at('/assets')}">assets</a>.</p>`,
        )
      : html`<div class="sheet">${sessionTable(call, shown)}</div>`
  const main = html`${head('Uploads', 'Uploads in progress. Completed ones are assets.')}
<nav class="tabs" aria-label="State of uploads">${tabs.map((name) => html`<a href="${call.at('/uploads')}${name === undefined ? '' : `?state=${name}`}"${name === state ? html` aria-current="true"` : NOTHING}>${name ?? 'In progress'}</a>`)}</nav>
${live('uploads', section('u', 'Sessions', list))}
${pager(call, '/uploads', next)}`
  return respondPage(call, { title: 'Uploads', entry: '/uploads', main })
}

async function readSessions(
  { rindle }: Call,
  states: readonly string[],
  after: string | null,
): Promise<readonly Session[]> {
  const isCursor = after !== null && /^[0-9a-f-]{36}$/.test(after)
  // Each state is a range of an index; among all of them the newest are found by their ids.
  return rindle.prisma.mediaUploadSession.findMany({
    where: { state: { in: [...states] }, ...(isCursor ? { id: { lt: after } } : {}) },
    select: SHOWN,
    orderBy: { id: 'desc' },
    take: LIMIT + 1,
  })
}

function sessionTable(call: Call, sessions: readonly Session[]): Html {
  return table(
    'Upload sessions',
    [
      { name: 'File name', kind: 'name' },
      { name: 'State' },
      { name: 'Arrived', kind: 'long' },
      { name: 'Way' },
      { name: 'For' },
      { name: 'Ends', kind: 'nowrap' },
      { name: 'Actions', isHidden: true },
    ],
    sessions.map((session) => [
      html`<a href="${call.at(`/assets/${session.assetId}`)}">${fileName(session.asset.filename)}</a><span class="sub">${shortId(session.id)}</span>`,
      stateOf(session, call.now),
      arrived(session),
      session.uploadStrategy,
      session.attachOwnerType === null
        ? html`<span class="dim">no one</span>`
        : html`<span class="any">${session.attachOwnerType} ${session.attachOwnerId} · ${session.attachSlot}</span>`,
      ago(session.expiresAt, call.now),
      isOpen(session.state) ? verbButtons(call, ['abortUpload'], [session.id]) : NOTHING,
    ]),
  )
}

function isOpen(state: string): boolean {
  return (IN_FLIGHT as readonly string[]).includes(state)
}

function stateOf({ state, expiresAt, updatedAt, failureReason }: Session, now: Date): Html {
  if (isOpen(state) && expiresAt < now) return mark('warn', 'diamond', 'overdue')
  if (state === 'uploading' && now.getTime() - updatedAt.getTime() > QUIET_MS) return mark('warn', 'pause', 'quiet')
  return html`${stateMark(state)}${failureReason === null ? NOTHING : html`<span class="sub"><code>${failureReason}</code></span>`}`
}

function arrived({ asset, uploadLength, lastKnownOffset }: Session): Html {
  if (lastKnownOffset === null || uploadLength === null || uploadLength === 0n) {
    return html`<span class="dim">${uploadLength === null ? 'length not known' : `of ${size(uploadLength)}`}</span>`
  }
  const percent = Math.floor((Number(lastKnownOffset) / Number(uploadLength)) * 100)
  return html`<progress value="${percent}" max="100" aria-label="${plainName(asset.filename)}">${percent} %</progress><span class="sub">${percent} %, ${size(lastKnownOffset)} of ${size(uploadLength)}</span>`
}
