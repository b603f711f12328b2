import { DELIVERY_STATES, type DeliveryState, type EventTargetStatus } from '@rindle/core'
import type { Call } from '../call.ts'
import { type DeliveryRate, readDeliveryRates } from '../delivery-rates.ts'
import { given } from '../given.ts'
import { spark } from '../parts/charts.ts'
import { ago, count, shortId } from '../parts/format.ts'
import { mark, stateMark } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { blank, head, live, section } from '../parts/layout.ts'
import { pager } from '../parts/pager.ts'
import { table } from '../parts/table.ts'
import { respondPage } from '../respond.ts'
import { verbButtons } from '../verbs/buttons.ts'
import { offeredForTarget } from '../verbs/other-verbs.ts'

/** Where events go, and whether they arrived. */
export async function events(call: Call): Promise<Response> {
  const state = DELIVERY_STATES.find((name) => name === call.query.get('state'))
  const target = given(call.query, 'target')
  const after = given(call.query, 'after')
  const [targets, rates, page] = await Promise.all([
    call.rindle.eventTargets(),
    readDeliveryRates(call.rindle, call.now),
    call.rindle.listDeliveries({
      ...(state === undefined ? {} : { state }),
      ...(target === undefined ? {} : { target }),
      ...(after === undefined ? {} : { after }),
    }),
  ])
  const rows = page.deliveries.map(
    ({
      target: to,
      event,
      state: reached,
      attempts,
      lastStatus,
      errorReason,
      errorMessage,
      settledAt,
      nextAttemptAt,
    }) => [
      html`<b>${event.type}</b> <a href="${call.at(`/assets/${event.assetId}`)}">${shortId(event.assetId)}</a><span class="sub">${event.variantName ?? event.profile}, ${ago(event.occurredAt, call.now)}</span>`,
      html`<span class="any">${to}</span>`,
      stateMark(reached),
      count(attempts),
      errorReason === null
        ? (lastStatus ?? html`<span class="dim">–</span>`)
        : html`<code>${errorReason}</code><span class="sub">${errorMessage}</span>`,
      reached === 'pending'
        ? html`${nextAttemptAt < call.now ? 'due' : 'next'} ${ago(nextAttemptAt, call.now)}`
        : ago(settledAt, call.now),
      reached === 'dead' ? verbButtons(call, ['redeliver'], [event.id]) : NOTHING,
    ],
  )
  const list =
    rows.length === 0
      ? blank(
          'page',
          state === 'dead' ? 'No failed deliveries' : 'No events yet',
          html`<p>Rindle writes events for the handlers of profiles and for webhooks.</p>`,
        )
      : html`<div class="sheet">${table('Deliveries', [{ name: 'Event', kind: 'whole' }, { name: 'Target' }, { name: 'State' }, { name: 'Attempts', kind: 'num' }, { name: 'Answer', kind: 'long' }, { name: 'When' }, { name: 'Actions', isHidden: true }], rows)}</div>`
  const main = live(
    'events',
    html`${head('Events', 'Receivers of events, and whether each event arrived.')}
${section('t', 'Targets', targetTable(call, targets, rates))}
<section aria-labelledby="h-d"><div class="sec-head"><h2 id="h-d">Deliveries</h2><nav class="tabs" aria-label="State of deliveries">${[undefined, ...DELIVERY_STATES].map((name) => stateTab(call, name, state))}</nav></div>${list}</section>
${pager(call, '/events', page.next)}`,
  )
  return respondPage(call, { title: 'Events', entry: '/events', main })
}

function stateTab(call: Call, name: DeliveryState | undefined, current: DeliveryState | undefined): Html {
  return html`<a href="${call.at('/events')}${name === undefined ? '' : `?state=${name}`}"${name === current ? html` aria-current="true"` : NOTHING}>${name ?? 'All'}</a>`
}

function targetTable(
  call: Call,
  targets: readonly EventTargetStatus[],
  rates: ReadonlyMap<string, DeliveryRate>,
): Html {
  if (targets.length === 0) {
    return blank('page', 'Nothing listens', html`<p>No profile has a handler, and no webhook is configured.</p>`)
  }
  return html`<div class="sheet">${table(
    'Targets',
    [
      { name: 'Target', kind: 'whole' },
      { name: 'State', kind: 'long' },
      { name: 'Last hour' },
      { name: 'Waiting', kind: 'num' },
      { name: 'Dead', kind: 'num' },
      { name: 'Workers', kind: 'num' },
      { name: 'Actions', isHidden: true },
    ],
    targets.map((target) => [
      html`<b class="any">${target.name}</b><span class="sub any">${target.kind}: ${target.types.join(', ')}</span>`,
      targetState(target, call.now),
      rateOf(rates.get(target.name)),
      count(target.pending),
      target.dead === 0 ? '0' : html`<span class="bad-text strong">${count(target.dead)}</span>`,
      count(target.workers),
      verbButtons(call, offeredForTarget(target), [target.name]),
    ]),
  )}</div>`
}

function rateOf(rate: DeliveryRate | undefined): Html {
  if (rate === undefined) return html`<span class="dim">no event</span>`
  const delivered = rate.delivered.reduce((sum, of) => sum + of, 0)
  const words = `${count(delivered)} of ${count(rate.total)} delivered`
  return html`${spark(rate.delivered, words)}<span class="sub">${words}</span>`
}

function targetState({ pausedAt, disabledAt, heldUntil, heldReason }: EventTargetStatus, now: Date): Html {
  if (disabledAt !== null)
    return html`${mark('bad', 'cross', 'gone')}<span class="sub">since ${ago(disabledAt, now)}</span>`
  if (pausedAt !== null) return html`${mark('warn', 'pause', 'paused')}<span class="sub">${ago(pausedAt, now)}</span>`
  if (heldUntil !== null && heldUntil > now) {
    return html`${mark('warn', 'clock', heldReason === 'no_code' ? 'no worker has its code' : 'does not answer')}<span class="sub">tried again ${ago(heldUntil, now)}</span>`
  }
  return mark('ok', 'check', 'well')
}
