import { defineProfile, type RecipeSource, type VariantName } from '@rindle/core'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { image, type ResponsiveOptions } from '../src/recipes/index.ts'

const HERO: ResponsiveOptions = { widths: [640, 320, 1_280], formats: ['avif', 'jpeg'] }

function problemsOf(options: object): readonly { readonly path: string; readonly message: string }[] {
  return image.responsive({ widths: [320, 640], formats: ['avif', 'jpeg'], ...options }).problems
}

/** The widths of the members that are made from a picture of this size. */
function widthsFrom(width: number | null, height: number | null, options: Partial<ResponsiveOptions> = {}): number[] {
  const source: RecipeSource = {
    kind: 'image',
    contentType: 'image/jpeg',
    width,
    height,
    durationMs: null,
    hasVideoTrack: null,
    hasAudioTrack: null,
    metadata: {},
    focus: null,
  }
  const { members } = image.responsive({ ...HERO, formats: ['jpeg'], ...options })
  return members.filter(({ recipe }) => recipe.facts.canBeMadeFrom?.(source)).map((member) => member.width)
}

describe('a responsive family', () => {
  it('has a member for every width and format, narrower ones and preferred formats first', () => {
    const { makes, make, ratio, members, problems } = image.responsive(HERO)
    expect({ makes, make, ratio, problems }).toEqual({ makes: 'family', make: 'eager', ratio: null, problems: [] })
    expect(members.map(({ suffix }) => suffix)).toEqual([
      'w320_avif',
      'w320_jpeg',
      'w640_avif',
      'w640_jpeg',
      'w1280_avif',
      'w1280_jpeg',
    ])
  })

  it('makes members as the plain recipes would, with the same digests', () => {
    const [avif, jpeg] = image.responsive({ ...HERO, quality: { jpeg: 70 } }).members
    expect(avif?.recipe.digest).toBe(image.fit(320, null, { format: 'avif' }).digest)
    expect(jpeg?.recipe.digest).toBe(image.fit(320, null, { format: 'jpeg', quality: 70 }).digest)
    const [cut] = image.responsive({ ...HERO, ratio: 16 / 9, position: 'top', effort: { avif: 3 } }).members
    expect(cut?.recipe.digest).toBe(image.crop(320, 180, { format: 'avif', position: 'top', effort: 3 }).digest)
  })

  it('gives an option only to the formats that have it', () => {
    const shared = { progressive: true, background: '#000', metadata: 'copyright', blur: 2 } as const
    const [avif, jpeg] = image.responsive({ ...HERO, ...shared }).members
    const { progressive: _, background: __, ...ofAvif } = shared
    expect(avif?.recipe.digest).toBe(image.fit(320, null, { format: 'avif', ...ofAvif }).digest)
    expect(jpeg?.recipe.digest).toBe(image.fit(320, null, { format: 'jpeg', ...shared }).digest)
  })

  it('leaves out members that would only enlarge the next narrower one', () => {
    expect(widthsFrom(4_000, 3_000)).toEqual([320, 640, 1_280])
    expect(widthsFrom(641, 480)).toEqual([320, 640, 1_280])
    expect(widthsFrom(640, 480)).toEqual([320, 640])
    expect(widthsFrom(200, 100)).toEqual([320])
    expect(widthsFrom(null, null)).toEqual([320, 640, 1_280])
  })

  it('judges by the part that is cut out, and by the side that is turned to the width', () => {
    // Of a portrait of 1,000 × 2,000 a crop to 2:1 shows the whole width; of a panorama, no more than its height allows.
    expect(widthsFrom(1_000, 2_000, { ratio: 2 })).toEqual([320, 640, 1_280])
    expect(widthsFrom(2_000, 300, { ratio: 2 })).toEqual([320, 640])
    expect(widthsFrom(2_000, 300, { rotate: 90 })).toEqual([320])
    expect(widthsFrom(2_000, 300, { rotate: -90 })).toEqual([320])
    expect(widthsFrom(2_000, 300, { rotate: 180 })).toEqual([320, 640, 1_280])
  })

  it.each<[options: object, path: string, message: string]>([
    [{ widths: undefined }, 'widths', 'is missing'],
    [{ widths: [] }, 'widths', 'at least one width'],
    [{ widths: [320, 0] }, 'widths.1', '>=1'],
    [{ widths: [320, 20_000] }, 'widths.1', '<=16383'],
    [{ widths: [320, 640, 320] }, 'widths.2', 'is listed twice: 320'],
    [{ formats: [] }, 'formats', 'at least one format'],
    [{ formats: ['jpg'] }, 'formats.0', '"jpeg"'],
    [{ formats: ['jpeg', 'tiff'] }, 'formats.1', '"avif"'],
    [{ formats: ['jpeg', 'jpeg'] }, 'formats.1', 'is listed twice: jpeg'],
    [{ ratio: 0 }, 'ratio', '>0'],
    [{ ratio: 0.001 }, 'ratio', 'higher than 16383 pixels'],
    [{ make: 'lazy' }, 'make', '"eager"|"on_demand"'],
    [{ quality: 80 }, 'quality', 'must be an object by format'],
    [{ quality: { avif: 101 } }, 'quality.avif', '<=100'],
    [{ quality: { webp: 80 } }, 'quality.webp', 'a format that the family lacks'],
    [{ effort: { avif: 10 } }, 'effort.avif', 'from 0 to 9'],
    [{ position: 'top' }, 'position', 'only for a family with `ratio`'],
    [{ ratio: 2, position: 'middle' }, 'position', '"centre"|"top"'],
    [{ height: 10 }, 'height', 'is not an option of a family'],
    [{ enlarge: true }, 'enlarge', 'is not an option of a family'],
    [{ animated: true }, 'animated', 'only for webp, gif, source, and the family has none'],
    [{ qualtiy: 1 }, 'qualtiy', 'is not an option'],
    [{ blur: 0 }, 'blur', '>=0.3'],
  ])('refuses %j at %s, and says why', (options, path, message) => {
    expect(problemsOf(options)).toEqual([{ path, message: expect.stringContaining(message) }])
  })

  it('throws nothing, whatever it is given', () => {
    for (const options of [null, undefined, 5, 'hero', []]) {
      expect(image.responsive(options as never).problems).not.toEqual([])
    }
  })

  it('tells a profile its problems with their paths', () => {
    const declare = (): unknown =>
      defineProfile({
        storage: 'main',
        accept: { types: ['image/*'], maxBytes: 1 },
        variants: { hero: image.responsive({ widths: [320, -1], formats: ['jpeg'] }) },
      })
    expect(declare).toThrow(/variants\.hero\.widths\.1: /)
  })

  it('becomes a family and variants of its profile, of which only the family is named in types', () => {
    const profile = defineProfile({
      storage: 'main',
      accept: { types: ['image/*'], maxBytes: 1 },
      variants: { thumb: image.crop(64, 64), hero: image.responsive({ ...HERO, make: 'on_demand' }) },
    })
    expect(Object.keys(profile.variants)).toContain('hero_w640_avif')
    expect(profile.families.hero).toMatchObject({ make: 'on_demand', ratio: null })
    expect(profile.families.hero.members[0]).toEqual({
      name: 'hero_w320_avif',
      width: 320,
      contentType: 'image/avif',
    })
    expect([...profile.onDemand]).toHaveLength(6)
    expectTypeOf<keyof typeof profile.families>().toEqualTypeOf<'hero'>()
    expectTypeOf<VariantName<{ photo: typeof profile }, 'photo'>>().toEqualTypeOf<'thumb'>()
  })
})
