import { imageProcessor } from '@rindle/processor-image'
import { processorContract } from '@rindle/testing'
import { heic } from '../src/index.ts'
import { TILE } from './coded-pictures.ts'
import { codedItem, gridFile, heifFile } from './heif-file.ts'
import { sourceFile } from './workbench.ts'

const PICTURE = heifFile({ items: [codedItem(TILE)] })
const LARGE = gridFile(TILE, 4000, 3000)

processorContract('imageProcessor with heic()', async () => ({
  processor: imageProcessor({ concurrency: 2, decoders: [heic()] }),
  source: await sourceFile(PICTURE),
  facts: { kind: 'image', width: 512, height: 512 },
  recipes: {
    large: { mode: 'fit', width: 200, format: 'webp' },
    small: { mode: 'fit', width: 60, format: 'jpeg' },
    thumb: { mode: 'crop', width: 40, height: 40, position: 'entropy', format: 'png' },
    icon: { mode: 'crop', width: 16, height: 16, format: 'avif', effort: 0 },
  },
  slow: {
    source: await sourceFile(LARGE),
    // The AVIF encoder works on this for a minute and more.
    recipe: { mode: 'crop', width: 4000, height: 4000, format: 'avif', quality: 100, effort: 9 },
  },
  damaged: await sourceFile(PICTURE.subarray(0, PICTURE.byteLength - 300)),
}))
