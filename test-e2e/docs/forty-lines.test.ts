import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { freePort } from '@rindle/test-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { startPackageRegistry } from '../support/package-registry.ts'
import { byRunLength } from '../support/run-length.ts'
import { codeBlocks } from './code-blocks.ts'
import { Reader } from './reader.ts'

const MOST_LINES = 40
const BUILD = 'npx next build\n'
const START = 'npx next start\n'
const blocks = codeBlocks('docs/start/forty-lines.md')
const files = blocks.filter(({ name }) => name !== undefined)
const buildAt = blocks.findIndex(({ text }) => text === BUILD)
const startAt = blocks.findIndex(({ text }) => text === START)
const chromium = findChromium()

/** The lines that `create-next-app` writes into files that the page replaces. */
const GIVEN: Readonly<Record<string, readonly string[]>> = {
  'next.config.ts': [
    'import type { NextConfig } from "next";',
    'const nextConfig: NextConfig = {',
    '/* config options here */',
    '};',
    'export default nextConfig;',
  ],
  'app/page.tsx': [
    'export default function Home() {',
    'return (',
    '<main>',
    '<div>Hello world!</div>',
    '</main>',
    ');',
    '}',
  ],
}

test(`an avatar in a new application of Next is at most ${MOST_LINES} lines`, () => {
  const counts = files.map(({ name = '', text }) => [name, addedLines(text, GIVEN[name] ?? [])] as const)
  expect(counts.map(([name]) => name)).toHaveLength(5)
  expect(counts.every(([, added]) => added > 0)).toBe(true)
  expect(counts.reduce((sum, [, added]) => sum + added, 0)).toBeLessThanOrEqual(MOST_LINES)
  // Nobody reads lines that are longer than those of this repository.
  expect(files.flatMap(({ text }) => text.split('\n')).filter((line) => line.length > 120)).toEqual([])
})

const IS_FOLLOWED = byRunLength('a reader who follows the page of forty lines', {
  sample: false,
  short: true,
  long: true,
})

describe.skipIf(!IS_FOLLOWED)('the forty lines', () => {
  let place: string
  let database: TestDatabase | undefined
  let reader: Reader | undefined
  let address: string
  let built: string

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'rindle-forty-'))
    await using registry = await startPackageRegistry()
    // On a terminal, npx asks whether it may install create-next-app.
    const environment = { ...registry.environment, npm_config_yes: 'true' }
    const newcomer = new Reader(place, environment)
    for (const block of blocks.slice(0, buildAt)) {
      if (block.name === undefined) await newcomer.follow([block])
      else await save(newcomer.directory, block.name, block.text)
    }
    // Without a key and a database.
    built = await newcomer.type(BUILD)
    database = await createTestDatabase({ migrated: false })
    const variables = { DATABASE_URL: database.url, PORT: String(await freePort()) }
    reader = new Reader(newcomer.directory, { ...environment, ...variables })
    await reader.follow(blocks.slice(buildAt + 1, startAt))
    address = await reader.serve(START.trim())
  }, 300_000)

  afterAll(async () => {
    await reader?.stop()
    await database?.drop()
    await rm(place, { recursive: true, force: true })
  })

  it('replace files of create-next-app that have the lines that the count takes as given', async () => {
    for (const [name, lines] of Object.entries(GIVEN)) expect([name, given.get(name)]).toEqual([name, lines])
  })

  it('are built without a key and a database', () => {
    expect(built).toContain('Compiled successfully')
  })

  it.skipIf(chromium === undefined)(
    'show an avatar that is chosen, and again after a reload',
    { timeout: 120_000 },
    async () => {
      const browser = await launchChromium(chromium ?? '')
      try {
        const page = await browser.newPage()
        const errors: string[] = []
        page.on('pageerror', ({ message }) => errors.push(message))
        // Before its script runs, the field hears nothing.
        await page.goto(address, { waitUntil: 'networkidle' })
        const field = page.getByRole('group', { name: 'Change your avatar' })
        await field.waitFor()
        expect(await page.getByAltText('Your avatar').count()).toBe(0)
        const buffer = await sharp({ create: { width: 800, height: 600, channels: 3, background: 'teal' } })
          .jpeg()
          .toBuffer()
        await field.locator('input').setInputFiles({ name: 'me.jpg', mimeType: 'image/jpeg', buffer })
        for (const _ of ['at once', 'after a reload']) {
          await page
            .getByAltText('Your avatar')
            .waitFor({ timeout: 60_000 })
            .catch(async (error: unknown) => {
              throw new Error(`The page shows: ${await page.locator('main').innerText()} ${errors.join()}`, {
                cause: error,
              })
            })
          const shown = `document.querySelector('img[alt="Your avatar"]')`
          await page.evaluate(`${shown}.decode()`)
          expect(await page.evaluate(`[${shown}.naturalWidth, ${shown}.naturalHeight]`)).toEqual([160, 160])
          await page.reload({ waitUntil: 'networkidle' })
        }
        const text = Buffer.from('This is no picture, whatever its name says.')
        await field.locator('input').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: text })
        await field.getByText('Files of this type are not accepted.', { exact: true }).waitFor()
        expect(errors).toEqual([])
      } finally {
        await browser.close()
      }
    },
  )
})

/** The lines of the replaced files, before the page replaces them. */
const given = new Map<string, readonly string[]>()

async function save(directory: string, name: string, text: string): Promise<void> {
  const file = path.join(directory, name)
  if (Object.hasOwn(GIVEN, name)) given.set(name, linesOf(await readFile(file, 'utf8')))
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** How many lines a file has that were not given. Quotes, semicolons and indentation are a formatter's affair. */
function addedLines(text: string, lines: readonly string[]): number {
  const left = lines.map(plain)
  const added = linesOf(text).filter((line) => {
    const at = left.indexOf(plain(line))
    if (at !== -1) left.splice(at, 1)
    return at === -1
  })
  return added.length
}

function plain(line: string): string {
  return line.replaceAll('"', "'").replace(/;$/, '')
}
