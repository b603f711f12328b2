import type { AssetWithVariants, VariantState } from '@rindle/core'
import type { Style } from './style.ts'

/**
 * The variants of an asset with a mark for each one's state, as one short line: `✓large …medium ·small`; the state of
 * the asset while it has none.
 */
export function variantMarks(asset: AssetWithVariants, style: Style): string {
  if (asset.variants.length === 0) return asset.state
  return asset.variants.map(({ name, state }) => marked(name, state, style)).join(' ')
}

function marked(name: string, state: VariantState, style: Style): string {
  if (state === 'ready') return style.good(`✓${name}`)
  if (state === 'processing') return style.pending(`…${name}`)
  if (state === 'queued' || state === 'planned') return style.faint(`·${name}`)
  return style.bad(`✗${name}`)
}
