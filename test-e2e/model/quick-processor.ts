import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Processor } from '@rindle/core'
import type { ProcessRequest } from '@rindle/core/adapter'
import { imageKind } from '@rindle/processor-image/recipes'

/** Makes a few bytes for each variant of any picture, at once: these proofs need no pixels. */
export function quickProcessor(): Processor {
  return {
    name: 'quick',
    recipes: [imageKind],
    capabilities: new Set(['image/webp', 'image/avif']),
    probes: new Set(['image/jpeg']),
    start: async () => {},
    stop: async () => {},
    probe: async () => ({ kind: 'image', width: 8, height: 8 }),
    process,
    async *diagnose() {},
  }
}

async function process({ variants, directory, signal, onOutcome }: ProcessRequest): Promise<void> {
  for (const { name, recipe } of variants) {
    signal.throwIfAborted()
    const path = join(directory, name)
    const bytes = Buffer.from(JSON.stringify(recipe))
    await writeFile(path, bytes)
    const output = { path, contentType: 'image/webp', byteSize: bytes.byteLength, width: 8, height: 8 }
    await onOutcome({ name, output })
  }
}
