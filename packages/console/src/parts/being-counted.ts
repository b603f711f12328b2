import { glyph } from './glyph.ts'
import { type Html, html } from './html.ts'

/** The value of a figure that is not known yet. */
export const UNKNOWN = '–'

/** The note of a figure that is not known yet. */
export const COUNTING = 'being counted'

/** Stands where numbers of all rows will be: nobody waits for them. */
export function beingCounted(): Html {
  return html`<div class="sheet"><p class="pad dim">${glyph('wait')} Being counted. This fills itself.</p></div>`
}
