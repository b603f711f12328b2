import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { RindleError, type UploadSource } from '@rindle/core'
import type sharp from 'sharp'
import { makeSamplePhotos } from './sample-photos.ts'

/** A file that the demo uploads. */
export interface DemoSource {
  /** The path as it was written on the command line. */
  readonly file: string
  readonly source: UploadSource
  /** Set if the source has no name of its own. */
  readonly filename?: string
}

/** Throws `invalid_input`, naming every path that is not a readable file, before anything is started. */
export async function assertFiles(files: readonly string[], cwd: string): Promise<void> {
  const problems = (await Promise.all(files.map((file) => problemOf(file, cwd)))).filter((problem) => problem !== null)
  if (problems.length > 0) throw new RindleError('invalid_input', problems.join(' '))
}

async function problemOf(file: string, cwd: string): Promise<string | null> {
  const stats = await stat(resolve(cwd, file)).catch(() => null)
  if (stats === null) return `There is no file "${file}".`
  if (stats.isDirectory())
    return `"${file}" is a directory: name the files in it, as in ${file.replace(/\/$/, '')}/*.jpg.`
  return stats.isFile() ? null : `"${file}" is not a file.`
}

/** The files of the command line, or two generated photographs if there are none. */
export async function demoSources(
  files: readonly string[],
  cwd: string,
  sharpOf: typeof sharp,
): Promise<readonly DemoSource[]> {
  if (files.length > 0) return files.map((file) => ({ file, source: resolve(cwd, file) }))
  const photos = await makeSamplePhotos(sharpOf)
  return photos.map(({ filename, bytes }) => ({ file: filename, source: bytes, filename }))
}
