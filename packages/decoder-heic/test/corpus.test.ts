import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SourceFile } from '@rindle/core'
import { errorOf } from '@rindle/testing'
import sharp, { type OutputInfo } from 'sharp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LIMITS, LOSSLESS, make, outcomesOf, PROCESSOR } from './workbench.ts'

const run = promisify(execFile)

const corpus = process.env['RINDLE_CORPUS'] ?? ''
if (corpus === '') console.warn('Skipped: real HEIC files need RINDLE_CORPUS, the path of a folder of them.')
const hasReference = isInstalled('heif-convert')
if (!hasReference) console.warn('Skipped: the comparison of colours needs heif-convert, of Debian libheif-examples.')

/** Files that are refused, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  // Shows 300 × 300 of 1280 × 720.
  'conformance-C013.heic': 'unsupported_codec',
  // Two lists of references of one kind, which libheif takes for damage.
  'conformance-C021.heic': 'corrupt_media',
  // Refused by heif-convert, too.
  'conformance-C039.heic': 'unsupported_codec',
  // Moving pictures only.
  'conformance-C041.heic': 'unsupported_codec',
  // Predicted from another item; refused by heif-convert, too.
  'conformance-C044.heic': 'unsupported_codec',
}

/** Files of which heif-convert 1.15 makes no picture to compare with. */
const WITHOUT_REFERENCE: readonly string[] = [
  // Its primary picture is also the thumbnail of another one: heif-convert writes that.
  'conformance-C005.heic',
  // It misses data of other items.
  'conformance-C008.heic',
  // It fails at writing the EXIF.
  'conformance-C034.heic',
  // It does not know the brand mif2.
  'conformance-C043.heic',
]

/** Of 255, over all values of a picture. */
const MAX_MEAN_DIFFERENCE = 2

const files = corpus === '' ? [] : await heicFiles(corpus)
const decoded = files.filter(({ name }) => !(name in REFUSED))

describe.skipIf(corpus === '')('of real files', { timeout: 120_000 }, () => {
  test('there are ordinary and odd ones', () => {
    expect(files.length).toBeGreaterThanOrEqual(24)
  })

  test.each(decoded)('$name is made in its size, with the colours of heif-convert', async ({ name, path }) => {
    const source = await sourceOf(path)
    const { width, height } = await PROCESSOR.probe(source, { limits: LIMITS })
    const ours = await make(source, LOSSLESS)
    expect(await sharp(ours).metadata()).toMatchObject({ width, height })
    if (!hasReference || WITHOUT_REFERENCE.includes(name)) return
    expect(await meanDifference(ours, await converted(path))).toBeLessThanOrEqual(MAX_MEAN_DIFFERENCE)
  })

  test.each(files.filter(({ name }) => name in REFUSED))('$name is refused by its header', async ({ name, path }) => {
    await expect(PROCESSOR.probe(await sourceOf(path), { limits: LIMITS })).rejects.toMatchObject({
      code: REFUSED[name],
    })
  })

  test.each([
    ['bombs/200MP.heic', 'limit_exceeded'],
    ['bombs/clap-overflow.heic', 'unsupported_codec'],
  ])('the hostile %s is stopped by its header', async (file, code) => {
    const source = await sourceOf(join(corpus, 'hostile', file))
    await expect(PROCESSOR.probe(source, { limits: LIMITS })).rejects.toMatchObject({ code })
  })

  test('the hostile crashers/clusterfuzz.heic is a small picture by its header, and refused when it is decoded', async () => {
    const source = await sourceOf(join(corpus, 'hostile/crashers/clusterfuzz.heic'))
    expect(errorOf((await outcomesOf(source, { only: LOSSLESS })).get('only'))).toMatchObject({
      code: 'corrupt_media',
    })
  })
})

interface HeicFile {
  readonly name: string
  readonly path: string
}

async function heicFiles(folder: string): Promise<readonly HeicFile[]> {
  const folders = ['heic', 'public'].map((name) => join(folder, name))
  const names = await Promise.all(folders.map((from) => readdir(from)))
  return folders.flatMap((from, index) =>
    (names[index] ?? []).filter((name) => name.endsWith('.heic')).map((name) => ({ name, path: join(from, name) })),
  )
}

async function sourceOf(path: string): Promise<SourceFile> {
  return { path, contentType: 'image/heic', byteSize: (await stat(path)).size }
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--help'], { stdio: 'ignore' })
    return true
  } catch (error) {
    // It may know no such option.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

/** The primary picture, by heif-convert. Of several pictures it writes each, in the order in which heif-info names them. */
async function converted(path: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-heif-convert-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  await run('heif-convert', [path, join(directory, 'out.png')])
  const single = join(directory, 'out.png')
  if (existsSync(single)) return single
  const { stdout } = await run('heif-info', [path])
  const pictures = stdout.split('\n').filter((line) => line.startsWith('image: '))
  return join(directory, `out-${pictures.findIndex((line) => line.includes('primary')) + 1}.png`)
}

/** Of two pictures of one size, as sRGB without transparency. */
async function meanDifference(one: string, other: string): Promise<number> {
  const [first, second] = await Promise.all([one, other].map(async (path) => pixelsOf(await readFile(path))))
  expect(first?.info).toMatchObject({ width: second?.info.width, height: second?.info.height })
  const [values, others] = [first?.data ?? Buffer.of(0), second?.data ?? Buffer.of(255)]
  let sum = 0
  for (let at = 0; at < values.length; at += 1) sum += Math.abs((values[at] ?? 0) - (others[at] ?? 0))
  return sum / values.length
}

function pixelsOf(bytes: Buffer): Promise<{ data: Buffer; info: OutputInfo }> {
  return sharp(bytes).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
}
