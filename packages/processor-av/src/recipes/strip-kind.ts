import { type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { AV_PACKAGE, PREVIEW } from './work.ts'

/** Options of a strip. */
export interface StripOptions {
  /** The most tiles, 10 to 200: one for each second, or fewer where the video is longer. @default 100 */
  readonly tiles?: number | undefined
  /** The side of the square that a tile fits into, in pixels, 40 to 320. @default 160 */
  readonly width?: number | undefined
}

/** {@link StripOptions} with every default filled in. */
export type NormalStrip = {
  readonly tiles: number
  readonly width: number
}

const DEFAULT_TILES = 100
const DEFAULT_WIDTH = 160

const schema = z.strictObject({
  tiles: z.int().min(10).max(200).default(DEFAULT_TILES),
  width: z.int().min(40).max(320).default(DEFAULT_WIDTH),
}) as unknown as OptionsSchema<StripOptions | void, NormalStrip>

/** A JPEG of tiles spread over a video, for scrubbing. */
export const strip: RecipeKind<'strip', StripOptions | void, NormalStrip, 'image'> = recipeKind({
  name: 'strip',
  output: 'image',
  madeBy: AV_PACKAGE,
  options: schema,
  facts: () => ({
    ...PREVIEW,
    contentType: 'image/jpeg',
    sources: ['video'],
    cost: 4,
    capability: 'strip/jpeg',
  }),
  formerly: {
    formOf: ({ tiles, width }) =>
      tiles === DEFAULT_TILES && width === DEFAULT_WIDTH
        ? { kind: 'image', preset: 'video_thumbnail_strip' }
        : undefined,
    optionsOf: ({ preset }) => (preset === 'video_thumbnail_strip' ? {} : undefined),
  },
})
