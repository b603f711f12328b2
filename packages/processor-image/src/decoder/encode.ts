import type { Sharp } from 'sharp'
import type { PlannedVariant } from '../decode-plan.ts'
import type { FormattedImage } from '../recipes/image-options.ts'
import { withCopyright } from './copyright.ts'
import type { Copyright } from './formats/credits.ts'
import type { DecodeInput } from './orders.ts'
import { settle } from './settle.ts'

/** Below this, pictures have visible blocks: rather an error than such a picture. */
const MIN_QUALITY = 30
/** Encodes of one variant. */
const MAX_TRIES = 8

/** Gives a pipeline its encoder. */
export function encode(
  pipeline: Sharp,
  { recipe }: Pick<PlannedVariant, 'recipe'>,
  copyright: Copyright | null,
): Sharp {
  const encoded = ENCODERS[recipe.format](pipeline, recipe)
  return copyright === null ? encoded : withCopyright(encoded, copyright)
}

/**
 * Encodes a pipeline to at most `maxBytes`, at the highest quality that fits: by bisection, because more quality means
 * more bytes. If not even the lowest quality fits, the result is that of the lowest, and larger.
 */
export async function encodeWithin(
  maxBytes: number,
  pipeline: Sharp,
  variant: PlannedVariant,
  context: { readonly copyright: Copyright | null; readonly input: DecodeInput },
): Promise<Buffer> {
  const { recipe } = variant
  const settled = await settle(pipeline, context.input, recipe.colourSpace === 'p3')
  const at = (quality: number): Promise<Buffer> =>
    encode(settled.pipeline.clone(), { recipe: { ...recipe, quality } }, context.copyright).toBuffer()
  let tooHigh = recipe.quality
  const wanted = await at(tooHigh)
  if (wanted.byteLength <= maxBytes) return wanted
  let quality = Math.min(MIN_QUALITY, tooHigh)
  let best = await at(quality)
  if (best.byteLength > maxBytes) return best
  for (let tries = 2; tries < MAX_TRIES && tooHigh - quality > 1; tries += 1) {
    const middle = Math.round((quality + tooHigh) / 2)
    const bytes = await at(middle)
    if (bytes.byteLength > maxBytes) tooHigh = middle
    else [quality, best] = [middle, bytes]
  }
  return best
}

type Encoder = (pipeline: Sharp, recipe: FormattedImage) => Sharp

const ENCODERS: Readonly<Record<FormattedImage['format'], Encoder>> = {
  jpeg: (pipeline, { quality, progressive, chroma }) => pipeline.jpeg({ quality, progressive, ...chromaOf(chroma) }),
  png: (pipeline, { quality, effort, progressive }) =>
    // sharp takes any `quality` of a PNG as a request for a palette.
    pipeline.png({ compressionLevel: effort, progressive, ...(quality === 100 ? {} : { quality }) }),
  webp: (pipeline, { quality, effort, lossless }) => pipeline.webp({ quality, effort, lossless }),
  avif: (pipeline, { quality, effort, lossless, chroma }) =>
    pipeline.avif({ quality, effort, lossless, ...chromaOf(chroma) }),
  gif: (pipeline, { effort, progressive }) => pipeline.gif({ effort, progressive }),
  tiff: (pipeline) => pipeline.tiff({ compression: 'lzw', predictor: 'horizontal' }),
}

function chromaOf(chroma: FormattedImage['chroma']): { chromaSubsampling?: string } {
  return chroma === null ? {} : { chromaSubsampling: chroma }
}
