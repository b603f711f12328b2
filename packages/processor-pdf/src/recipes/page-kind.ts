import { type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { PAGE_FORMAT_FACTS, PAGE_FORMATS, type PageFormat } from './formats.ts'

/** The largest width or height of a page's image, in pixels: the limit of WebP, so that `format` may change freely. */
const MAX_PAGE_DIMENSION = 16_383

/** The highest page number. */
export const MAX_PAGE_NUMBER = 100_000

/** Options of an image of one page. */
export interface PageOptions {
  /** The page, from 1. A document with fewer pages gets no such variant. @default 1 */
  readonly page?: number | undefined
  /** The largest width in pixels, 1 to 16,383. The page fills the box: it consists of shapes, and has no size of its own in pixels. */
  readonly width: number
  /**
   * The largest height in pixels, 1 to 16,383. Give one where a page may be long and narrow.
   * @default as the width makes it
   */
  readonly height?: number | null | undefined
  /** The format of the output. WebP, because a page of text takes 40 to 60 % of the bytes of a JPEG. @default 'webp' */
  readonly format?: PageFormat | undefined
  /**
   * 1 to 100. A PNG of quality 100 is lossless; below that it has a palette.
   * @default 80 for webp and jpeg, 50 for avif, 100 for png
   */
  readonly quality?: number | undefined
  /**
   * The colour of the paper, because a page has none itself: `#rgb`, `#rgba`, `#rrggbb` or `#rrggbbaa`; opaque for
   * `jpeg`.
   * @default '#ffffff'
   */
  readonly background?: string | undefined
}

/** {@link PageOptions} with every default filled in. */
export type NormalPage = {
  readonly page: number
  readonly width: number
  readonly height: number | null
  readonly format: PageFormat
  readonly quality: number
  /** `#rrggbbaa`, lower-case. */
  readonly background: string
}

const dimension = z.int().min(1).max(MAX_PAGE_DIMENSION)

// The order of the keys is the order in which problems are listed. A stored recipe goes through the same schema.
const schema = z
  .strictObject({
    page: z.int().min(1).max(MAX_PAGE_NUMBER).default(1),
    width: dimension,
    height: dimension.nullable().default(null),
    format: z.enum(PAGE_FORMATS).default('webp'),
    quality: z.int().min(1).max(100).optional(),
    background: z
      .string()
      .regex(
        /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i,
        'must be a colour: "#rgb", "#rgba", "#rrggbb" or "#rrggbbaa"',
      )
      .default('#ffffff'),
  })
  .transform(
    (given): NormalPage => ({
      ...given,
      quality: given.quality ?? PAGE_FORMAT_FACTS[given.format].defaultQuality,
      background: normalColour(given.background),
    }),
  )
  .superRefine(({ format, background }, context) => {
    if (format !== 'jpeg' || background.endsWith('ff')) return
    const message = 'must be opaque for jpeg, which has no transparency'
    context.addIssue({ code: 'custom', path: ['background'], message })
  })

/** An image of one page of a PDF. It fills its box in the page's own proportions; rotation and crop box are applied. */
export const pdfPageKind: RecipeKind<'pdf.page', PageOptions, NormalPage, 'image'> = recipeKind({
  name: 'pdf.page',
  output: 'image',
  madeBy: '@rindle/processor-pdf',
  options: schema,
  facts: ({ page, format }) => ({
    contentType: PAGE_FORMAT_FACTS[format].contentType,
    sources: ['application/pdf'],
    canBeMadeFrom: ({ metadata }) => typeof metadata['pages'] !== 'number' || page <= metadata['pages'],
    workClass: 'pdf',
    cost: 0.5,
  }),
})

function normalColour(hex: string): string {
  const digits = hex.slice(1).toLowerCase()
  const pairs = digits.length <= 4 ? digits.replace(/./g, '$&$&') : digits
  return `#${pairs.padEnd(8, 'f')}`
}
