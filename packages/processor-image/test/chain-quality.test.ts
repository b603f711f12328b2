import type { VariantRecipes } from '@rindle/testing'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { image } from '../src/recipes/index.ts'
import { open, photoLike } from './pictures.ts'
import { structuralSimilarity } from './structural-similarity.ts'
import { outcomesOf, PROCESSOR, sourceFile } from './workbench.ts'

// Lossless, so that only the decode plan makes a difference.
const VARIANTS: VariantRecipes = {
  large: image.fit(1200, 1200, { format: 'png', effort: 1 }),
  medium: image.fit(700, 700, { format: 'png', effort: 1 }),
  small: image.fit(300, 300, { format: 'png', effort: 1 }),
}

it('every variant from the chain equals one that was made from the source by itself', async () => {
  const source = await sourceFile('image/jpeg', open(photoLike(2400, 1600)).jpeg({ quality: 92 }))
  const outcomes = await outcomesOf(PROCESSOR, source, VARIANTS)
  const similarities: Record<string, number> = {}
  for (const [name, outcome] of outcomes) {
    if ('error' in outcome) throw outcome.error
    const { path, width = 0, height = 0 } = outcome.output
    const made = await sharp(path).raw().toBuffer()
    const direct = await sharp(source.path).resize(width, height, { fit: 'fill' }).raw().toBuffer()
    similarities[name] = structuralSimilarity(made, direct, width, height)
  }
  expect(Object.keys(similarities).toSorted()).toEqual(['large', 'medium', 'small'])
  expect(Math.min(...Object.values(similarities))).toBeGreaterThanOrEqual(0.995)
})
