import type { Latest } from '../kept.ts'
import { glyph } from './glyph.ts'
import { type Html, html } from './html.ts'

/** The value of a figure that is not known yet. */
export const UNKNOWN = '–'

/** The note of a figure that is not known yet. */
export const COUNTING = 'being counted'

/** Stands where numbers of many rows will be: nobody waits for them. */
export function beingCounted({ failure }: Latest<unknown>): Html {
  const words =
    failure === null
      ? html`${glyph('wait')} Being counted. This page updates itself.`
      : html`${glyph('plug', 'bad')} This could not be counted: <code>${failure}</code>. Another attempt follows.`
  return html`<div class="sheet"><p class="pad dim">${words}</p></div>`
}
