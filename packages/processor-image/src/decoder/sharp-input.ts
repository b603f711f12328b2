import { readFile } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import type { SharpOptions } from 'sharp'
import { SOURCE_TYPES } from '../source-types.ts'
import { svgDensity, unpackSvg } from './formats/svg.ts'
import { isLoaderOff } from './set-up-sharp.ts'

/** The input of sharp for a source, and how to read it. */
export interface SharpInput {
  /** The path if sharp may read files of that type, otherwise the bytes. */
  readonly from: string | Buffer
  readonly options: SharpOptions
}

/**
 * Prepares a source for sharp. Damaged bytes must fail: otherwise sharp shows a truncated file half grey. In a JPEG
 * every complaint of the decoder fails, because the decoder reports some damage only as a warning; `mending` judges
 * whether it matters. In other formats warnings occur in complete files, too, and concern nothing visible.
 */
export async function sharpInput({ path, contentType }: SourceFile): Promise<SharpInput> {
  const options: SharpOptions = { failOn: contentType === 'image/jpeg' ? 'warning' : 'error' }
  const type = SOURCE_TYPES.get(contentType)
  if (type === undefined) return { from: path, options }
  // An output is of any type; the loaders of files serve sources.
  if (type.loader !== null && !isLoaderOff(type.loader)) return { from: path, options }
  const bytes = await readFile(path)
  if (type.format !== 'svg') return { from: bytes, options }
  const svg = contentType === 'image/svg+xml-compressed' ? await unpackSvg(bytes) : bytes
  return { from: svg, options: { ...options, density: svgDensity(svg) } }
}
