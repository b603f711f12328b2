/**
 * A program of the corpus lane: makes variants of every file of a directory that claims to be an image, and prints one
 * line of JSON for each and one for the peak of memory of its decoder processes. In a process of its own, so that a crash
 * that reaches it is seen as that.
 */

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { isRindleError } from '@rindle/core'
import { extensionsOf, type VariantOutcome } from '@rindle/core/adapter'
import { recipeOptions } from '@rindle/testing'
import { imageProcessor } from '../src/index.ts'
import { image } from '../src/recipes/index.ts'
import { decodersOf } from './decoder-processes.ts'

const [directory = ''] = process.argv.slice(2)
const processor = imageProcessor({ timeoutSeconds: 20 })
const RECIPES = {
  fit: image.fit(320, 320),
  crop: image.crop(100, 100, { format: 'webp', animated: true }),
}
const VARIANTS = Object.entries(RECIPES).map(([name, recipe]) => ({
  name,
  recipe: recipeOptions(processor.recipes, recipe),
  contentType: recipe.facts.contentType,
}))
await processor.start({ acceptedTypes: processor.probes })

// All the time: the peak of a process that is killed would go with it.
let largestPeak = 0
async function look(): Promise<void> {
  for (const { peakBytes } of await decodersOf(process.pid)) largestPeak = Math.max(largestPeak, peakBytes)
}
const looking = setInterval(() => void look(), 100)

for (const file of await readdir(directory)) {
  const contentType = [...processor.probes].find((type) => extensionsOf(type).includes(extname(file).toLowerCase()))
  if (contentType === undefined) continue
  const outcomes = await outcomesOf(join(directory, file), contentType)
  console.log(JSON.stringify({ file, outcomes }))
}
clearInterval(looking)
await look()
await processor.stop()
console.log(JSON.stringify({ peakBytes: largestPeak }))

async function outcomesOf(path: string, contentType: string): Promise<Record<string, string>> {
  const outputs = await mkdtemp(join(tmpdir(), 'rindle-hostile-'))
  const outcomes: Record<string, string> = {}
  try {
    await processor.process({
      source: { path, contentType, byteSize: 0 },
      variants: VARIANTS,
      limits: { maxPixels: 120_000_000 },
      directory: outputs,
      signal: new AbortController().signal,
      onOutcome: async (outcome: VariantOutcome) => {
        outcomes[outcome.name] = 'output' in outcome ? 'made' : codeOf(outcome.error)
      },
      onProgress: () => {},
    })
  } finally {
    await rm(outputs, { recursive: true })
  }
  return outcomes
}

function codeOf(error: Error): string {
  return isRindleError(error) ? error.code : `no RindleError: ${error.message}`
}
