import type { Call } from '../call.ts'
import { type Html, html, NOTHING } from './html.ts'

/** The pages before this one that a link remembers: their addresses are short. */
const MOST_REMEMBERED = 20

/**
 * Leads to the pages beside this one, with the filters of the query. Pages are found by keys, not by numbers, so the
 * address remembers (`newer`) by which keys the pages before this one were found.
 */
export function pager(call: Call, path: string, next: string | null, words: unknown = ''): Html {
  const { query } = call
  const after = query.get('after')
  if (next === null && after === null && words === '') return NOTHING
  const newer = query.getAll('newer')
  const link = (label: string, key: string | null, remembered: readonly string[], rel = ''): Html => {
    const to = new URLSearchParams(query)
    for (const name of ['after', 'newer']) to.delete(name)
    if (key !== null) to.set('after', key)
    for (const each of remembered.slice(-MOST_REMEMBERED)) to.append('newer', each)
    const text = to.toString()
    return html`<a class="btn" href="${call.at(path)}${text === '' ? '' : `?${text}`}"${rel === '' ? NOTHING : html` rel="${rel}"`}>${label}</a>`
  }
  return html`<nav class="pager" aria-label="Pages"><span>${words}</span><span class="actions">${after === null ? NOTHING : link('Newest', null, [])}${
    newer.length === 0 ? NOTHING : link('Newer', newer.at(-1) ?? null, newer.slice(0, -1), 'prev')
  }${next === null ? NOTHING : link('Older', next, after === null ? [] : [...newer, after], 'next')}</span></nav>`
}
