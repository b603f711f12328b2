import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase } from '@rindle/prisma'
import { createTestDatabase } from '@rindle/test-database'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MAX_ROWS, makeContactSheet, makeTileImage, TILE } from '../src/demo/contact-sheet.ts'
import { makeSamplePhotos } from '../src/demo/sample-photos.ts'
import { type Application, jpeg, makeApplication } from './application.ts'
import { rindle } from './captured-io.ts'
import { misspeltKeys } from './misspelt-keys.ts'
import { type RunningRindle, startRindle } from './start-rindle.ts'

const VARIANTS = ['avif', 'fallback', 'large', 'medium', 'small', 'thumb']

describe('a demo', () => {
  let application: Application

  beforeAll(async () => {
    application = await makeApplication()
    await application.write('one.jpg', await jpeg(640, 480))
  })

  afterAll(() => application[Symbol.asyncDispose]())

  test('makes every variant, fetches every URL, and draws a contact sheet, in no database of the environment', async () => {
    const env = { DATABASE_URL: 'postgres://127.0.0.1:1/production' }
    const { exitCode, stdout, stderr } = await rindle(['demo', 'one.jpg'], { cwd: application.directory, env })
    expect(stdout).toMatch(/\none\.jpg {2}ready {2}asset /)
    expect(stdout).toMatch(/\n {2}original {2}stored {2}\S+ kB +640 × 480 +200\n/)
    expect(stdout).toMatch(/\n {2}medium +ready +\S+ k?B +640 × 480 +\d+(\.\d)? m?s +200\n/)
    expect(stdout).toMatch(/\n {2}thumb +ready +\S+ k?B +160 × 160 +\d+(\.\d)? m?s +200\n/)
    expect(stdout).toContain('7 of 7 URLs answered 200 with every byte.')
    expect(stdout).toContain(`A row per file: ${VARIANTS.join(', ')}.`)
    expect(stdout).toContain('The URLs stop working now')
    expect(stderr).toBe('Starting PostgreSQL in .rindle/ …\n')
    expect(exitCode).toBe(0)
    const sheet = await sharp(join(application.directory, '.rindle/contact-sheet.png')).metadata()
    expect(sheet).toMatchObject({ format: 'png', width: 16 + VARIANTS.length * 216 })
    expect(await readFile(join(application.directory, '.rindle/.gitignore'), 'utf8')).toBe('*\n')
  })

  test('says of every file that is not ready why, as one document in JSON', async () => {
    const photo = await jpeg(640, 480)
    await application.write('text.jpg', 'no picture at all')
    await application.write('empty.jpg', '')
    await application.write('cut.jpg', photo.subarray(0, 30))
    await application.write('half.jpg', photo.subarray(0, photo.byteLength - 200))
    const argv = ['demo', 'text.jpg', 'empty.jpg', 'cut.jpg', 'half.jpg', 'one.jpg', '--format', 'json']
    const { exitCode, stdout } = await rindle(argv, { cwd: application.directory })
    const document = JSON.parse(stdout)
    expect(document).toMatchObject({ files: expect.any(Array), ready: 1, not_ready: 4, urls_failed: 0, serving: false })
    expect(document.files).toMatchObject([
      { file: 'text.jpg', state: 'rejected', reasons: [expect.stringMatching(/^unknown_type: /)], variants: [] },
      { file: 'empty.jpg', state: 'rejected', reasons: ['empty_file: The file is empty.'] },
      { file: 'cut.jpg', state: 'quarantined', reasons: [expect.stringMatching(/^corrupt_media: /)] },
      {
        file: 'half.jpg',
        state: 'quarantined',
        reasons: [expect.stringMatching(/^corrupt_media: .*(damaged|decode)/)],
      },
      { file: 'one.jpg', state: 'ready', reasons: [] },
    ])
    expect(document.files[4].variants).toMatchObject(
      VARIANTS.map((name) => ({ name, state: 'ready', http_status: 200, whole: true, took_ms: expect.any(Number) })),
    )
    expect(misspeltKeys(document)).toEqual([])
    expect(exitCode).toBe(1)
  })

  test('keeps serving with --keep, refuses a second demo meanwhile, and survives being killed', async () => {
    const cwd = application.directory
    const killed = startRindle(['demo', 'one.jpg', '--keep'], { cwd })
    await killed.printed('Serving the URLs until Ctrl-C.')
    const second = await rindle(['demo', 'one.jpg'], { cwd })
    expect(second.stderr).toContain('Another demo is running on this database.')
    expect(second.exitCode).toBe(1)
    const response = await fetch(urlIn(killed))
    expect(response.status).toBe(200)
    expect(await sharp(await response.arrayBuffer()).metadata()).toMatchObject({ format: 'webp', width: 160 })
    killed.child.kill('SIGKILL')
    expect(await killed.ended).toBe('SIGKILL')

    const restarted = startRindle(['demo', 'one.jpg', '--keep', '--format', 'json'], { cwd })
    await restarted.printed('"serving": true')
    restarted.child.kill('SIGINT')
    expect(await restarted.ended).toBe(0)
    expect(JSON.parse(restarted.stdout())).toMatchObject({ ready: 1, urls: 7, urls_failed: 0 })
  })

  test("works in a database that --database-url names, unless it is an application's", async () => {
    await using database = await createTestDatabase({ migrated: false })
    const argv = ['demo', 'one.jpg', '--database-url', database.url]
    const { exitCode, stderr } = await rindle(argv, { cwd: application.directory })
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    const opened = openDatabase(database.url, { maxConnections: 1 })
    await opened.executeSql("update rindle.media_assets set storage = 'main'")
    await opened.close()
    const refused = await rindle(argv, { cwd: application.directory })
    expect(refused.stderr).toContain("already has an application's assets")
    expect(refused.exitCode).toBe(1)
  })

  test('stops between two files when it is interrupted, and sums up', async () => {
    const argv = ['demo', 'one.jpg', 'one.jpg']
    const options = { cwd: application.directory, signal: AbortSignal.abort() }
    const { exitCode, stdout } = await rindle(argv, options)
    expect(stdout).toMatch(/ {2}files: +0\n[^]*Interrupted\.\n$/)
    expect(exitCode).toBe(130)
  })
})

function urlIn(running: RunningRindle): string {
  return /thumb {2,}(http:\S+)/.exec(running.stdout())?.[1] ?? ''
}

describe('before anything is started', () => {
  let application: Application

  beforeEach(async () => {
    application = await makeApplication()
  })

  afterEach(() => application[Symbol.asyncDispose]())

  test('paths that are not files are reported, all at once', async () => {
    const { exitCode, stderr } = await rindle(['demo', 'gone.jpg', 'node_modules/'], { cwd: application.directory })
    expect(stderr).toBe(
      'rindle: There is no file "gone.jpg". "node_modules/" is a directory: name the files in it, as in node_modules/*.jpg.\n',
    )
    expect(exitCode).toBe(2)
    await expect(stat(join(application.directory, '.rindle'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('packages that are not installed are named, all at once', async () => {
    const hooks = `
      import { registerHooks } from 'node:module'
      registerHooks({
        resolve(specifier, context, next) {
          if (specifier !== '@rindle/embedded' && specifier !== 'sharp') return next(specifier, context)
          throw Object.assign(new Error("Cannot find package '" + specifier + "'"), { code: 'ERR_MODULE_NOT_FOUND' })
        },
      })`
    const nodeOptions = ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`]
    const demo = startRindle(['demo'], { cwd: application.directory, nodeOptions })
    expect(await demo.ended).toBe(2)
    expect(demo.stderr()).toBe('rindle: The demo needs more packages. Run `npm install @rindle/embedded sharp`.\n')
  })
})

test('the sample photographs have 12 megapixels; one is stored lying on its side', async () => {
  const [lake, lighthouse] = await makeSamplePhotos(sharp)
  expect(await sharp(lake?.bytes).metadata()).toMatchObject({ width: 4000, height: 3000 })
  expect(await sharp(lighthouse?.bytes).metadata()).toMatchObject({ width: 4000, height: 3000, orientation: 6 })
  // Noise alone would be larger than this, a plain drawing smaller.
  for (const photo of [lake, lighthouse]) expect(photo?.bytes.byteLength).toBeGreaterThan(500_000)
  for (const photo of [lake, lighthouse]) expect(photo?.bytes.byteLength).toBeLessThan(5_000_000)
  // Upright, the sky of the portrait is dark above and light below.
  const upright = await sharp(lighthouse?.bytes)
    .autoOrient()
    .resize(1, 40, { fit: 'fill' })
    .greyscale()
    .raw()
    .toBuffer()
  expect(upright[2]).toBeLessThan(upright[26] ?? 0)
})

describe('a contact sheet', () => {
  test('shows a row per file up to its limit', async () => {
    const image = await makeTileImage(sharp, await jpeg(400, 400))
    expect(await sharp(image).metadata()).toMatchObject({ width: TILE.height, height: TILE.height })
    const row = { title: '<&"\'>', tiles: [{ name: 'thumb', caption: 'x', image }] }
    const heightOf = async (rows: number): Promise<number> =>
      (
        await sharp(
          await makeContactSheet(
            sharp,
            Array.from({ length: rows }, () => row),
          ),
        ).metadata()
      ).height
    const [one, two] = [await heightOf(1), await heightOf(2)]
    expect(two).toBeGreaterThan(one)
    expect(await heightOf(MAX_ROWS + 5)).toBe(await heightOf(MAX_ROWS))
  })

  test('is drawn for no files as well', async () => {
    expect(await sharp(await makeContactSheet(sharp, [])).metadata()).toMatchObject({ format: 'png' })
  })
})
