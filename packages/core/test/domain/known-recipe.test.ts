import { expect, it } from 'vitest'
import { recipeDigest } from '../../src/domain/digest.ts'
import { isKnownRecipe } from '../../src/domain/known-recipe.ts'
import { type NormalizedRecipe, normalizeRecipe, type Recipe } from '../../src/domain/recipes.ts'

const RECIPES: readonly Recipe[] = [
  { mode: 'fit', width: 8 },
  { mode: 'crop', width: 8, height: 8, format: 'webp', animated: true, position: 'left top' },
  { kind: 'image', preset: 'video_poster_scene' },
  { kind: 'video', preset: 'web_720p' },
  { kind: 'audio', preset: 'mp3_128k', channels: 1 },
  { kind: 'waveform', preset: 'overview' },
]

it.each(RECIPES)('%j of this version is known, with a digest of any format', (recipe) => {
  const normalized = normalizeRecipe(recipe)
  expect(isKnownRecipe(normalized, recipeDigest(normalized))).toBe(true)
  expect(isKnownRecipe(normalized, 'a digest of an older format')).toBe(true)
})

it.each([
  { kind: 'stream', preset: 'hls' },
  { kind: 'video', preset: 'web_2160p' },
  { ...normalizeRecipe({ mode: 'fit', width: 8 }), mode: 'smart' },
  { ...normalizeRecipe({ mode: 'fit', width: 8 }), format: 'jxl' },
  { ...normalizeRecipe({ mode: 'fit', width: 8 }), blur: 3 },
])('%j of a newer version is not', (recipe) => {
  const stored = recipe as unknown as NormalizedRecipe
  expect(isKnownRecipe(stored, recipeDigest(stored))).toBe(false)
})

it('an option of a newer version does not matter while it has its default: digests leave it out', () => {
  const known = normalizeRecipe({ mode: 'fit', width: 8 })
  const stored = { ...known, blur: 0 } as unknown as NormalizedRecipe
  expect(isKnownRecipe(stored, recipeDigest(known))).toBe(true)
})
