import type { Sharp } from 'sharp'
import type { Drawing } from './drawing.ts'
import { layersOf } from './layers.ts'
import { settle } from './settle.ts'

/** Applies what changes pixels but not the size: colours, blur, sharpness, an overlay, round corners. */
export async function paint(pipeline: Sharp, drawing: Drawing): Promise<Sharp> {
  const { recipe } = drawing.variant
  const hasLayers = recipe.overlay !== null || recipe.radius !== 0
  const coloured = filter(pipeline, recipe)
  if (!hasLayers) return coloured
  // sharp tints last, and would tint them, too.
  const under = recipe.tint === null ? coloured : (await settle(coloured, drawing.input, false)).pipeline
  return under.composite(await layersOf(drawing))
}

function filter(pipeline: Sharp, { grayscale, blur, sharpen, tint }: Drawing['variant']['recipe']): Sharp {
  if (grayscale) pipeline.grayscale()
  if (blur !== null) pipeline.blur(blur)
  if (sharpen === true) pipeline.sharpen()
  else if (sharpen !== false) pipeline.sharpen({ sigma: sharpen })
  // A grey picture has no hue to change.
  if (tint !== null) pipeline.pipelineColourspace('srgb').toColourspace('srgb').tint(tint.slice(0, 7))
  return pipeline
}
