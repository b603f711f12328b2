import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { drawPhotograph } from './draw-photograph.ts'

/** The photographs of a bench. */
export interface PhotographOptions {
  readonly megapixels: 2 | 12
  /** How many different ones. */
  readonly count: number
  /** Where the files are made, and found again the next time. */
  readonly directory: string
}

const SIZES = { 2: { width: 1632, height: 1224 }, 12: { width: 4032, height: 3024 } } as const

/**
 * Paths of JPEG photographs: those of `photos/` in `RINDLE_CORPUS`, as they are or reduced, or drawn ones if that is
 * not set. There are at most as many different ones as the corpus has.
 */
export async function photographs(options: PhotographOptions): Promise<readonly string[]> {
  const corpus = process.env['RINDLE_CORPUS'] ?? ''
  if (corpus === '') return drawAll(options)
  const originals = await corpusPhotographs(join(corpus, 'photos'))
  const chosen = originals.slice(0, options.count)
  if (options.megapixels === 12) return chosen
  return Promise.all(chosen.map((path, index) => reduce(path, join(options.directory, `reduced-${index}.jpg`))))
}

async function corpusPhotographs(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => /\.jpe?g$/i.test(name)).toSorted()
  if (names.length === 0) throw new Error(`RINDLE_CORPUS has no JPEG in ${directory}.`)
  return names.map((name) => join(directory, name))
}

async function reduce(from: string, to: string): Promise<string> {
  if (existsSync(to)) return to
  const { width, height } = SIZES[2]
  // As the camera would have written it: with its orientation tag and its colour profile.
  await sharp(from).resize(width, height, { fit: 'outside' }).keepMetadata().jpeg({ quality: 90 }).toFile(to)
  return to
}

async function drawAll({ megapixels, count, directory }: PhotographOptions): Promise<readonly string[]> {
  const paths: string[] = []
  // One after the other, because each holds some copies of a large picture.
  for (let index = 0; index < count; index += 1) {
    const path = join(directory, `drawn-${megapixels}-${index}.jpg`)
    if (!existsSync(path)) await drawPhotograph(path, { ...SIZES[megapixels], seed: index + 1 })
    paths.push(path)
  }
  return paths
}
