import type { AssetWithVariants } from '../../assets/read.ts'
import { widthsOf } from '../images/choose-member.ts'
import type { OwnFamily } from '../images/family-members.ts'
import type { PictureSize, ShownFile } from './shown-file.ts'

/**
 * The images of a family on demand, one for each width, under the family's URL: the server chooses the format, and makes
 * them when they are asked for. Pure.
 */
export function filesOnDemand(url: string, family: OwnFamily, asset: AssetWithVariants): readonly ShownFile[] {
  // The type is that of the fallback; the answer may have another one.
  const contentType = family.members.at(-1)?.contentType ?? ''
  return widthsOf(family.members).map((width) => {
    const size = sizeOf(width, family, asset)
    return { url: `${url}?w=${width}`, contentType, width: size?.width ?? width, height: size?.height ?? null }
  })
}

/** The size of the widest image of a family, made or not; `null`: it is not known. Pure. */
export function widestSize(family: OwnFamily, asset: AssetWithVariants): PictureSize | null {
  const width = widthsOf(family.members).at(-1)
  return width === undefined ? null : sizeOf(width, family, asset)
}

function sizeOf(width: number, family: OwnFamily, asset: AssetWithVariants): PictureSize | null {
  const proportions = proportionsOf(family, asset)
  if (proportions === null) return null
  const shown = Math.min(width, mostWidth(asset, proportions))
  return { width: shown, height: Math.max(1, Math.round(shown / proportions)) }
}

/** Width by height: of a member that is there, because a recipe may turn or trim, or else as declared. */
function proportionsOf({ members, ratio }: OwnFamily, asset: AssetWithVariants): number | null {
  if (ratio !== null) return ratio
  const names = new Set(members.map(({ name }) => name))
  const made = asset.variants.find((each) => names.has(each.name) && each.width !== null && each.height !== null)
  const { width, height } = made ?? asset
  return width === null || height === null ? null : width / height
}

/** No member is larger than its source. */
function mostWidth({ width, height }: AssetWithVariants, proportions: number): number {
  if (width === null || height === null) return Number.POSITIVE_INFINITY
  return Math.max(1, Math.round(Math.min(width, height * proportions)))
}
