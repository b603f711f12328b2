import { processorContract } from '@rindle/testing'
import { imageProcessor } from '../src/index.ts'
import { open, photoLike } from './pictures.ts'
import { SLOW } from './slow-recipe.ts'
import { sourceFile } from './workbench.ts'

const PHOTO = await open(photoLike(300, 200)).jpeg().toBuffer()

processorContract('imageProcessor', async () => {
  const source = await sourceFile('image/jpeg', PHOTO)
  return {
    processor: imageProcessor({ concurrency: 2 }),
    source,
    facts: { kind: 'image', width: 300, height: 200 },
    recipes: {
      large: { mode: 'fit', width: 200, format: 'webp' },
      small: { mode: 'fit', width: 60, format: 'jpeg' },
      thumb: { mode: 'crop', width: 40, height: 40, position: 'entropy', format: 'png' },
      icon: { mode: 'crop', width: 16, height: 16, format: 'avif', effort: 0 },
    },
    slow: { source, recipe: SLOW },
    damaged: await sourceFile('image/jpeg', PHOTO.subarray(0, PHOTO.byteLength / 2)),
  }
})
