import sharp, { type Channels, type Sharp } from 'sharp'
import type { PlannedVariant } from '../decode-plan.ts'
import { areaAround, type Size, sameSize, targetOf, turned } from '../geometry.ts'
import type { SourceFacts } from '../source-facts.ts'
import { inDisplayP3, isDrawnInP3 } from './display-p3.ts'
import type { Drawing, Drawn } from './drawing.ts'
import { openSource, type Reading } from './open-source.ts'
import type { DecodeInput } from './orders.ts'
import { paint } from './paint.ts'
import { type Settled, settle } from './settle.ts'
import { transformed } from './transform.ts'

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

/** Draws a variant from a base. Rejects with an `ApplicationFault`, or with sharp's error. */
export async function drawFromBase(base: Base, drawing: Drawing): Promise<Drawn> {
  const { timeoutSeconds } = drawing.input
  const raw = { width: base.width, height: base.height, channels: base.channels }
  const pipeline = sharp(base.pixels, { raw, limitInputPixels: false }).timeout({ seconds: timeoutSeconds })
  return draw(pipeline, base, drawing)
}

/** Draws a variant from the source itself. Rejects as {@link drawFromBase} does. */
export async function drawFromSource(drawing: Drawing, reading?: Reading): Promise<Drawn> {
  if (drawing.variant.recipe.colourSpace === 'srgb') return drawWhole(drawing, reading)
  if (isDrawnInP3(drawing)) return drawWhole(await inItsNumbers(drawing), reading)
  const drawn = await drawWhole(drawing, reading)
  return { ...drawn, pipeline: drawn.pipeline.withIccProfile('p3') }
}

async function drawWhole(drawing: Drawing, reading?: Reading): Promise<Drawn> {
  const { input, variant } = drawing
  const pipeline = inColourSpace(await openSource(input, variant.frames, reading), drawing)
  const { trim, rotate } = variant.recipe
  if (trim === false && rotate % 90 === 0) return draw(pipeline, storedSize(input.facts), drawing)
  // The result's size decides about the next steps.
  const reshaped = await reshape(pipeline, drawing)
  const size = { width: reshaped.width, height: reshaped.height }
  const target = targetOf(variant.recipe, turned(size, rotate % 90 === 0 ? rotate : 0))
  const drawn = await draw(reshaped.pipeline, size, { ...drawing, variant: { ...variant, target } })
  return { ...drawn, size: drawn.size ?? target.output }
}

async function draw(pipeline: Sharp, stored: Size | null, drawing: Drawing): Promise<Drawn> {
  const shaped = shape(pipeline, drawing.variant, stored)
  const painted = await paint(shaped, drawing)
  return drawing.variant.recipe.transform === null ? { pipeline: painted, size: null } : transformed(painted, drawing)
}

// sharp takes a colour for numbers of the space that it works in.
async function inItsNumbers(drawing: Drawing): Promise<Drawing> {
  const { recipe } = drawing.variant
  const background = await inDisplayP3(recipe.background)
  return { ...drawing, variant: { ...drawing.variant, recipe: { ...recipe, background } } }
}

function reshape(pipeline: Sharp, drawing: Drawing): Promise<Settled> {
  const { trim, rotate, background } = drawing.variant.recipe
  if (trim !== false && canTrim(drawing.input.facts)) pipeline.trim({ threshold: trim })
  if (rotate % 90 !== 0) pipeline.rotate(rotate, { background })
  return settle(pipeline, drawing.input, isDrawnInP3(drawing))
}

// sharp refuses less, which has no edges anyway.
function canTrim({ width, height }: SourceFacts): boolean {
  return width >= 3 && height >= 3
}

// `null`: librsvg gives a drawing another size than CSS, and the facts are in pixels of CSS.
function storedSize(facts: SourceFacts): Size | null {
  return facts.isVector ? null : facts
}

function isSize(stored: Size | null, size: Size): boolean {
  return stored !== null && sameSize(stored, size)
}

const GREYS: readonly string[] = ['b-w', 'grey16']

function inColourSpace(pipeline: Sharp, drawing: Drawing): Sharp {
  const { variant } = drawing
  const { facts } = drawing.input
  // With 16 bits sharp converts to Display P3 at once, and not at the end.
  if (isDrawnInP3(drawing)) return pipeline.pipelineColourspace('rgb16').withIccProfile('p3')
  if (variant.recipe.colourSpace === 'p3') return pipeline.pipelineColourspace('srgb')
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

function shape(pipeline: Sharp, variant: PlannedVariant, stored: Size | null): Sharp {
  const { recipe, target } = variant
  const { picture, output } = target
  const isTurned = recipe.rotate !== 0 && recipe.rotate % 90 === 0
  if (recipe.format === 'jpeg') pipeline.flatten({ background: recipe.background })
  // Before the size is set, so that it is that of the turned picture.
  if (isTurned) pipeline.rotate(recipe.rotate)
  // sharp mirrors before it turns, and a quarter turn makes one mirroring the other.
  const isSideways = isTurned && recipe.rotate !== 180
  if (isSideways ? recipe.flop : recipe.flip) pipeline.flip()
  if (isSideways ? recipe.flip : recipe.flop) pipeline.flop()
  if (recipe.mode === 'crop') return crop(pipeline, variant)
  const given = isTurned && stored !== null ? turned(stored, recipe.rotate) : stored
  if (!isSize(given, picture)) pipeline.resize(picture.width, picture.height, { fit: 'fill' })
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

function crop(pipeline: Sharp, { recipe, target, frames }: PlannedVariant): Sharp {
  const { position, assetFocus } = recipe
  const { picture, output } = target
  if (assetFocus !== undefined) {
    const area = areaAround(assetFocus, recipe, target)
    return pipeline.resize(picture.width, picture.height, { fit: 'fill' }).extract(area)
  }
  return pipeline.resize(output.width, output.height, {
    fit: 'cover',
    position: position === 'focal' ? unfocused(frames) : position,
  })
}

// The decoder refuses to measure a picture with several frames.
function unfocused(frames: number): 'attention' | 'centre' {
  return frames === 1 ? 'attention' : 'centre'
}
