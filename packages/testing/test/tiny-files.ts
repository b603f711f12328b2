import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Processor, SourceFile } from '@rindle/core'
import type { ProcessorSubject } from '@rindle/testing'
import { afterAll, beforeAll } from 'vitest'
import { SLOW_WIDTH, tiny } from './tiny-processor.ts'

/** The subject of a test with this processor. */
export type SubjectOf = (processor: Processor) => ProcessorSubject

/** Writes the files of subjects for all tests of a file, and removes them afterwards. */
export function useTinyFiles(): SubjectOf {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rindle-tiny-'))
    await writeFile(join(directory, 'whole'), 'tiny 40x30 2000ms\n')
    await writeFile(join(directory, 'damaged'), 'tiny 40x3')
  })
  afterAll(() => rm(directory, { recursive: true }))
  const file = (name: string): SourceFile => ({ path: join(directory, name), contentType: 'image/gif', byteSize: 18 })
  return (processor) => ({
    processor,
    source: file('whole'),
    facts: { kind: 'image', width: 40, height: 30, durationMs: 2000 },
    recipes: { small: tiny({ width: 20 }), large: tiny({ width: 30, format: 'webp' }) },
    slow: { source: file('whole'), recipe: tiny({ width: SLOW_WIDTH }) },
    damaged: file('damaged'),
  })
}
