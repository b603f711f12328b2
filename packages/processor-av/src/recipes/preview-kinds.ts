import { type KindFacts, type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { type Moment, momentSchema } from './moment.ts'
import { AV_PACKAGE, PREVIEW } from './work.ts'

/** Options of a preview: a silent loop of a few seconds. */
export interface PreviewOptions {
  /**
   * Where it begins: milliseconds from the beginning, or a share of the duration. It begins earlier where the rest of the
   * video is shorter than the preview.
   * @default { share: 0.1 }, because many videos begin with titles
   */
  readonly at?: Moment | undefined
  /** How long it lasts, in milliseconds, 500 to 10,000; a shorter video is taken whole. @default 3000 */
  readonly durationMs?: number | undefined
  /** The side of the square that it fits into, in pixels, 64 to 640; never enlarged. @default 320 */
  readonly width?: number | undefined
  /** Frames a second, 1 to 30. @default 10 in pictures, which is smooth enough and keeps them small; 25 in MP4 */
  readonly fps?: number | undefined
}

/** Formats of a preview that is a picture. */
export const PREVIEW_PICTURES = ['webp', 'gif'] as const

/** One of {@link PREVIEW_PICTURES}. */
export type PreviewPicture = (typeof PREVIEW_PICTURES)[number]

/** Options of a preview that is a picture, for `<img>`. */
export interface PreviewPictureOptions extends PreviewOptions {
  /** WebP, or GIF: two to three times larger, for mail. @default 'webp' */
  readonly format?: PreviewPicture | undefined
}

/** Options of a preview that is a video, for `<video muted loop playsinline>`. */
export interface PreviewVideoOptions extends PreviewOptions {
  /** H.264 in MP4: much smaller than a picture. */
  readonly format: 'mp4'
}

/** {@link PreviewOptions} with every default filled in. */
export type NormalPreview = {
  readonly at: Moment
  readonly durationMs: number
  readonly width: number
  readonly fps: number
}

/** {@link PreviewPictureOptions} with every default filled in. */
export type NormalPreviewPicture = NormalPreview & { readonly format: PreviewPicture }

const detail = (fps: number) => ({
  at: momentSchema.default({ share: 0.1 }),
  durationMs: z.int().min(500).max(10_000).default(3_000),
  width: z.int().min(64).max(640).default(320),
  fps: z.int().min(1).max(30).default(fps),
})

const FACTS: Omit<KindFacts, 'contentType'> = { ...PREVIEW, sources: ['video'], cost: 2 }

/** The kind of previews that are pictures. */
export const previewPictureKind: RecipeKind<'preview_picture', PreviewPictureOptions, NormalPreviewPicture, 'image'> =
  recipeKind({
    name: 'preview_picture',
    output: 'image',
    madeBy: AV_PACKAGE,
    options: z.strictObject({
      ...detail(10),
      format: z.enum(PREVIEW_PICTURES, 'must be "webp" or "gif", or "mp4" for a video').default('webp'),
    }) as OptionsSchema<PreviewPictureOptions, NormalPreviewPicture>,
    facts: ({ format }) => ({ ...FACTS, contentType: `image/${format}`, capability: `preview/${format}` }),
  })

/** The kind of previews that are videos. */
export const previewVideoKind: RecipeKind<'preview_video', PreviewOptions, NormalPreview, 'video'> = recipeKind({
  name: 'preview_video',
  output: 'video',
  madeBy: AV_PACKAGE,
  options: z.strictObject(detail(25)) as OptionsSchema<PreviewOptions, NormalPreview>,
  facts: () => ({ ...FACTS, contentType: 'video/mp4', capability: 'preview/mp4' }),
})
