import { z } from 'zod'
import { type OptionsSchema, type RecipeKind, recipeKind } from '../src/domain/recipe-kind.ts'

/** Options of the kinds for tests. */
export interface SizeOptions {
  readonly width?: number
  readonly capability?: string
}
export type NormalSize = { readonly width: number; readonly capability: string }

const options = z.strictObject({
  width: z.int().min(1).default(10),
  capability: z.string().default('test/any'),
}) as OptionsSchema<SizeOptions, NormalSize>

/** Makes an image of an image, in the lane `process`. */
export const picture: RecipeKind<'test/picture', SizeOptions, NormalSize, 'image'> = recipeKind({
  name: 'test/picture',
  output: 'image',
  madeBy: '@test/pictures',
  options,
  facts: ({ capability }) => ({ contentType: 'image/png', sources: ['image'], capability }),
})

/** Makes a video of a video, in the lane `media`. */
export const clip: RecipeKind<'test/clip', SizeOptions, NormalSize, 'video'> = recipeKind({
  name: 'test/clip',
  output: 'video',
  madeBy: '@test/clips',
  options,
  facts: ({ capability }) => ({ contentType: 'video/webm', sources: ['video'], queue: 'media', capability }),
})

/** Makes sound of sound, in the lane `media`. */
export const tune: RecipeKind<'test/tune', SizeOptions, NormalSize, 'audio'> = recipeKind({
  name: 'test/tune',
  output: 'audio',
  madeBy: '@test/clips',
  options,
  facts: () => ({ contentType: 'audio/mpeg', sources: ['audio', 'video'], queue: 'media' }),
})
