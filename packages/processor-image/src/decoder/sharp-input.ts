import { readFile } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import type { SharpOptions } from 'sharp'
import { SOURCE_TYPES } from '../source-types.ts'
import { svgDensity, unpackSvg } from './formats/svg.ts'

/** What sharp is given of a source, and how it is to read that. */
export interface SharpInput {
  /** The path where it may read files of that type, and else the bytes. */
  readonly from: string | Buffer
  readonly options: SharpOptions
}

/**
 * Prepares a source for sharp. Damaged bytes are to end its work: a truncated file would be shown half grey. Of a JPEG
 * every complaint of the decoder does, because some damage is no more than that to it; `mending` judges whether it
 * matters. Those about other formats are about whole files, too, and about nothing that is seen.
 */
export async function sharpInput({ path, contentType }: SourceFile): Promise<SharpInput> {
  const options: SharpOptions = { failOn: contentType === 'image/jpeg' ? 'warning' : 'error' }
  const type = SOURCE_TYPES.get(contentType)
  if (type?.loader !== null) return { from: path, options }
  const bytes = await readFile(path)
  if (type.format !== 'svg') return { from: bytes, options }
  const svg = contentType === 'image/svg+xml-compressed' ? await unpackSvg(bytes) : bytes
  return { from: svg, options: { ...options, density: svgDensity(svg) } }
}
