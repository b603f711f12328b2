import type { JsonObject } from '@rindle/core'
import type sharp from 'sharp'
import type { Sharp } from 'sharp'

/** What an {@link ImageTransform} gets beside the picture. */
export interface TransformContext<Options = JsonObject> {
  /** The sharp of the decoder process, for pictures of your own. Its settings are those of the process: leave them. */
  readonly sharp: typeof sharp
  /** The `options` of the recipe. */
  readonly options: Options
  /** Pixels of the picture. */
  readonly width: number
  /** Pixels of the picture. */
  readonly height: number
}

/**
 * A function of the application over a picture: the default export of the module that `image.transform` names. Returns
 * the pipeline to encode, that of another picture if it likes; without a result, the given one is encoded. The picture
 * is in sRGB, upright, of the size that the recipe gives it, and comes from pixels in memory. The recipe's format is
 * applied afterwards. Its output must depend on nothing but the picture and its options.
 */
export type ImageTransform<Options = JsonObject> = (
  picture: Sharp,
  context: TransformContext<Options>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a function may return nothing.
) => Sharp | void | Promise<Sharp | void>
