import type { NormalPage } from '../recipes/page-kind.ts'
import type { PageSize } from './document.ts'
import { Verdict } from './verdict.ts'

/** A size in pixels. */
export interface PixelSize {
  readonly width: number
  readonly height: number
}

/** The largest side of an image: the limit of WebP. */
const MAX_SIDE = 16_383

/**
 * The size of a page's image: it fills the box in the page's own proportions. Throws `limit_exceeded` for more than
 * `maxPixels`, and for a side of more than 16,383 pixels. Pure.
 */
export function fitPage(page: PageSize, box: Pick<NormalPage, 'width' | 'height'>, maxPixels: number): PixelSize {
  const scale = Math.min(
    box.width / page.width,
    box.height === null ? Number.POSITIVE_INFINITY : box.height / page.height,
  )
  const width = Math.max(1, Math.round(page.width * scale))
  const height = Math.max(1, Math.round(page.height * scale))
  if (height <= MAX_SIDE && width * height <= maxPixels) return { width, height }
  const points = `${Math.round(page.width)} × ${Math.round(page.height)} points`
  const allowed = `a side may have ${MAX_SIDE} pixels, and its profile allows ${maxPixels} in all`
  throw new Verdict(
    'limit_exceeded',
    `A page of ${points} would have ${width} × ${height} pixels at this size, but ${allowed}. Give the recipe a height.`,
  )
}
