import { type Html, html, NOTHING } from './html.ts'

/** A column of a table. */
export interface Column {
  readonly name: string
  /** A name that only screen readers get. */
  readonly isHidden?: boolean
  readonly kind?: 'num' | 'whole' | 'name' | 'long' | 'nowrap' | 'pickcell tight' | 'thumbcell tight'
}

/** A row: its cells, in the order of the columns; or the heading of the group of rows that follows it. */
export type Row = readonly unknown[] | { readonly group: string; readonly note?: string }

/** A table that folds into records on a narrow screen. It needs explicit roles for that. */
export function table(caption: string, columns: readonly Column[], rows: readonly Row[], extra = 'fold'): Html {
  return html`<table role="table" class="t ${extra}"><caption class="vh">${caption}</caption><thead role="rowgroup"><tr role="row">${columns.map(
    ({ name, isHidden, kind }) =>
      html`<th role="columnheader" scope="col" class="${kind ?? ''}">${isHidden === true ? html`<span class="vh">${name}</span>` : name}</th>`,
  )}</tr></thead><tbody role="rowgroup">${rows.map((row) => tableRow(row, columns))}</tbody></table>`
}

function tableRow(row: Row, columns: readonly Column[]): Html {
  if ('group' in row) {
    return html`<tr role="row" class="group"><th role="rowheader" scope="rowgroup" colspan="${columns.length}">${row.group} <span class="dim">${row.note}</span></th></tr>`
  }
  return html`<tr role="row">${columns.map(({ name, kind, isHidden }, index) => {
    const cell = row[index]
    if (kind === 'name' || kind?.endsWith('tight') === true) {
      return html`<td role="cell" class="${kind}">${cell}</td>`
    }
    return html`<td role="cell" class="${cell === NOTHING ? `${kind ?? ''} void` : (kind ?? '')}" data-label="${isHidden === true ? '' : name}"><div>${cell}</div></td>`
  })}</tr>`
}
