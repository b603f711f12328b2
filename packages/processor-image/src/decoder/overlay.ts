import { basename } from 'node:path'
import sharp, { type OverlayOptions, type Sharp } from 'sharp'
import type { Size } from '../geometry.ts'
import type { NormalOverlay } from '../recipes/image-options.ts'
import { ApplicationFault } from './application-fault.ts'
import { readApplicationFile } from './application-file.ts'
import { isDrawnInP3, toDisplayP3 } from './display-p3.ts'
import type { Drawing } from './drawing.ts'

/** The overlay as a layer. Rejects with an `ApplicationFault`. */
export async function overlayOf(overlay: NormalOverlay, drawing: Drawing): Promise<OverlayOptions> {
  const { variant, files } = drawing
  const bytes = await readApplicationFile('overlay', files.overlay, overlay.sha256)
  const { output } = variant.target
  try {
    const { data, info } = await scaled(sharp(bytes), overlay, output, isDrawnInP3(drawing))
    if (overlay.opacity < 1) for (let at = 3; at < data.length; at += 4) data[at] = (data[at] ?? 0) * overlay.opacity
    const raw = { width: info.width, height: info.height, channels: 4 } as const
    if (overlay.tile) return { input: data, raw, tile: true, gravity: 'northwest' }
    return { input: data, raw, ...placed(info, overlay, output) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `The overlay ${basename(files.overlay ?? '')} cannot be decoded: ${reason}. Use a PNG, WebP, JPEG or SVG.`
    throw new ApplicationFault('setup_incomplete', message)
  }
}

// Once, and to the output, because a layer must not be larger.
function scaled(
  pipeline: Sharp,
  { scale, margin, tile }: NormalOverlay,
  { width, height }: Size,
  isInP3: boolean,
): Promise<{ data: Buffer; info: Size }> {
  pipeline.pipelineColourspace('srgb').toColourspace('srgb')
  if (isInP3) toDisplayP3(pipeline)
  const gap = tile
    ? { right: Math.min(margin, width - 1), bottom: Math.min(margin, height - 1) }
    : { right: 0, bottom: 0 }
  const within = { width: width - gap.right, height: height - gap.bottom }
  const wanted = scale === null ? within.width : Math.max(1, Math.round(width * scale))
  pipeline.resize(Math.min(wanted, within.width), within.height, { fit: 'inside', withoutEnlargement: scale === null })
  if (tile) pipeline.extend({ ...gap, background: { r: 0, g: 0, b: 0, alpha: 0 } })
  return pipeline.ensureAlpha().raw().toBuffer({ resolveWithObject: true })
}

/** The corner of the overlay, within the output even if the margins leave no room. Pure. */
export function placed(
  overlay: Size,
  { place, margin }: Pick<NormalOverlay, 'place' | 'margin'>,
  output: Size,
): { readonly left: number; readonly top: number } {
  const room = { width: output.width - overlay.width, height: output.height - overlay.height }
  const along = (free: number, isFirst: boolean, isLast: boolean): number => {
    if (!isFirst && !isLast) return Math.floor(free / 2)
    return Math.max(0, Math.min(free, isFirst ? margin : free - margin))
  }
  return {
    left: along(room.width, place.includes('left'), place.includes('right')),
    top: along(room.height, place.includes('top'), place.includes('bottom')),
  }
}
