import { readFile } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import sharp, { type Sharp, type SharpOptions } from 'sharp'
import { SOURCE_TYPES } from '../source-types.ts'

/**
 * Begins a pipeline on a source file. Damaged bytes end it: a truncated file would be shown half grey.
 */
export async function openSource(source: SourceFile, options: SharpOptions): Promise<Sharp> {
  const inMemory = SOURCE_TYPES.get(source.contentType)?.loader === null
  const input = inMemory ? await readFile(source.path) : source.path
  // Of sharp's levels `warning` also refuses whole photos with some stray bytes, which every browser shows, and
  // `truncated` lets pass what is damaged in its middle.
  return sharp(input, { ...options, failOn: 'error' })
}
