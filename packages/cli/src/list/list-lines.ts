import type { Asset, Variant } from '@rindle/core'
import sliceAnsi from 'slice-ansi'
import stringWidth from 'string-width'
import { formatAge } from '../format-age.ts'
import { formatSize } from '../format-size.ts'
import { formatTable } from '../format-table.ts'
import type { Output } from '../io.ts'
import { printable } from '../printable.ts'
import { type Style, stateIn } from '../style.ts'

/** How to show a list. */
export interface View {
  readonly style: Style
  readonly output: Pick<Output, 'isTTY' | 'columns'>
  readonly now: Date
}

/** Assets as a table; the last column holds the reason. Pure. */
export function assetTable(assets: readonly Asset[], view: View): readonly string[] {
  const rows = assets.map((asset) => [
    asset.id,
    stateIn(view.style, asset.state),
    printable(asset.profile),
    formatSize(asset.byteSize),
    ageOf(asset.updatedAt, view.now),
    printable(asset.errorReason ?? ''),
  ])
  return fitted([['id', 'state', 'profile', 'size', 'changed', 'reason'], ...rows], view)
}

/** Variants as a table; the last column holds the reason. Pure. */
export function variantTable(variants: readonly Variant[], view: View): readonly string[] {
  const rows = variants.map((variant) => [
    variant.assetId,
    printable(variant.name),
    stateIn(view.style, variant.state),
    String(variant.attempt),
    ageOf(variant.updatedAt, view.now),
    printable(variant.errorReason ?? ''),
  ])
  return fitted([['asset', 'name', 'state', 'attempt', 'changed', 'reason'], ...rows], view)
}

/** The age of a time, for a cell. Pure. */
export function ageOf(at: Date, now: Date): string {
  return formatAge(Math.max(0, (now.getTime() - at.getTime()) / 1_000))
}

/** A script gets each row on one line, with every cell whole; on a terminal, lines are cut to its width. */
export function fitted(rows: readonly (readonly string[])[], { output }: View): readonly string[] {
  const lines = formatTable(rows)
  const columns = output.isTTY === true ? Math.max(20, output.columns ?? 80) : Number.POSITIVE_INFINITY
  if (lines.every((line) => stringWidth(line) <= columns)) return lines
  const reasons = rows.slice(1).map((row) => row.at(-1) ?? '')
  const [head = '', ...narrow] = formatTable(rows.map((row) => row.slice(0, -1)))
  const folded = narrow.flatMap((line, index) => [line, ...(reasons[index] === '' ? [] : [`  ${reasons[index]}`])])
  return [head, ...folded].map((line) => cutTo(line, columns))
}

function cutTo(line: string, columns: number): string {
  return stringWidth(line) <= columns ? line : `${sliceAnsi(line, 0, columns - 1)}…`
}
