import type { Asset, Rindle } from '@rindle/core'
import type { Call } from '../call.ts'
import { isPicture, isShown } from '../preview.ts'
import { glyph } from './glyph.ts'
import { type Html, html } from './html.ts'

/** The smallest ready picture of each asset, by its id. */
export type Shown = ReadonlyMap<
  string,
  { readonly name: string; readonly width: number | null; readonly height: number | null }
>

/** Pictures smaller than this look coarse on a card. */
const LEAST_WIDTH = 160

/** Finds the smallest ready picture of each of these assets that is wide enough; one query. */
export async function shownVariants({ prisma }: Rindle, assets: readonly Asset[]): Promise<Shown> {
  const ids = assets.filter(isShown).map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const variants = await prisma.mediaVariant.findMany({
    where: { assetId: { in: ids }, state: { in: ['ready', 'stale'] }, outputKind: 'image', storageKey: { not: null } },
    select: { assetId: true, name: true, width: true, height: true, contentType: true },
  })
  const shown = new Map<string, { name: string; width: number | null; height: number | null }>()
  const rank = ({ width }: { width: number | null }): number =>
    width === null ? 1e6 : width < LEAST_WIDTH ? 1e5 - width : width
  for (const { assetId, contentType, ...variant } of variants) {
    const best = shown.get(assetId)
    if (isPicture(contentType) && (best === undefined || rank(variant) < rank(best))) shown.set(assetId, variant)
  }
  return shown
}

/** The picture of an asset, or what stands in for it. Bytes that were refused are never shown. */
export function thumb(call: Call, asset: Asset, shown: Shown): Html {
  const variant = shown.get(asset.id)
  if (variant !== undefined) {
    return html`<img src="${call.at(`/preview/${asset.id}/${encodeURIComponent(variant.name)}`)}" alt="" width="${variant.width ?? 320}" height="${variant.height ?? 240}" loading="lazy">`
  }
  const [shape, words] = standIn(asset)
  return html`<span class="stand-in">${glyph(shape)}${words}</span>`
}

function standIn({ state, contentType, kind }: Asset): readonly [string, string] {
  if (state === 'quarantined') return ['shield', 'Refused: never shown']
  if (state === 'trashed') return ['minus', 'In the trash']
  if (state === 'deleted') return ['minus', 'Deleted']
  if (state === 'staged' || state === 'validating' || state === 'analyzing' || state === 'promoting') {
    return ['wait', 'Not checked yet']
  }
  return kind === 'image' || kind === 'video' ? ['frame', 'No picture yet'] : ['page', contentType ?? 'A file']
}
