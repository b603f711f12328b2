import { ASSET_STATES, type Asset } from '@rindle/core'
import { assetFilter, FILTER_WORDS, filtersIn, KINDS } from '../asset-filter.ts'
import type { Call } from '../call.ts'
import { given } from '../given.ts'
import { fileName, plainName } from '../parts/file-name.ts'
import { ago, count, dimensions, duration, shortId, size } from '../parts/format.ts'
import { stateMark } from '../parts/glyph.ts'
import { type Html, html, NOTHING } from '../parts/html.ts'
import { blank, head } from '../parts/layout.ts'
import { pager } from '../parts/pager.ts'
import { table } from '../parts/table.ts'
import { type Shown, shownVariants, thumb } from '../parts/thumb.ts'
import { respondPage, seeOther } from '../respond.ts'
import { SELECTION_VERBS } from '../verbs/asset-verbs.ts'
import { selectionButtons } from '../verbs/buttons.ts'

const LIMIT = 48
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const QUICK: readonly (readonly [string, string])[] = [
  ['All', ''],
  ['In work', 'state=validating&state=analyzing&state=promoting&state=processing&state=transcoding'],
  ['Degraded', 'state=degraded'],
  ['Quarantined', 'state=quarantined'],
  ['Trash', 'state=trashed'],
]

/** The assets: pictures or rows, a page at a time, the latest change first. */
export async function assets(call: Call): Promise<Response> {
  const found = call.query.get('find')?.trim() ?? ''
  if (ID.test(found)) return seeOther(call.at(`/assets/${found.toLowerCase()}`))
  const page = await call.rindle.listAssets({ ...assetFilter(call.query), ...placeOf(call.query) })
  const shown = await shownVariants(call.rindle, page.assets)
  const isTable = call.query.get('view') === 'table'
  const isFiltered = filtersIn(call.query).length > 0
  const list =
    page.assets.length === 0
      ? emptyList(call, isFiltered, page.next)
      : isTable
        ? assetTable(call, page.assets, shown)
        : grid(call, page.assets, shown)
  const main = html`${head('Assets', 'The latest change first.')}
${filters(call)}${chips(call)}
<div class="toolbar"><nav class="tabs" aria-label="Quick filters">${QUICK.map(([label, query]) => tab(call, label, query))}</nav><nav class="tabs" aria-label="View">${viewTab(call, 'Pictures', '')}${viewTab(call, 'Table', 'table')}</nav></div>
<form class="pickable" method="get">${list}${await selectionBar(call)}</form>
${pager(call, '/assets', page.next, pageWords(call, page.assets))}`
  return respondPage(call, { title: 'Assets', entry: '/assets', main })
}

/** Counts the ticked boxes, by the style sheet alone, and leads with them to the page that asks. */
async function selectionBar(call: Call): Promise<Html> {
  const buttons = await selectionButtons(call, SELECTION_VERBS)
  if (String(buttons) === '') return NOTHING
  return html`<div class="bulk" role="group" aria-label="With the selected assets"><p class="count"><span class="some">of this page</span><span class="none">Select assets to change them together</span></p><label class="small nowrap match"><input type="checkbox" class="pickall" name="match" value="${new URLSearchParams(filtersIn(call.query)).toString()}"> All that match</label><div class="actions">${buttons}</div></div>`
}

function filters(call: Call): Html {
  const { query, at, rindle } = call
  const entered = (name: string): string => query.get(name) ?? ''
  const select = (name: string, label: string, options: readonly string[]): Html =>
    html`<label class="field"><span>${label}</span><select name="${name}"><option value="">any</option>${options.map(
      (option) => html`<option${query.getAll(name).includes(option) ? html` selected` : NOTHING}>${option}</option>`,
    )}</select></label>`
  const text = (name: string, label: string, placeholder: string): Html =>
    html`<label class="field"><span>${label}</span><input type="text" name="${name}" value="${entered(name)}" placeholder="${placeholder}" maxlength="255"></label>`
  const isOpen = ['owner', 'tenant', 'slot', 'error', 'before', 'kind', 'from'].some((name) => entered(name) !== '')
  return html`<form class="filters" action="${at('/assets')}" aria-label="Filters">${entered('view') === '' ? NOTHING : html`<input type="hidden" name="view" value="${entered('view')}">`}
<div class="grow"><label class="field"><span>File name begins with</span><input type="search" name="name" value="${entered('name') || entered('find')}" maxlength="255"></label></div>
${select('state', 'State', ASSET_STATES)}${select('profile', 'Profile', Object.keys(rindle.profiles))}
<div class="field"><button type="submit" class="btn primary">Filter</button></div>
<details class="all"${isOpen ? html` open` : NOTHING}><summary>By kind, date, owner, tenant, slot or error</summary><div class="filters">${select('kind', 'Kind', KINDS)}<label class="field"><span>Created from</span><input type="date" name="from" value="${entered('from')}"></label><label class="field"><span>Created before</span><input type="date" name="before" value="${entered('before')}"></label>${text('owner', 'Owner', 'member:88')}${text('tenant', 'Tenant', 'acme')}${text('slot', 'Slot', 'gallery')}${text('error', 'Error', 'corrupt_media')}</div></details></form>`
}

function placeOf(query: URLSearchParams): { readonly limit: number; readonly after?: string } {
  const after = given(query, 'after')
  return { limit: LIMIT, ...(after === undefined ? {} : { after }) }
}

/** The filters that are set; each can be taken away. */
function chips(call: Call): Html {
  const set = filtersIn(call.query)
  if (set.length === 0) return NOTHING
  const without = (index: number): string => {
    const query = new URLSearchParams(set.filter((_, each) => each !== index))
    if (call.query.get('view') === 'table') query.set('view', 'table')
    return query.size === 0 ? call.at('/assets') : `${call.at('/assets')}?${query.toString()}`
  }
  return html`<div class="chips"><span class="dim xs">Filters:</span>${set.map(([name, value], index) => {
    const words = `${FILTER_WORDS[name]} ${plainName(value)}`
    return html`<span class="chip"><span class="any">${words}</span> <a href="${without(index)}" aria-label="Remove the filter ${words}"><svg aria-hidden="true"><use href="#g-x"/></svg></a></span>`
  })}</div>`
}

function tab(call: Call, label: string, query: string): Html {
  const view = call.query.get('view') === 'table' ? 'view=table' : ''
  const address = [query, view].filter((part) => part !== '').join('&')
  const states = call.query
    .getAll('state')
    .map((state) => `state=${state}`)
    .join('&')
  return html`<a href="${call.at('/assets')}${address === '' ? '' : `?${address}`}"${states === query ? html` aria-current="true"` : NOTHING}>${label}</a>`
}

function viewTab(call: Call, label: string, view: string): Html {
  const isCurrent = (call.query.get('view') ?? '') === view
  return html`<a href="${withQuery(call, { view: view === '' ? null : view })}"${isCurrent ? html` aria-current="true"` : NOTHING}>${label}</a>`
}

/** The address of this list with other parameters; `null` leaves one out. */
function withQuery(call: Call, changes: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(call.query)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name)
    else query.set(name, value)
  }
  const text = query.toString()
  return `${call.at('/assets')}${text === '' ? '' : `?${text}`}`
}

function grid(call: Call, list: readonly Asset[], shown: Shown): Html {
  return html`<ul class="grid">${list.map((asset) => {
    const href = call.at(`/assets/${asset.id}`)
    return html`<li class="card"><a href="${href}" tabindex="-1" aria-hidden="true"><div class="thumb">${thumb(call, asset, shown)}${
      asset.durationMs === null ? NOTHING : html`<span class="tag">${duration(asset.durationMs / 1000)}</span>`
    }</div></a><label><input type="checkbox" class="pick" name="id" value="${asset.id}" aria-label="Select ${plainName(asset.filename)}"></label><div class="body"><a href="${href}">${fileName(asset.filename)}</a>${stateMark(asset.state)}<div class="meta"><span>${asset.profile}</span><span>${dimensions(asset) || size(asset.byteSize)}</span></div></div></li>`
  })}</ul>`
}

function assetTable(call: Call, list: readonly Asset[], shown: Shown): Html {
  return html`<div class="sheet">${table(
    'Assets',
    [
      { name: 'Selected', isHidden: true, kind: 'pickcell tight' },
      { name: 'Picture', isHidden: true, kind: 'thumbcell tight' },
      { name: 'File name', kind: 'name' },
      { name: 'State' },
      { name: 'Profile' },
      { name: 'Size', kind: 'num' },
      { name: 'Error', kind: 'long' },
      { name: 'Changed', kind: 'num' },
    ],
    list.map((asset) => [
      html`<input type="checkbox" class="pick" name="id" value="${asset.id}" aria-label="Select ${plainName(asset.filename)}">`,
      html`<div class="thumb tiny">${thumb(call, asset, shown)}</div>`,
      html`<a href="${call.at(`/assets/${asset.id}`)}">${fileName(asset.filename)}</a><span class="sub">${shortId(asset.id)}</span>`,
      stateMark(asset.state),
      asset.profile,
      html`${size(asset.byteSize)}<span class="sub">${dimensions(asset)}</span>`,
      asset.errorReason === null ? NOTHING : html`<code>${asset.errorReason}</code>`,
      html`<span class="nowrap">${ago(asset.updatedAt, call.now)}</span>`,
    ]),
    'fold with-thumb',
  )}</div>`
}

function emptyList(call: Call, isFiltered: boolean, next: string | null): Html {
  if (next !== null) {
    return blank(
      'frame',
      'No match among the assets searched so far',
      html`<p>The search reads a few thousand assets at a time. Continue with “Older”.</p>`,
    )
  }
  if (isFiltered) {
    return blank(
      'frame',
      'No asset matches',
      html`<p>Remove filters one by one to see more.</p><div class="actions"><a class="btn" href="${call.at('/assets')}">Show all</a></div>`,
    )
  }
  const [profile = 'photo'] = Object.keys(call.rindle.profiles)
  return blank(
    'frame',
    'No files yet',
    html`<p>The first upload appears here while it is still in flight.</p><ol class="steps"><li>Send one from this machine<code class="shellcode" tabindex="0" role="region" aria-label="Command">npx rindle upload ${profile} ./picture.jpg --wait</code></li><li>or from your application<code class="shellcode" tabindex="0" role="region" aria-label="Code">await rindle.upload('${profile}', file, { filename: file.name })</code></li><li>and see that somebody works: <a href="${call.at('/doctor')}">run the doctor</a>.</li></ol>`,
  )
}

function pageWords(call: Call, list: readonly Asset[]): Html {
  const [first, last] = [list[0], list.at(-1)]
  if (first === undefined || last === undefined) return NOTHING
  return html`${count(list.length)} shown, changed ${ago(last.updatedAt, call.now)} to ${ago(first.updatedAt, call.now)}`
}
