import { type OptionsSchema, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { z } from 'zod'
import { IMAGE_FORMAT_FACTS, IMAGE_FORMATS } from './formats.ts'
import {
  CROP_POSITIONS,
  IMAGE_MODES,
  type ImageOptions,
  MAX_IMAGE_DIMENSION,
  type NormalImage,
} from './image-options.ts'
import { imageProblems } from './image-rules.ts'

const dimension = z.int().min(1).max(MAX_IMAGE_DIMENSION).nullable().default(null)

// The order of the keys is the order in which problems are listed. A stored recipe goes through the same schema.
const schema = z
  .strictObject({
    mode: z.enum(IMAGE_MODES),
    width: dimension,
    height: dimension,
    format: z.enum(IMAGE_FORMATS).default('jpeg'),
    quality: z.int().min(1).max(100).optional(),
    // Its range depends on the format.
    effort: z.int().optional(),
    position: z.enum(CROP_POSITIONS).default('centre'),
    background: z
      .string()
      .regex(
        /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i,
        'must be a colour: "#rgb", "#rgba", "#rrggbb" or "#rrggbbaa"',
      )
      .default('#ffffff'),
    keepIcc: z.boolean().default(false),
    animated: z.boolean().default(false),
  })
  .transform(
    (given): NormalImage => ({
      ...given,
      quality: given.quality ?? IMAGE_FORMAT_FACTS[given.format].defaultQuality,
      effort: given.effort ?? IMAGE_FORMAT_FACTS[given.format].defaultEffort,
      background: normalColour(given.background),
    }),
  )
  .superRefine((normal, context) => {
    for (const { option, message } of imageProblems(normal)) {
      context.addIssue({ code: 'custom', path: [option], message })
    }
  })

/** The kind of the image recipes. */
export const imageKind: RecipeKind<'image', ImageOptions, NormalImage, 'image'> = recipeKind({
  name: 'image',
  output: 'image',
  madeBy: '@rindle/processor-image',
  options: schema as OptionsSchema<ImageOptions, NormalImage>,
  facts: ({ format }) => ({
    contentType: IMAGE_FORMAT_FACTS[format].contentType,
    sources: ['image'],
    // AVIF costs sixteen times the others, and would hold them back.
    workClass: format === 'avif' ? 'slow' : 'fast',
    cost: format === 'avif' ? 8 : 0.5,
    capability: `image/${format}`,
  }),
})

function normalColour(hex: string): string {
  const digits = hex.slice(1).toLowerCase()
  const pairs = digits.length <= 4 ? digits.replace(/./g, '$&$&') : digits
  return `#${pairs.padEnd(8, 'f')}`
}
