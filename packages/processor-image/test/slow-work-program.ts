/**
 * An application that a test starts. It reads a header, tells which decoder processes it has, works on an image for long
 * when it is told to `encode`, and does not stop its processor.
 */
import { mkdtemp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { recipeOptions } from '@rindle/testing'
import { imageProcessor } from '../src/index.ts'
import { decodersOf } from './decoder-processes.ts'
import { SLOW } from './slow-recipe.ts'

const [mode = '', path = ''] = process.argv.slice(2)
const processor = imageProcessor()
const source = { path, contentType: 'image/jpeg', byteSize: 1 }
const limits = { maxPixels: 100_000_000 }
await processor.probe(source, { limits })
process.send?.(await decodersOf(process.pid))
if (mode === 'encode') {
  await processor.process({
    source,
    variants: [{ name: 'slow', recipe: recipeOptions(processor.recipes, SLOW), contentType: 'image/avif' }],
    limits,
    directory: await mkdtemp(join(dirname(path), 'outputs-')),
    signal: new AbortController().signal,
    onOutcome: async () => {},
    onProgress: () => {},
  })
}
