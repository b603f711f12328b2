import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { SignedRequest } from '@rindle/core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { startPackageRegistry } from '../support/package-registry.ts'
import { byRunLength } from '../support/run-length.ts'
import { codeBlocks, repository } from './code-blocks.ts'
import { type FollowedPage, followPage } from './followed-page.ts'

const PAGE = 'docs/start/index.md'
// The Node that the page installs on machines with an older one.
const NODE_ITSELF = /\/node_modules\/node(-|$)/
const SERVER = 'npx node server.ts'

const IS_FOLLOWED = byRunLength('a reader who follows the first page', { sample: false, short: true, long: true })
const chromium = findChromium()
let followed: FollowedPage

describe.skipIf(!IS_FOLLOWED)('the first page, followed to the letter', () => {
  beforeAll(async () => {
    await using registry = await startPackageRegistry()
    followed = await followPage(PAGE, { registry, server: SERVER })
  }, 240_000)

  afterAll(() => followed[Symbol.asyncDispose]())

  test('the image lane is installed without FFmpeg, and takes what the page says', async () => {
    const listed = await followed.reader.type('npm ls --all --parseable --omit=dev')
    const folders = listed.split('\n').filter((line) => line.includes('/node_modules/') && !NODE_ITSELF.test(line))
    expect(folders.filter((folder) => /ffmpeg|ffprobe/.test(folder))).toEqual([])
    const megabytes = (await bytesOf(folders)) / 1e6
    const stated = Number(/about (\d+) MB/.exec(await readFile(path.join(repository, PAGE), 'utf8'))?.[1])
    expect(megabytes).toBeLessThan(stated * 1.1)
    expect(megabytes).toBeGreaterThan(stated * 0.8)
  })

  test.skipIf(chromium === undefined)('a photo that is chosen on the page is shown as its thumbnail', async () => {
    const browser = await launchChromium(chromium ?? '')
    try {
      const page = await browser.newPage()
      const errors: string[] = []
      page.on('pageerror', ({ message }) => errors.push(message))
      await page.goto(followed.address)
      const buffer = await photo()
      await page.getByLabel('A photo').setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer })
      await page.getByAltText('photo.jpg').waitFor()
      // Rejects when the browser cannot decode it.
      await page.evaluate("document.querySelector('img').decode()")
      expect(await page.getByRole('status').textContent()).toBe('ready')
      const text = Buffer.from('This is no picture, whatever its name says.')
      await page.getByLabel('A photo').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: text })
      await page.getByText('The file has no known type.').waitFor()
      expect(errors).toEqual([])
    } finally {
      await browser.close()
    }
  })

  test.skipIf(chromium === undefined)('a photo of which the browser does not know the type is shown, too', async () => {
    const browser = await launchChromium(chromium ?? '')
    try {
      const page = await browser.newPage()
      await page.goto(followed.address)
      // As an old system does with a .webp: a file that Playwright makes would be given a type.
      const webp = await sharp(await photo())
        .webp()
        .toBuffer()
      const type = await page.evaluate(`(() => {
      const given = new DataTransfer()
      given.items.add(new File([new Uint8Array([${webp.join()}])], 'untyped.webp'))
      const input = document.querySelector('input')
      input.files = given.files
      input.dispatchEvent(new Event('change'))
      return input.files[0].type
    })()`)
      expect(type).toBe('')
      await page.getByAltText('untyped.webp').waitFor()
      await page.evaluate("document.querySelector('img').decode()")
      expect(await page.getByRole('status').textContent()).toBe('ready')
    } finally {
      await browser.close()
    }
  })

  test('the commands of the page upload, check and report', async () => {
    const [upload = '', doctor = '', status = ''] = codeBlocks(PAGE).at(-1)?.text.trim().split('\n') ?? []
    await sharp(await photo()).toFile(path.join(followed.reader.directory, 'photo.jpg'))
    const urls = (await followed.reader.type(upload)).match(/http:\/\/localhost:\d+\/rindle\/files\/\S+/g) ?? []
    const formats = await Promise.all(urls.map(async (url) => (await fetch(url)).headers.get('content-type')))
    expect(formats).toEqual(expect.arrayContaining(['image/jpeg', 'image/webp']))
    expect(formats).toHaveLength(3)
    expect(await followed.reader.type(doctor)).not.toContain('[ERROR]')
    await chooseText()
    expect(await followed.reader.type(status)).toContain('\n0 errors')
  })
})

/** Sends a text that is called a photo, as the script of the page does; it is refused. */
async function chooseText(): Promise<void> {
  const post = (route: string, body?: object): Promise<Response> => {
    const headers = { 'content-type': 'application/json' }
    return fetch(`${followed.address}/rindle${route}`, {
      method: 'POST',
      ...(body && { headers, body: JSON.stringify(body) }),
    })
  }
  const text = 'This is no picture, whatever its name says.'
  const declared = { profile: 'photo', filename: 'photo.png', contentType: 'image/png', byteSize: text.length }
  const { id, assetId, request } = (await (await post('/uploads', declared)).json()) as {
    readonly id: string
    readonly assetId: string
    readonly request: SignedRequest
  }
  await fetch(request.url, { method: request.method, headers: request.headers, body: text })
  await post(`/uploads/${id}/complete`)
  await vi.waitFor(
    async () => {
      const asset = (await (await fetch(`${followed.address}/rindle/assets/${assetId}`)).json()) as {
        readonly state: string
      }
      expect(asset).toMatchObject({ state: 'quarantined', errorReason: expect.stringContaining('unknown_type') })
    },
    { timeout: 20_000 },
  )
}

function photo(): Promise<Buffer> {
  return sharp({ create: { width: 1200, height: 900, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer()
}

/** The size of packages on the disk, each without those inside it. */
async function bytesOf(folders: readonly string[]): Promise<number> {
  const sizes = folders.map(async (folder) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = entries.filter(
      (entry) => entry.isFile() && !entry.parentPath.slice(folder.length).includes('/node_modules'),
    )
    const stats = await Promise.all(files.map((file) => stat(path.join(file.parentPath, file.name))))
    return stats.reduce((sum, { size }) => sum + size, 0)
  })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
