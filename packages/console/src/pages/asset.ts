import type { AssetWithVariants, Variant } from '@rindle/core'
import type { Call } from '../call.ts'
import { fileName, plainName } from '../parts/file-name.ts'
import { ago, at, count, dimensions, duration, shortId, size } from '../parts/format.ts'
import { glyph, stateMark } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { live, section } from '../parts/layout.ts'
import { stage, variantFigure } from '../parts/stage.ts'
import { streamTable, trackTable } from '../parts/streams.ts'
import { runTable, transitions } from '../parts/timeline.ts'
import { type AssetRows, readAsset } from '../read-asset.ts'
import { Refused } from '../refused.ts'
import { respondPage } from '../respond.ts'
import { offeredFor } from '../verbs/asset-verbs.ts'
import { verbButtons } from '../verbs/buttons.ts'

/** One asset: its picture, its variants beside each other, its facts, its holders, and its history. */
export async function asset(call: Call): Promise<Response> {
  const [id = ''] = call.params
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new Refused(404, 'There is no such asset.')
  const [found, runs, attachments, sessions, events, former] = await readAsset(call.rindle, id)
  if (found === null) return purged(call, id, runs)
  const title = plainName(found.filename)
  const main = html`<p class="crumbs"><a href="${call.at('/assets')}">Assets</a> / <a href="${call.at('/assets')}?profile=${encodeURIComponent(found.profile)}">${found.profile}</a></p>
${live(
  'asset',
  html`<div class="head stacked"><div><div class="title-line"><h1>${fileName(found.filename)}</h1>${stateMark(found.state, { pill: true })}</div><p><code>${found.id}</code></p></div>${await verbButtons(call, offeredFor(found), [found.id])}</div>
${trouble(found)}${kept(call, found)}
<div class="cols wide-narrow"><div>
${stage(call, found)}
${section('v', 'Variants', variants(call, found), variantCounts(found.variants))}
${trackTable(found.tracks)}
${streamTable(found.variants)}
${section('r', 'Runs', html`<div class="sheet">${runTable(runs)}</div>`, traceOf(runs))}
${section('t', 'Transitions', transitions(found, events, attachments), 'with the time since the previous one')}
</div><aside aria-label="Facts">
${original(found)}
${await holders(call, attachments)}
${formerHolders(former)}
${uploadFacts(call, sessions)}
${metadata(found)}
</aside></div>`,
)}`
  return respondPage(call, { title, entry: '/assets', main })
}

function purged(call: Call, id: string, runs: AssetRows[1]): Promise<Response> {
  if (runs.length === 0) throw new Refused(404, 'There is no such asset, or it was purged.')
  const main = html`<div class="head"><div><h1>A purged asset</h1><p><code>${id}</code>. Its row and its objects are gone; its runs are kept.</p></div></div>${section('r', 'Runs', html`<div class="sheet">${runTable(runs)}</div>`)}`
  return respondPage(call, { title: 'A purged asset', entry: '/assets', main })
}

function trouble({ state, errorReason, errorMessage, originalDamagedAt, waitingSince }: AssetWithVariants): Html {
  if (originalDamagedAt !== null) {
    return html`<div class="note bad">${glyph('hole', 'bad')}<div><b>The original is damaged or gone</b> since ${at(originalDamagedAt)}. Finished variants are still served. Restore the original from a backup.</div></div>`
  }
  if (errorReason === null) return NOTHING
  const words =
    state === 'quarantined'
      ? 'This file was refused. Its bytes are never shown.'
      : waitingSince === null
        ? 'Something failed.'
        : 'It waits.'
  return html`<div class="note ${state === 'quarantined' ? 'bad' : 'warn'}">${glyph(state === 'quarantined' ? 'oct' : 'tri', state === 'quarantined' ? 'bad' : 'warn')}<div><b>${words}</b> <code>${errorReason}</code> ${errorMessage}</div></div>`
}

/** The trash and the hold that an asset is in. */
function kept(call: Call, { state, trashedAt, purgeAt, hold }: AssetWithVariants): Html {
  const held =
    hold === null
      ? NOTHING
      : html`<div class="note warn">${glyph('shield', 'warn')}<div><b>This asset is on hold</b> since ${ago(hold.createdAt, call.now)}${hold.until === null ? NOTHING : html`, until ${at(hold.until)}`}: ${hold.reason}</div></div>`
  const end =
    purgeAt === null
      ? NOTHING
      : html` It is purged after ${at(purgeAt)}${hold === null ? '' : ', when its hold has ended'}.`
  if (state === 'trashed') {
    return html`${held}<div class="note warn">${glyph('dash', 'warn')}<div><b>This asset is in the trash</b>${trashedAt === null ? NOTHING : html` since ${ago(trashedAt, call.now)}`}, and is not delivered.${end}</div></div>`
  }
  return held
}

function variantCounts(all: readonly Variant[]): string {
  const groups = Map.groupBy(all, ({ state }) => state)
  return [...groups].map(([state, some]) => `${some.length} ${state}`).join(', ')
}

function variants(call: Call, found: AssetWithVariants): Html {
  if (found.variants.length === 0)
    return html`<p class="dim">The profile declares no variants, or none is planned yet.</p>`
  return html`<div class="variants">${found.variants.map((variant) => variantFigure(call, found, variant))}</div>`
}

/** The id by which the traces of its work are found, where a run has noted one. */
function traceOf(runs: AssetRows[1]): Html {
  const details = runs[0]?.details
  const trace = typeof details === 'object' && details !== null && 'traceId' in details ? details['traceId'] : undefined
  return typeof trace === 'string' ? html`trace <code>${trace}</code>` : NOTHING
}

function original(found: AssetWithVariants): Html {
  const { declaredContentType: declared } = found
  const type =
    found.contentType === declared ? 'as declared' : declared === null ? 'none declared' : `declared as ${declared}`
  return html`<section class="sec"><div class="sec-head"><h2>Original</h2></div>${facts([
    ['Type', html`${found.contentType ?? 'not known yet'}, ${type}`],
    ['Size', found.byteSize === null ? '–' : `${size(found.byteSize)} (${count(found.byteSize)} bytes)`],
    ['Dimensions', dimensions(found) || null],
    ['Duration', found.durationMs === null ? null : duration(found.durationMs / 1000)],
    [
      'Focus',
      found.focus === null
        ? null
        : `${Math.round(found.focus.x * 100)} % from the left, ${Math.round(found.focus.y * 100)} % from the top`,
    ],
    ['Tenant', found.tenant === null ? null : html`<code class="any">${found.tenant}</code>`],
    ['Storage', html`<code>${found.storage}</code>`],
    ['Key', html`<code class="any">${found.storageKey}</code>`],
    ['SHA-256', found.checksumSha256 === null ? null : html`<code class="any">${found.checksumSha256}</code>`],
    [
      'Metadata removed',
      found.removedMetadata === 'keep'
        ? null
        : found.removedMetadata === 'strip'
          ? 'all of it'
          : 'locations and maker notes',
    ],
    [
      'SHA-256 as uploaded',
      found.uploadedSha256 === null ? null : html`<code class="any">${found.uploadedSha256}</code>`,
    ],
    ['Created', at(found.createdAt)],
    ['Changed', at(found.updatedAt)],
  ])}</section>`
}

async function holders(call: Call, attachments: AssetRows[2]): Promise<Html> {
  const list =
    attachments.length === 0
      ? html`<p class="dim">It is attached nowhere.</p>`
      : html`<ul class="holders">${attachments.map(
          ({ assetId, ownerType, ownerId, slot, position, createdAt }) =>
            html`<li><span><a class="any" href="${call.at('/assets')}?owner=${encodeURIComponent(`${ownerType}:${ownerId}`)}">${ownerType} ${ownerId}</a> · ${slot}, ${position + 1}<br><span class="xs dim">since ${ago(createdAt, call.now)}</span></span>${verbButtons(call, ['detach'], [assetId], { ownerType, ownerId, slot })}</li>`,
        )}</ul>`
  return html`<section class="sec"><div class="sec-head"><h2>Where it is used</h2></div>${list}</section>`
}

function formerHolders(former: AssetRows[5]): Html {
  if (former.length === 0) return NOTHING
  return html`<section class="sec"><div class="sec-head"><h2>A restore brings it back to</h2></div><ul class="holders">${former.map(
    ({ ownerType, ownerId, slot, position }) =>
      html`<li><span class="any">${ownerType} ${ownerId} · ${slot}, ${position + 1}</span></li>`,
  )}</ul></section>`
}

function uploadFacts(call: Call, sessions: AssetRows[3]): Html {
  if (sessions.length === 0) return NOTHING
  return html`<section class="sec"><div class="sec-head"><h2>${sessions.length === 1 ? 'Upload' : 'Uploads'}</h2></div>${sessions.map(
    (session) =>
      facts([
        ['Session', shortId(session.id)],
        ['State', stateMark(session.state)],
        ['Way', session.uploadStrategy],
        ['By', session.actorId === null ? null : html`<span class="any">${session.actorId}</span>`],
        ['Begun', at(session.createdAt)],
        [
          'Completed',
          session.verifiedAt === null
            ? null
            : `after ${duration((session.verifiedAt.getTime() - session.createdAt.getTime()) / 1000)}`,
        ],
        ['Failed', session.failureReason === null ? null : html`<code>${session.failureReason}</code>`],
      ]),
  )}</section>`
}

function metadata({ metadata: values }: AssetWithVariants): Html {
  const entries = Object.entries(values)
  if (entries.length === 0) return NOTHING
  return html`<section class="sec"><div class="sec-head"><h2>Metadata</h2></div>${facts(
    entries.map(([name, value]) => [name, html`<span class="any">${shortText(value)}</span>`]),
  )}</section>`
}

/** Metadata come from the bytes of users, and may be long. */
function shortText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

function facts(all: readonly (readonly [string, unknown])[]): Html {
  return html`<dl class="facts">${all.filter(([, value]) => value !== null).map(([name, value]) => html`<dt class="any">${name}</dt><dd>${value}</dd>`)}</dl>`
}
