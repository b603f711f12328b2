import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { recipeDigest } from '../../src/domain/digest.ts'
import type { JsonObject } from '../../src/domain/errors.ts'
import { readRecipe } from '../../src/domain/read-recipe.ts'
import { canBeMadeFrom, type RecipeSource } from '../../src/domain/recipe.ts'
import { type OptionsSchema, recipeKind } from '../../src/domain/recipe-kind.ts'

const stamp = recipeKind({
  name: 'acme/stamp',
  output: 'image',
  madeBy: '@acme/stamp',
  options: z.strictObject({
    size: z.int().min(1).max(100).default(10),
    ink: z.strictObject({ colour: z.string() }).default({ colour: 'black' }),
    tilt: z.number().default(0),
  }),
  later: { tilt: 0 },
  facts: ({ size }) => ({ contentType: 'image/png', sources: ['image', 'text/plain'], cost: size }),
})

// Its first release stored the word `big`.
const note = recipeKind({
  name: 'acme/note',
  output: 'data',
  madeBy: '@acme/note',
  options: z.strictObject({ length: z.int() }),
  facts: () => ({
    contentType: null,
    sources: ['audio'],
    canBeMadeFrom: ({ hasAudioTrack }) => hasAudioTrack !== false,
    queue: 'media',
    workClass: 'acme/note.all',
    capability: 'acme/pen',
  }),
  formerly: {
    formOf: ({ length }) => (length === 100 ? { kind: 'note', big: true } : undefined),
    optionsOf: ({ kind, big }) => (kind === 'note' && big === true ? { length: 100 } : undefined),
  },
})

const SOURCE: RecipeSource = {
  kind: 'image',
  contentType: 'image/png',
  width: 1,
  height: 1,
  durationMs: null,
  hasVideoTrack: null,
  hasAudioTrack: null,
  metadata: {},
  focus: null,
}

describe('a recipe', () => {
  it('is a plain value with every default, the digest of its form, and complete facts', () => {
    const form = { kind: 'acme/stamp', size: 5, ink: { colour: 'black' } }
    expect(stamp({ size: 5 })).toEqual({
      kind: 'acme/stamp',
      makes: 'image',
      madeBy: '@acme/stamp',
      form,
      digest: recipeDigest(form),
      facts: {
        contentType: 'image/png',
        sources: ['image', 'text/plain'],
        queue: 'process',
        workClass: 'acme/stamp',
        capability: 'acme/stamp',
        cost: 5,
        usesFocus: false,
      },
      problems: [],
    })
  })

  it('leaves a later option out of its form while it has its default', () => {
    expect(stamp({ tilt: 0 }).digest).toBe(stamp({}).digest)
    expect(stamp({ tilt: 3 }).form).toMatchObject({ tilt: 3 })
    expect(stamp({ tilt: 3 }).digest).not.toBe(stamp({}).digest)
  })

  it('keeps the form of an earlier release, and its digest', () => {
    expect(note({ length: 100 })).toMatchObject({ kind: 'acme/note', form: { kind: 'note', big: true } })
    expect(note({ length: 99 }).form).toEqual({ kind: 'acme/note', length: 99 })
  })

  it.each<[given: unknown, problems: readonly object[]]>([
    [{ size: 0 }, [{ path: 'size', message: expect.stringContaining('>=1') }]],
    [
      { sise: 1, sighs: 2 },
      [
        { path: 'sise', message: 'is not an option' },
        { path: 'sighs', message: 'is not an option' },
      ],
    ],
    [
      { ink: { colour: 1 }, size: 'big' },
      [
        { path: 'size', message: expect.any(String) },
        { path: 'ink.colour', message: expect.any(String) },
      ],
    ],
    ['big', [{ path: '', message: expect.any(String) }]],
  ])('of %j has its problems with their paths, and throws nothing', (given, problems) => {
    const recipe = stamp(given as never)
    expect(recipe.problems).toEqual(problems)
    expect(recipe.digest).toBe('')
  })

  it('may have a schema by hand; one that checks asynchronously is a problem', () => {
    const byHand: OptionsSchema<{ readonly n: number }, { readonly n: number }> = {
      '~standard': {
        version: 1,
        vendor: 'acme',
        validate: (value) => {
          const { n } = value as { n: unknown }
          if (n === 'later') return Promise.reject(new Error('late'))
          return typeof n === 'number'
            ? { value: { n } }
            : { issues: [{ message: 'must be a number', path: [{ key: 'n' }] }] }
        },
      },
    }
    const facts = () => ({ contentType: null, sources: [] })
    const hand = recipeKind({ name: 'acme/hand', output: 'data', madeBy: '@acme/hand', options: byHand, facts })
    expect(hand({ n: 1 }).form).toEqual({ kind: 'acme/hand', n: 1 })
    expect(hand({ n: '1' } as never).problems).toEqual([{ path: 'n', message: 'must be a number' }])
    expect(hand({ n: 'later' } as never).problems).toEqual([
      { path: '', message: expect.stringContaining('asynchronously') },
    ])
  })
})

describe('a stored form', () => {
  const kinds = [stamp, note]

  it.each([stamp({ size: 7, tilt: 2 }), stamp({}), note({ length: 100 }), note({ length: 5 })])(
    'is read back with its digest: $form',
    (recipe) => {
      // PostgreSQL gives the keys of jsonb back in an order of its own.
      const stored: JsonObject = Object.fromEntries(Object.entries(recipe.form).toReversed())
      const read = readRecipe(kinds, stored)
      expect(read).toMatchObject({
        recipe: { form: recipe.form, digest: recipe.digest },
        options: { kind: recipe.kind },
      })
    },
  )

  it('gives a processor every option, and the kind', () => {
    expect(readRecipe(kinds, { kind: 'acme/stamp', size: 7, ink: { colour: 'red' } })).toMatchObject({
      options: { kind: 'acme/stamp', size: 7, ink: { colour: 'red' }, tilt: 0 },
    })
  })

  it('of no known kind is not read', () => {
    expect(readRecipe(kinds, { kind: 'acme/seal' })).toBeUndefined()
    expect(readRecipe([], stamp({}).form)).toBeUndefined()
  })

  it('with an option or a value of a newer version has problems', () => {
    expect(readRecipe(kinds, { ...stamp({}).form, glow: 1 })).toEqual([{ path: 'glow', message: 'is not an option' }])
    expect(readRecipe(kinds, { ...stamp({}).form, size: 1000 })).toMatchObject([{ path: 'size' }])
  })
})

describe('canBeMadeFrom', () => {
  it.each([
    [stamp({}), SOURCE, true],
    [stamp({}), { ...SOURCE, kind: 'other', contentType: 'text/plain' }, true],
    [stamp({}), { ...SOURCE, kind: 'other', contentType: 'text/csv' }, false],
    [stamp({}), { ...SOURCE, kind: null }, false],
    [note({ length: 1 }), { ...SOURCE, kind: 'audio', hasAudioTrack: null }, true],
    [note({ length: 1 }), { ...SOURCE, kind: 'audio', hasAudioTrack: false }, false],
  ] as const)('asks the kind of the asset, its type, and the predicate: $0.kind', (recipe, source, expected) => {
    expect(canBeMadeFrom(recipe, source)).toBe(expected)
  })
})
