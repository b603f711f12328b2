import sharp, { type OverlayOptions } from 'sharp'
import type { Size } from '../geometry.ts'
import { cornersOf } from './corners.ts'
import type { Drawing } from './drawing.ts'
import { overlayOf } from './overlay.ts'

/** The overlay and the round corners of a variant, in the size of its output. */
export async function layersOf(drawing: Drawing): Promise<OverlayOptions[]> {
  const { recipe, target, frames } = drawing.variant
  const overlays = recipe.overlay === null ? [] : [await overlayOf(recipe.overlay, drawing)]
  const corners = recipe.radius === 0 ? [] : cornersOf(recipe.radius, drawing)
  if (frames === 1) return [...overlays, ...corners]
  // Frames stand on top of each other: a layer of the size of one frame, repeated, is on each of them.
  const layers = [overlays, corners].filter((each) => each.length > 0)
  return Promise.all(layers.map((layer) => onEachFrame(layer, target.output)))
}

async function onEachFrame(layer: readonly OverlayOptions[], { width, height }: Size): Promise<OverlayOptions> {
  const create = { width, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } as const
  const { data, info } = await sharp({ create })
    .composite(layer.map((each) => ({ ...each, blend: 'over' })))
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { blend = 'over' } = layer[0] ?? {}
  return { input: data, raw: { width, height, channels: info.channels }, blend, tile: true, gravity: 'northwest' }
}
