import type { QuotaAccount } from '@rindle/core'
import type { Call } from '../call.ts'
import { given } from '../given.ts'
import { ago, count, size } from '../parts/format.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { blank, head } from '../parts/layout.ts'
import { pager } from '../parts/pager.ts'
import { table } from '../parts/table.ts'
import { respondPage } from '../respond.ts'

/** The accounts of quotas: what they hold against their limits, in the order of their names. */
export async function quotas(call: Call): Promise<Response> {
  const [account, after] = [given(call.query, 'account'), given(call.query, 'after')]
  const page = await call.rindle.listQuotas({
    ...(account === undefined ? {} : { account }),
    ...(after === undefined ? {} : { after }),
  })
  const columns = [
    { name: 'Account', kind: 'whole' },
    { name: 'Bytes', kind: 'num' },
    { name: 'Assets', kind: 'num' },
    { name: 'Changed', kind: 'num' },
  ] as const
  const list =
    page.accounts.length === 0
      ? nothing(account)
      : html`<div class="sheet">${table(
          'Quotas',
          columns,
          page.accounts.map((each) => row(call, each)),
        )}</div>`
  const recount = (await call.can('recountQuotas'))
    ? html`<div class="actions"><a class="btn" href="${call.at('/maintenance/recountQuotas')}">Count again…</a></div>`
    : NOTHING
  const search = html`<form class="filters" action="${call.at('/quotas')}" aria-label="Find an account"><div class="grow"><label class="field"><span>Account</span><input type="search" name="account" value="${account ?? ''}" placeholder="actor:42" maxlength="255"></label></div><div class="field"><button type="submit" class="btn primary">Find</button></div></form>`
  const main = html`${head('Quotas', 'What each account stores, and its limits at its last upload.')}${search}${recount}${list}${pager(call, '/quotas', page.next)}`
  return respondPage(call, { title: 'Quotas', entry: '/quotas', main })
}

function row(call: Call, { account, bytes, assets, maxBytes, maxAssets, updatedAt }: QuotaAccount): readonly unknown[] {
  return [
    html`<code class="any">${account}</code>`,
    against(bytes, maxBytes, size, `Bytes of ${account}`),
    against(assets, maxAssets, count, `Assets of ${account}`),
    html`<span class="nowrap">${ago(updatedAt, call.now)}</span>`,
  ]
}

function against(used: number, most: number | null, shown: (value: number) => unknown, label: string): Html {
  if (most === null) return html`${shown(used)}<span class="sub">no limit</span>`
  return html`${shown(used)} of ${shown(most)}<meter min="0" max="${Math.max(most, 1)}" value="${Math.max(0, used)}" aria-label="${label}"></meter>`
}

function nothing(account: string | undefined): Html {
  if (account !== undefined) return blank('page', 'There is no such account', html`<p>Enter the whole name.</p>`)
  return blank(
    'page',
    'Nothing is counted',
    html`<p>To count uploads, set the option <code>quota</code> of <code>createRindle</code>.</p>`,
  )
}
