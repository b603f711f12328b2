import type { AssetWithVariants, VariantState } from '@rindle/core'
import type { Style } from './style.ts'

/**
 * The variants of an asset with a mark for each one's state, as one short line: `✓poster …web 43% ·strip`; the state of
 * the asset if it has none.
 */
export function variantMarks(asset: AssetWithVariants, style: Style): string {
  if (asset.variants.length === 0) return asset.state
  return asset.variants.map(({ name, state, progress }) => marked(name, state, progress, style)).join(' ')
}

function marked(name: string, state: VariantState, progress: number, style: Style): string {
  if (state === 'ready') return style.good(`✓${name}`)
  if (state === 'processing') return style.pending(progress > 0 ? `…${name} ${progress}%` : `…${name}`)
  if (state === 'queued' || state === 'planned') return style.faint(`·${name}`)
  return style.bad(`✗${name}`)
}
