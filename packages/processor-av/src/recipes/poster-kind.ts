import { type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { type Moment, momentSchema } from './moment.ts'
import { AV_PACKAGE, PREVIEW } from './work.ts'

/** Formats of a poster. */
export const POSTER_FORMATS = ['jpeg', 'webp', 'png', 'avif'] as const

/** One of {@link POSTER_FORMATS}. */
export type PosterFormat = (typeof POSTER_FORMATS)[number]

/** Options of a poster. */
export interface PosterOptions {
  /**
   * `scene`: the frame that tells most: the first change of scene that is neither black nor of one colour. A number: the
   * picture that is on screen after so many milliseconds. `{ share: 0.5 }`: the one in the middle. A time after the end
   * means the last picture. Where the picture is damaged, `scene` decides. A cover has no time.
   * @default 'scene'
   */
  readonly at?: 'scene' | Moment | undefined
  /** The side of the square that it fits into, in pixels, 16 to 3840; never enlarged. @default 1280 */
  readonly width?: number | undefined
  /** AVIF needs a build of FFmpeg from 5.1 on, with libaom. @default 'jpeg' */
  readonly format?: PosterFormat | undefined
}

/** {@link PosterOptions} with every default filled in. */
export type NormalPoster = {
  readonly at: 'scene' | Moment
  readonly width: number
  readonly format: PosterFormat
}

const DEFAULT_WIDTH = 1280

const schema = z.strictObject({
  at: z
    .union([z.literal('scene'), momentSchema], {
      error: "must be 'scene', whole milliseconds from the beginning, or a share of the duration: { share: 0.5 }",
    })
    .default('scene'),
  width: z.int().min(16).max(3840).default(DEFAULT_WIDTH),
  format: z.enum(POSTER_FORMATS).default('jpeg'),
}) as unknown as OptionsSchema<PosterOptions | void, NormalPoster>

/** A picture of a video, or the cover of an audio file. */
export const poster: RecipeKind<'poster', PosterOptions | void, NormalPoster, 'image'> = recipeKind({
  name: 'poster',
  output: 'image',
  madeBy: AV_PACKAGE,
  options: schema,
  facts: ({ format }) => ({
    ...PREVIEW,
    contentType: `image/${format}`,
    sources: ['video', 'audio'],
    canBeMadeFrom: ({ kind, metadata }) => kind !== 'audio' || metadata['hasCover'] !== false,
    cost: 2,
    capability: `poster/${format}`,
  }),
  // Its kind was `image`, which is another package's now.
  formerly: {
    formOf: ({ at, width, format }) => {
      const isPreset = at === 'scene' && width === DEFAULT_WIDTH && format === 'jpeg'
      return isPreset ? { kind: 'image', preset: 'video_poster_scene' } : undefined
    },
    optionsOf: ({ preset }) => (preset === 'video_poster_scene' ? {} : undefined),
  },
})
