import { execFile, execFileSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SourceFile } from '@rindle/core'
import { errorOf, outputOf } from '@rindle/testing'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { pdf } from '../src/recipes/index.ts'
import { line, pdfOf } from './pdf-file.ts'
import { LIMITS, make, outcomesOf, processorWith, sourceFile, temporaryDirectory } from './workbench.ts'

const run = promisify(execFile)

const corpus = process.env['RINDLE_CORPUS'] ?? ''
if (corpus === '') console.warn('Skipped: real and hostile PDFs need RINDLE_CORPUS, the path of a folder of them.')
const hasReference = isInstalled('pdftoppm')
if (!hasReference) console.warn('Skipped: the comparison of pages needs pdftoppm, of Debian poppler-utils.')

/** Documents that are refused, and why; all others must be made. */
const REFUSED: Readonly<Record<string, string>> = {
  'pdf-password.pdf': 'unsupported_codec',
  'pdf-zip-pe.pdf': 'corrupt_media',
  'made-truncated.pdf': 'corrupt_media',
}

/** Documents that pdftoppm draws differently. */
const OTHERWISE: readonly string[] = [
  // It has fonts of the system.
  'made-cjk.pdf',
  // It draws no letters of 50,000 points.
  'made-huge.pdf',
]

/** Of 255, over all values of a page whose edges are blurred: each reader draws its letters a little bolder or thinner. */
const MAX_MEAN_DIFFERENCE = 2
const BLUR = 3
const WIDTH = 800
/** A box, because one of the pages is a sliver. */
const PAGE = pdf.page({ width: WIDTH, height: WIDTH, format: 'png' })

const files = corpus === '' ? [] : await pdfFiles(corpus)
const readable = files.filter(({ name }) => !(name in REFUSED))
const comparable = readable.filter(({ name }) => !OTHERWISE.includes(name))

describe.skipIf(corpus === '')('real and hostile documents', { timeout: 120_000 }, () => {
  test('there are ordinary and odd ones', () => {
    expect(files.length).toBeGreaterThanOrEqual(15)
  })

  test.each(readable)('$name has a page and a text', async ({ path }) => {
    const source = sourceOf(path)
    const outcomes = await outcomesOf(source, { page: PAGE, text: pdf.text() })
    for (const outcome of outcomes.values()) outputOf(outcome)
    const { metadata } = await processorWith().probe(source, { limits: LIMITS })
    expect(metadata?.['pages']).toBeGreaterThan(0)
  })

  test.each(Object.entries(REFUSED))('%s is %s, to a probe and to its variants', async (name, code) => {
    const source = sourceOf(files.find((file) => file.name === name)?.path ?? '')
    await expect(processorWith().probe(source, { limits: LIMITS })).rejects.toMatchObject({ code, retryable: false })
    expect(errorOf((await outcomesOf(source, { page: PAGE })).get('page'))).toMatchObject({ code, retryable: false })
  })

  test('the last of a thousand pages is made', async () => {
    const source = sourceOf(join(corpus, 'pdf/made-thousand.pdf'))
    expect(await processorWith().probe(source, { limits: LIMITS })).toMatchObject({ metadata: { pages: 1000 } })
    await make(source, pdf.page({ page: 1000, width: 100 }))
  })

  test.skipIf(!hasReference).each(comparable)('$name looks as pdftoppm shows it', async ({ path }) => {
    const ours = await make(sourceOf(path), PAGE)
    expect(await meanDifference(ours.path, await byReference(path, ours))).toBeLessThan(MAX_MEAN_DIFFERENCE)
  })
})

describe.skipIf(!hasReference)('beside pdftoppm', () => {
  test('a made page has the same shapes and letters, and a different one has not', async () => {
    const boxes = '1 0 0 rg 10 10 60 30 re f 0 0 1 rg 120 50 60 40 re f '
    const source = await sourceFile(pdfOf([{ content: boxes + line('Rindle 42', 20, 20, 60) }]))
    const ours = await make(source, PAGE)
    const theirs = await byReference(source.path, ours)
    expect(await meanDifference(ours.path, theirs)).toBeLessThan(MAX_MEAN_DIFFERENCE)
    const other = await make(await sourceFile(pdfOf([{ content: boxes }])), PAGE)
    expect(await meanDifference(other.path, theirs)).toBeGreaterThan(MAX_MEAN_DIFFERENCE)
  })
})

async function pdfFiles(folder: string): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.pdf'))
    .map(({ name, parentPath }) => ({ name, path: join(parentPath, name) }))
    .toSorted((one, other) => one.name.localeCompare(other.name))
}

function sourceOf(path: string): SourceFile {
  return { path, contentType: 'application/pdf', byteSize: 1 }
}

/** The first page, by pdftoppm, in the same size. */
async function byReference(path: string, { width, height }: { width?: number; height?: number }): Promise<string> {
  const out = join(await temporaryDirectory(), 'page')
  const size = ['-scale-to-x', String(width), '-scale-to-y', String(height)]
  await run('pdftoppm', ['-png', '-singlefile', '-cropbox', '-f', '1', '-l', '1', ...size, path, out])
  return `${out}.png`
}

async function meanDifference(one: string, other: string): Promise<number> {
  const [a, b] = await Promise.all([one, other].map(blurred))
  if (a === undefined || b === undefined || a.length !== b.length) throw new Error('The sizes differ.')
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length
}

function blurred(path: string): Promise<Buffer> {
  return sharp(path).toColourspace('srgb').removeAlpha().blur(BLUR).raw().toBuffer()
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
