import { processorContract } from '@rindle/testing'
import { imageProcessor } from '../src/index.ts'
import { image } from '../src/recipes/index.ts'
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
      large: image.fit(200, null, { format: 'webp' }),
      small: image.fit(60, null, { format: 'jpeg' }),
      thumb: image.crop(40, 40, { position: 'entropy', format: 'png' }),
      icon: image.crop(16, 16, { format: 'avif', effort: 0 }),
    },
    slow: { source, recipe: SLOW },
    damaged: await sourceFile('image/jpeg', PHOTO.subarray(0, PHOTO.byteLength / 2)),
  }
})
