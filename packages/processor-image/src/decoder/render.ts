import sharp, { type Channels, type Sharp } from 'sharp'
import type { PlannedVariant } from '../decode-plan.ts'
import { type Size, sameSize } from '../geometry.ts'
import type { NormalImage } from '../recipes/image-options.ts'
import type { SourceFacts } from '../source-facts.ts'
import { openSource, type Reading } from './open-source.ts'
import type { DecodeInput } from './orders.ts'

/** Pixels of a whole picture: sRGB, 8 bits per channel, as displayed. Dispose of them to free their memory. */
export interface Base extends Size, Disposable {
  readonly pixels: Buffer
  readonly channels: Channels
}

/** Decodes the source once, to `size`. Rejects with sharp's error. */
export async function decodeBase(input: DecodeInput, size: Size, reading?: Reading): Promise<Base> {
  const pipeline = convertToSrgb(await openSource(input, 1, reading, size), input.facts)
  if (!isSize(storedSize(input.facts), size)) pipeline.resize(size.width, size.height, { fit: 'fill' })
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true })
  return {
    pixels: data,
    width: info.width,
    height: info.height,
    channels: info.channels,
    [Symbol.dispose]: () => {
      // At once, because the collector counts such memory, too: a few pictures make it go through the whole heap, which
      // takes a tenth of the time of small photos, and until then they all stay.
      data.buffer.transfer(0)
    },
  }
}

/** The pipeline that makes a variant from a base, up to its encoder. */
export function renderFromBase(base: Base, variant: PlannedVariant, timeoutSeconds: number): Sharp {
  const raw = { width: base.width, height: base.height, channels: base.channels }
  const pipeline = sharp(base.pixels, { raw, limitInputPixels: false }).timeout({ seconds: timeoutSeconds })
  return encode(shape(pipeline, variant, base), variant)
}

/** The pipeline that makes a variant from the source itself, up to its encoder. */
export async function renderFromSource(input: DecodeInput, variant: PlannedVariant, reading?: Reading): Promise<Sharp> {
  const pipeline = inColourSpace(await openSource(input, variant.frames, reading), input.facts, variant)
  return encode(shape(pipeline, variant, storedSize(input.facts)), variant)
}

// `null`: librsvg gives a drawing another size than CSS, and the facts are in pixels of CSS.
function storedSize(facts: SourceFacts): Size | null {
  return facts.isVector ? null : facts
}

function isSize(stored: Size | null, size: Size): boolean {
  return stored !== null && sameSize(stored, size)
}

const GREYS: readonly string[] = ['b-w', 'grey16']

function inColourSpace(pipeline: Sharp, facts: SourceFacts, variant: PlannedVariant): Sharp {
  // Grey would stay grey up to the end, and turn a coloured background grey.
  if (variant.is16Bit) pipeline.pipelineColourspace('rgb16').toColourspace('rgb16')
  else if (GREYS.includes(facts.space) && facts.hasAlpha) pipeline.pipelineColourspace('srgb')
  return variant.keepsProfile ? pipeline.keepIccProfile() : convertToSrgb(pipeline, facts)
}

// sharp converts an embedded profile to sRGB by itself, except with 16 bits per channel: it converts those to Display
// P3 and leaves them there, unless a profile is requested.
function convertToSrgb(pipeline: Sharp, facts: SourceFacts): Sharp {
  return facts.is16Bit && facts.profileSpace === 'RGB' ? pipeline.withIccProfile('srgb', { attach: false }) : pipeline
}

function shape(pipeline: Sharp, { recipe, target }: PlannedVariant, stored: Size | null): Sharp {
  const { picture, output } = target
  if (recipe.format === 'jpeg') pipeline.flatten({ background: recipe.background })
  if (recipe.mode === 'crop') {
    return pipeline.resize(output.width, output.height, { fit: 'cover', position: recipe.position })
  }
  if (!isSize(stored, picture)) pipeline.resize(picture.width, picture.height, { fit: 'fill' })
  if (sameSize(picture, output)) return pipeline
  const left = Math.floor((output.width - picture.width) / 2)
  const top = Math.floor((output.height - picture.height) / 2)
  return pipeline.extend({
    left,
    right: output.width - picture.width - left,
    top,
    bottom: output.height - picture.height - top,
    background: recipe.background,
  })
}

function encode(pipeline: Sharp, { recipe }: PlannedVariant): Sharp {
  return ENCODERS[recipe.format](pipeline, recipe)
}

type Encoder = (pipeline: Sharp, recipe: NormalImage) => Sharp

const ENCODERS: Readonly<Record<NormalImage['format'], Encoder>> = {
  jpeg: (pipeline, { quality }) => pipeline.jpeg({ quality }),
  png: (pipeline, { quality, effort }) =>
    // sharp takes any `quality` of a PNG as a request for a palette.
    pipeline.png({ compressionLevel: effort, ...(quality === 100 ? {} : { quality }) }),
  webp: (pipeline, { quality, effort }) => pipeline.webp({ quality, effort }),
  avif: (pipeline, { quality, effort }) => pipeline.avif({ quality, effort }),
}
