import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DecodePlan, decodedBytes, planDecodes } from '../src/decode-plan.ts'
import type { ImageOptions, NormalImage } from '../src/recipes/index.ts'
import type { SourceFacts } from '../src/source-facts.ts'
import { normalImage } from './workbench.ts'

const PHOTO: SourceFacts = {
  contentType: 'image/jpeg',
  width: 4000,
  height: 3000,
  orientation: 1,
  frames: 1,
  delaysMs: [],
  space: 'srgb',
  is16Bit: false,
  profileSpace: null,
  hasAlpha: false,
  isVector: false,
  correction: null,
  addedDecoder: null,
}

function plan(recipes: Record<string, ImageOptions>, facts: Partial<SourceFacts> = {}): DecodePlan {
  const variants = Object.entries(recipes).map(([name, recipe]) => ({
    name,
    recipe: normalImage(recipe),
  }))
  return planDecodes({ ...PHOTO, ...facts }, variants, { maxPixels: 100_000_000 })
}

const names = (variants: readonly { readonly name: string }[]): string[] => variants.map(({ name }) => name)

describe('the chain', () => {
  it('is decoded to the same size whichever of the variants are made', () => {
    const recipeOf = (recipe: ImageOptions): NormalImage => normalImage(recipe)
    const large = recipeOf({ mode: 'fit', width: 2048, height: 2048 })
    const thumb = [{ name: 'thumb', recipe: recipeOf({ mode: 'crop', width: 160, height: 160 }) }]
    const limits = { maxPixels: 100_000_000 }
    expect(planDecodes(PHOTO, thumb, limits, [large]).base).toEqual({ width: 2048, height: 1536 })
    expect(planDecodes(PHOTO, thumb, limits, [large]).chained).toHaveLength(1)
    const moving = recipeOf({ mode: 'fit', width: 2048, format: 'webp', animated: true })
    const cut = recipeOf({ mode: 'crop', width: 3000, height: 3000, position: 'entropy' })
    expect(planDecodes({ ...PHOTO, frames: 2 }, thumb, limits, [moving, cut]).base).toEqual(
      planDecodes(PHOTO, thumb, limits).base,
    )
    expect(planDecodes(PHOTO, [{ name: 'cut', recipe: cut }], limits, [large]).base).toBeNull()
  })

  it('decodes once, to the largest picture that any variant needs, and makes the largest output first', () => {
    const { base, chained, direct } = plan({
      thumb: { mode: 'crop', width: 160, height: 160 },
      large: { mode: 'fit', width: 2048, height: 2048 },
      small: { mode: 'fill', width: 480, height: 480 },
    })
    expect(base).toEqual({ width: 2048, height: 1536 })
    expect(names(chained)).toEqual(['large', 'small', 'thumb'])
    expect(direct).toEqual([])
  })

  it('decodes as large as a crop needs that shows only a part', () => {
    expect(
      plan({ banner: { mode: 'crop', width: 2000, height: 100 }, small: { mode: 'fit', width: 480 } }).base,
    ).toEqual({
      width: 2000,
      height: 1500,
    })
  })

  it('never decodes larger than the source', () => {
    const recipes: Record<string, ImageOptions> = { square: { mode: 'crop', width: 5000, height: 5000 } }
    expect(plan(recipes).base).toEqual({ width: 4000, height: 3000 })
  })

  it('is as large as a turned picture needs it, and not turned itself', () => {
    expect(plan({ turned: { mode: 'fit', width: 300, rotate: 90 } }).base).toEqual({ width: 400, height: 300 })
    expect(plan({ same: { mode: 'fit', height: 300, rotate: 180 } }).base).toEqual({ width: 400, height: 300 })
    expect(plan({ larger: { mode: 'fit', width: 8000, enlarge: true } }).base).toEqual({ width: 4000, height: 3000 })
  })

  it('is as large as every one of its pictures, unless the source is too small', () => {
    const side = fc.integer({ min: 1, max: 6000 })
    const recipe = fc.record({ mode: fc.constantFrom('fit', 'fill', 'crop'), width: side, height: side })
    fc.assert(
      fc.property(fc.array(recipe, { minLength: 1, maxLength: 5 }), side, side, (recipes, width, height) => {
        const { base, chained } = plan(Object.fromEntries(recipes.map((each, index) => [`v${index}`, each])), {
          width,
          height,
        })
        for (const { target } of chained) {
          expect(base?.width).toBeGreaterThanOrEqual(Math.min(target.picture.width, width))
          expect(base?.height).toBeGreaterThanOrEqual(Math.min(target.picture.height, height))
        }
        expect(base?.width).toBeLessThanOrEqual(width)
        expect(base?.height).toBeLessThanOrEqual(height)
      }),
    )
  })
})

describe('a decode of its own', () => {
  const fit = { mode: 'fit', width: 100 } as const

  it('is for a colour profile that is kept, if it is one of RGB', () => {
    const recipes: Record<string, ImageOptions> = { kept: { ...fit, keepIcc: true }, other: fit }
    expect(names(plan(recipes, { profileSpace: 'RGB' }).direct)).toEqual(['kept'])
    expect(names(plan(recipes, { profileSpace: 'CMYK' }).direct)).toEqual([])
    expect(names(plan(recipes).direct)).toEqual([])
  })

  it('is for an animation that stays one', () => {
    const recipes: Record<string, ImageOptions> = { moving: { ...fit, format: 'webp', animated: true }, still: fit }
    expect(names(plan(recipes, { frames: 3, contentType: 'image/gif' }).direct)).toEqual(['moving'])
    expect(names(plan(recipes).direct)).toEqual([])
  })

  it('is for a lossless PNG of a source with 16 bits per channel', () => {
    const recipes: Record<string, ImageOptions> = {
      deep: { ...fit, format: 'png' },
      palette: { ...fit, format: 'png', quality: 90 },
      webp: { ...fit, format: 'webp' },
    }
    expect(names(plan(recipes, { is16Bit: true }).direct)).toEqual(['deep'])
    expect(names(plan(recipes).direct)).toEqual([])
  })

  it('is for a crop around the highest entropy, whose place depends on the size at which it is measured', () => {
    const crop = { mode: 'crop', width: 100, height: 100 } as const
    const { direct, chained } = plan({
      entropy: { ...crop, position: 'entropy' },
      attention: { ...crop, position: 'attention' },
      focal: { ...crop, position: 'focal' },
    })
    expect(names(direct)).toEqual(['entropy'])
    expect(names(chained)).toEqual(['attention', 'focal'])
  })

  it('is for edges that are trimmed, a turn by any but quarters, and Display P3; the other options share the chain', () => {
    const { direct, chained, base } = plan({
      trimmed: { ...fit, trim: true },
      tilted: { ...fit, rotate: 5 },
      wide: { ...fit, colourSpace: 'p3' },
      turned: { ...fit, rotate: 90, flip: true, flop: true },
      painted: { ...fit, radius: 9, blur: 2, sharpen: true, overlay: { file: '', sha256: 'a'.repeat(64) } },
      grey: { ...fit, grayscale: true },
      tinted: { ...fit, tint: '#f00' },
      limited: { ...fit, maxBytes: 9_000, metadata: 'copyright' },
      same: { ...fit, format: 'source' },
    })
    expect(names(direct).toSorted()).toEqual(['tilted', 'trimmed', 'wide'])
    expect(names(chained)).toHaveLength(6)
    expect(base).toEqual({ width: 133, height: 100 })
  })

  it('is for a drawing that is enlarged', () => {
    const facts = { isVector: true, contentType: 'image/svg+xml', width: 50, height: 50 }
    const { direct, chained } = plan({ icon: { mode: 'crop', width: 512, height: 512 }, small: fit }, facts)
    expect(names(direct)).toEqual(['icon'])
    expect(names(chained)).toEqual(['small'])
  })
})

describe('a refusal', () => {
  const moving: ImageOptions = { mode: 'fit', width: 100, format: 'webp', animated: true }

  it('names what sharp cannot keep moving, and leaves the other variants alone', () => {
    const turned = { contentType: 'image/webp', frames: 2, orientation: 6 }
    const { refused, chained } = plan({ moving, still: { mode: 'fit', width: 100 } }, turned)
    expect(names(refused)).toEqual(['moving'])
    expect(refused[0]?.error).toMatchObject({ code: 'unsupported_codec', message: expect.stringContaining('moving') })
    expect(names(chained)).toEqual(['still'])
  })

  it('meets an animation with an EXIF orientation, but no still', () => {
    const turned = { orientation: 6, contentType: 'image/webp' }
    expect(names(plan({ moving }, { ...turned, frames: 2 }).refused)).toEqual(['moving'])
    expect(names(plan({ moving }, { ...turned, frames: 1 }).refused)).toEqual([])
  })

  it('meets a picture whose open side would grow beyond the limit', () => {
    const recipes: Record<string, ImageOptions> = {
      grown: { mode: 'fit', height: 16_000, enlarge: true },
      held: { mode: 'fit', height: 16_000, width: 5_000, enlarge: true },
    }
    const { refused, chained } = plan(recipes, { width: 4000, height: 1000 })
    expect(refused).toMatchObject([{ name: 'grown', error: { code: 'limit_exceeded' } }])
    expect(names(chained)).toEqual(['held'])
  })

  it('meets an animation whose frames would together be enlarged beyond the limit', () => {
    const tiny = { contentType: 'image/gif', width: 1, height: 1, frames: 40_000 }
    const enlarged: ImageOptions = { mode: 'crop', width: 100, height: 100, format: 'webp', animated: true }
    const { refused, direct } = plan({ enlarged, moving }, tiny)
    expect(refused).toMatchObject([{ name: 'enlarged', error: { code: 'limit_exceeded' } }])
    expect(names(direct)).toEqual(['moving'])
  })
})

describe('the memory of a plan', () => {
  const fit: Record<string, ImageOptions> = { small: { mode: 'fit', width: 100 } }
  const bytes = (recipes: Record<string, ImageOptions>, facts: Partial<SourceFacts>): number =>
    decodedBytes({ ...PHOTO, ...facts }, plan(recipes, facts))

  it('is that of the whole source, decoded', () => {
    expect(bytes(fit, {})).toBe(4000 * 3000 * 4)
    expect(bytes(fit, { is16Bit: true })).toBe(4000 * 3000 * 8)
    expect(bytes(fit, { contentType: 'image/avif' })).toBe(4000 * 3000 * 20)
  })

  it('counts the frames only where they are shown', () => {
    const facts = { contentType: 'image/gif', frames: 5 }
    expect(bytes(fit, facts)).toBe(4000 * 3000 * 4)
    expect(bytes({ moving: { mode: 'fit', width: 9, format: 'webp', animated: true } }, facts)).toBe(
      4000 * 3000 * 4 * 5,
    )
  })

  it('is that of the output where this is larger', () => {
    const facts = { width: 10, height: 10 }
    expect(bytes({ huge: { mode: 'crop', width: 9000, height: 8000 } }, facts)).toBe(9000 * 8000 * 4)
  })
})
