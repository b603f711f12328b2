import type { SourceFile } from '@rindle/core'
import { errorOf, type VariantRecipes } from '@rindle/testing'
import { expect } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { decode, expectColour } from './decoded.ts'
import type { Colour } from './pictures.ts'
import { LIMITS, outcomesOf, PROCESSOR } from './workbench.ts'

/** Each format, one of them by a decode of its own, and shrunk. */
const RECIPES: VariantRecipes = {
  jpeg: image.fit(16, null, { format: 'jpeg', quality: 100 }),
  png: image.fit(16, null, { format: 'png' }),
  webp: image.fit(16, null, { format: 'webp', quality: 100 }),
  avif: image.fit(16, null, { format: 'avif', quality: 90, effort: 0 }),
  alone: image.crop(8, 8, { position: 'entropy', format: 'png' }),
}

/** The tolerance of lossy encoders for a plain colour. */
const TOLERANCE = 6

/** Checks that a picture of one colour comes out in that colour, and with that alpha, in every format. */
export async function expectEverywhere(source: SourceFile, colour: Colour, alpha = 255): Promise<void> {
  await PROCESSOR.probe(source, { limits: LIMITS })
  const outcomes = await outcomesOf(PROCESSOR, source, RECIPES)
  for (const [name, outcome] of outcomes) {
    if ('error' in outcome) throw outcome.error
    const picture = await decode(outcome.output.path)
    const [red = 0, green = 0, blue = 0, opacity = 255] = inColour(picture.at(0.5, 0.5))
    // JPEG is laid on white.
    const shown = name === 'jpeg' ? colour.map((value) => (value * alpha + 255 * (255 - alpha)) / 255) : colour
    expectColour([red, green, blue], shown as unknown as Colour, TOLERANCE)
    if (name !== 'jpeg') expect({ name, opacity }).toEqual({ name, opacity: alpha })
  }
}

function inColour(pixel: readonly number[]): readonly number[] {
  const [grey = 0, alpha] = pixel
  if (pixel.length > 2) return pixel
  return alpha === undefined ? [grey, grey, grey] : [grey, grey, grey, alpha]
}

/** Checks that probe and work refuse a source as `unsupported_codec`, with a message that names its kind. */
export async function expectRefused(source: SourceFile, what: string | RegExp): Promise<void> {
  const message = typeof what === 'string' ? expect.stringContaining(what) : expect.stringMatching(what)
  await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({
    code: 'unsupported_codec',
    retryable: false,
    message,
  })
  const outcomes = await outcomesOf(PROCESSOR, source, { only: image.fit(10) })
  expect(errorOf(outcomes.get('only'))).toMatchObject({ code: 'unsupported_codec', message })
}
