import type { Call } from '../call.ts'
import { fileName } from '../parts/file-name.ts'
import { confirmation, type Figure, hidden } from '../parts/form.ts'
import { count, counted, shortId, size, spoken } from '../parts/format.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { section } from '../parts/layout.ts'
import { table } from '../parts/table.ts'
import type { Asked, Foreseen } from './act.ts'
import type { Numbers } from './verb.ts'

const SHOWN = 50

/** Asks before a verb over chosen subjects: what goes, what stays and why, by its dry run. */
export function askPage(call: Call, asked: Asked, foreseen: Foreseen): Html {
  const { verb, ids, fields, match } = asked
  const { goes, stays } = foreseen
  const number = counted(goes.length, verb.over)
  return confirmation(call, {
    path: `/verbs/${verb.name}`,
    title: `${verb.label} ${ids.length === 1 ? `this ${verb.over}` : counted(ids.length, verb.over)}?`,
    lead: html`This is a dry run. Nothing has changed yet.${cutNote(call, asked)}`,
    figures: [
      { name: 'Would change', value: number, note: `of ${ids.length} that ${match === null ? 'you chose' : 'match'}` },
      ...numberFigures(foreseen.numbers),
      { name: 'Left alone', value: count(stays.length), note: stays.length === 0 ? 'none' : 'see why below' },
    ],
    details: html`${focusForm(call, asked)}${holdForm(call, asked)}${goesTable(goes)}${staysTable(stays)}${detachLink(call, asked, foreseen)}${takenLinks(call, asked, foreseen)}`,
    expect: goes.length,
    isTyped: verb.isDestructive,
    isOffered: goes.length > 0,
    warning: html`${verb.isDestructive ? html`<b>This cannot be undone.</b> ` : NOTHING}${verb.effect}`,
    command: verb.command(
      goes.map(({ id }) => id),
      fields,
    ),
    button: `${verb.label} ${number}`,
    back: backOf(asked),
    values: [
      ...ids.map((id) => ['id', id] as const),
      ...Object.entries(fields),
      ...(match === null ? [] : [['match', match] as const]),
    ],
  })
}

/** More match than are taken at once: the rest is asked for afterwards, or a verb that walks takes all. */
function cutNote(call: Call, { verb, ids, isCut }: Asked): Html {
  if (!isCut) return NOTHING
  const walk =
    verb.walk === undefined
      ? 'Repeat this for the rest afterwards.'
      : html`<a href="${call.at(`/maintenance/${verb.walk}`)}">Maintenance</a> takes all at once.`
  return html` <b>More assets match. These are the ${count(ids.length)} that changed last.</b> ${walk}`
}

/** The numbers of a report, as figures. Pure. */
export function numberFigures(numbers: Numbers): readonly Figure[] {
  return Object.entries(numbers).map(([name, value]) => ({
    name: spoken(name),
    value: name === 'bytes' ? size(value) : count(value),
  }))
}

function goesTable(goes: Foreseen['goes']): Html {
  if (goes.length === 0) return NOTHING
  const columns = [{ name: 'Name', kind: 'name' }, { name: 'Id' }, { name: 'About', kind: 'long' }] as const
  const rows = goes.slice(0, SHOWN).map(({ id, name, detail }) => [fileName(name), shortId(id), detail ?? ''])
  const note = goes.length > SHOWN ? `The first ${SHOWN} of ${goes.length}.` : ''
  return section('go', 'Would change', html`<div class="sheet">${table('Would change', columns, rows)}</div>`, note)
}

/** Grouped by their reason: a hundred assets of one reason are one line. */
function staysTable(stays: Foreseen['stays']): Html {
  if (stays.length === 0) return NOTHING
  const reasons = Map.groupBy(stays, ({ id, refusal }) => refusal.message.replaceAll(id, '…'))
  const rows = [...reasons].map(([why, some]) => [why, count(some.length)])
  const columns = [
    { name: 'Why', kind: 'whole' },
    { name: 'How many', kind: 'num' },
  ] as const
  return section('stay', 'Unchanged', html`<div class="sheet">${table('Unchanged, and why', columns, rows, '')}</div>`)
}

/** The point is chosen first; then the dry run tells of it. */
function focusForm(call: Call, { verb, ids, fields }: Asked): Html {
  if (verb.name !== 'setFocus') return NOTHING
  const part = (name: string, label: string): Html =>
    html`<label class="field"><span>${label}, from 0 to 1</span><input type="number" name="${name}" min="0" max="1" step="any" required value="${fields[name] ?? '0.5'}"></label>`
  return html`<form class="filters" method="get" action="${call.at('/verbs/setFocus')}">${hidden(ids.map((id): [string, string] => ['id', id]))}${part('x', 'From the left')}${part('y', 'From the top')}<div class="field"><button type="submit" class="btn">Preview</button></div></form>`
}

/** Why and for how long is said first; then the dry run tells of it. */
function holdForm(call: Call, { verb, ids, fields }: Asked): Html {
  if (verb.name !== 'hold') return NOTHING
  return html`<form class="filters" method="get" action="${call.at('/verbs/hold')}">${hidden(ids.map((id): [string, string] => ['id', id]))}<div class="grow"><label class="field"><span>The reason, for people who read it later</span><input type="text" name="holdReason" required maxlength="255" value="${fields['holdReason'] ?? ''}"></label></div><label class="field"><span>Ends by itself on</span><input type="date" name="until" value="${fields['until'] ?? ''}"></label><div class="field"><button type="submit" class="btn">Preview</button></div></form>`
}

/** A restore leaves assets alone whose slots are taken, unless the operator says what happens then. */
function takenLinks(call: Call, { verb, ids, fields }: Asked, { stays }: Foreseen): Html {
  if (verb.name !== 'restore' || fields['whenTaken'] !== undefined) return NOTHING
  if (!isRefusedFor(stays, 'slots')) return NOTHING
  const link = (whenTaken: string, words: string): Html => {
    const query = new URLSearchParams([...ids.map((id): [string, string] => ['id', id]), ['whenTaken', whenTaken]])
    return html`<a class="btn" href="${call.at(`/verbs/restore?${query.toString()}`)}">${words}</a>`
  }
  return html`<p class="actions">${link('replace', 'Replace the current asset…')}${link('skip', 'Restore without these attachments…')}</p>`
}

/** Attached assets are left alone by a purge, unless the operator takes them from their owners. */
function detachLink(call: Call, { verb, ids, fields, match }: Asked, { stays }: Foreseen): Html {
  if (verb.name !== 'purgeAsset' || fields['detach'] === '1') return NOTHING
  if (!isRefusedFor(stays, 'attachments')) return NOTHING
  const subjects =
    match === null ? ids.map((id): [string, string] => ['id', id]) : [['match', match] as [string, string]]
  const query = new URLSearchParams([...subjects, ['detach', '1']])
  return html`<p><a class="btn" href="${call.at(`/verbs/purgeAsset?${query.toString()}`)}">Detach the attached ones and purge them, too…</a></p>`
}

/** Whether a subject is left alone by a conflict that names these. Pure. */
function isRefusedFor(stays: Foreseen['stays'], detail: 'slots' | 'attachments'): boolean {
  return stays.some(({ refusal }) => refusal.code === 'conflict' && detail in refusal.details)
}

/** The page from which the verb was called. Pure. */
function backOf({ verb, ids }: Asked): string {
  if (verb.over === 'asset') return ids.length === 1 ? `/assets/${ids[0]}` : '/assets'
  return verb.over === 'upload' ? '/uploads' : '/events'
}
