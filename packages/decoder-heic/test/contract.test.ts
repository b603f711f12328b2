import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
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
    large: image.fit(200, null, { format: 'webp' }),
    small: image.fit(60, null, { format: 'jpeg' }),
    thumb: image.crop(40, 40, { position: 'entropy', format: 'png' }),
    icon: image.crop(16, 16, { format: 'avif', effort: 0 }),
  },
  slow: {
    source: await sourceFile(LARGE),
    // The AVIF encoder works on this for a minute and more.
    recipe: image.crop(4000, 4000, { format: 'avif', quality: 100, effort: 9 }),
  },
  damaged: await sourceFile(PICTURE.subarray(0, PICTURE.byteLength - 300)),
}))
