import { type KindFacts, type RecipeKind, recipeKind } from '@rindle/core/adapter'
import { IMAGE_FORMAT_FACTS } from './formats.ts'
import type { ImageOptions, NormalImage } from './image-options.ts'
import { imageSchema, LATER } from './image-schema.ts'

/** The kind of the image recipes. */
export const imageKind: RecipeKind<'image', ImageOptions, NormalImage, 'image'> = recipeKind({
  name: 'image',
  output: 'image',
  madeBy: '@rindle/processor-image',
  options: imageSchema,
  facts: (normal) => ({
    contentType: normal.format === 'source' ? null : IMAGE_FORMAT_FACTS[normal.format].contentType,
    sources: ['image'],
    ...workOf(normal),
    capability: `image/${normal.format}`,
    usesFocus: normal.position === 'focal',
  }),
  later: LATER,
})

// Encodes that a limit of bytes takes.
const TRIES = 8

// What costs many times the others would hold them back, so it has jobs of its own. A function of the application has
// one because it may end its process, which must not be that of others.
function workOf({ format, lossless, maxBytes, transform }: NormalImage): Pick<KindFacts, 'workClass' | 'cost'> {
  const tries = maxBytes === null ? 1 : TRIES
  if (transform !== null) return { workClass: 'image.transform', cost: (format === 'avif' ? 8 : 1) * tries }
  // AVIF costs sixteen times the others.
  if (format === 'avif') return { workClass: 'slow', cost: 8 * tries }
  // Measured: ten times the others.
  if (format === 'gif' || lossless) return { workClass: 'image.heavy', cost: 5 }
  if (format === 'webp' && maxBytes !== null) return { workClass: 'image.heavy', cost: 0.5 * tries }
  return { workClass: 'fast', cost: 0.5 }
}
