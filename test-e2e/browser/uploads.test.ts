import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeClip } from '../av/make-clip.ts'
import { quadrants } from '../support/pictures.ts'
import { type BrowserApplication, startBrowserApplication } from './browser-application.ts'
import { findChromium, launchChromium } from './chromium.ts'
import type { Exchange } from './gate.ts'

const LARGE_BYTES = 200_000_000
const chromium = findChromium()
const eventually = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 10_000 })
let directory: string
let large: string
let clip: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rindle-files-'))
  large = await largeDocument(directory)
  await makeClip(directory, { size: '1280x720', seconds: 12 })
  clip = join(directory, 'clip-1280x720-12.mp4')
}, 60_000)
afterAll(() => rm(directory, { recursive: true }))

describe.skipIf(chromium === undefined).each(['local', 'minio'] as const)('in Chromium, with files in %s,', (kind) => {
  let application: BrowserApplication
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    ;[application, browser] = await Promise.all([startBrowserApplication(kind), launchChromium(chromium ?? '')])
    page = await browser.newPage()
  }, 60_000)
  // A page that shows nothing of an earlier test.
  beforeEach(async () => {
    await page.goto(application.pageUrl)
    await page.evaluate('localStorage.clear()')
  })
  afterAll(async () => {
    await browser.close()
    await application[Symbol.asyncDispose]()
  }, 60_000)

  const choose = (name: string, path: string): Promise<void> =>
    page.getByRole('group', { name }).locator('input').setInputFiles(path)
  const bar = (name: string): Locator => page.getByRole('progressbar', { name })
  const percent = async (name: string): Promise<number> => Number(await bar(name).getAttribute('aria-valuenow'))
  const sessions = () => application.rindle.prisma.mediaUploadSession.findMany({ orderBy: { createdAt: 'asc' } })
  const transfers = () => application.gate.exchanges.filter(({ method }) => method === 'PUT' || method === 'PATCH')

  it('a chosen picture arrives, and its variants appear by themselves', async () => {
    const path = join(directory, 'flag.jpg')
    await writeFile(path, await quadrants(400, 300))
    await choose('Choose photos', path)
    for (const [name, width] of [
      ['thumb', 64],
      ['large', 320],
    ] as const) {
      const widthOf = `document.querySelector('img[alt=${name}]')?.naturalWidth`
      await expect.poll(() => page.evaluate(widthOf), { timeout: 30_000 }).toBe(width)
    }
    expect(await page.locator('figure').getAttribute('data-state')).toBe('ready')
    expect(await page.getByRole('status').first().textContent()).toBe('flag.jpg: done')
  })

  it('a large file is hashed beside the page, and declared with its SHA-256', async () => {
    const before = (await sessions()).length
    await page.evaluate('window.ticks = []; setInterval(() => ticks.push(performance.now()), 10)')
    await choose('Choose a document', large)
    await expect.poll(async () => (await sessions()).length, { timeout: 30_000 }).toBe(before + 1)
    const session = (await sessions()).at(-1)
    const ticks = await page.evaluate<number[]>('ticks')
    // The work on the page itself would let no timer run.
    expect(ticks.length).toBeGreaterThan(10)
    await page.getByRole('button', { name: 'Cancel' }).first().click()
    const hash = createHash('sha256')
    await pipeline(createReadStream(large), hash)
    expect(session?.declaredChecksum).toBe(hash.digest('hex'))
  })

  /** Cuts the network, for open and new connections, long enough to be noticed; then restores it. */
  async function losesTheNetwork(): Promise<void> {
    await eventually(async () => expect(await percent('large.pdf')).toBeGreaterThan(10))
    // Chromium does not always tell of a request that ends by this; that bytes stand still shows below.
    const noticed = page.waitForEvent('requestfailed', { timeout: 3_000 }).catch(() => null)
    try {
      await page.context().setOffline(true)
      application.gate.cut()
      await noticed
      expect(await percent('large.pdf')).toBeLessThan(60)
    } finally {
      await page.context().setOffline(false)
    }
  }

  it('progress moves, and cancelling ends the session and leaves nothing in the storage', async () => {
    const before = await application.stored()
    const held = application.gate.holdAfter(LARGE_BYTES / 4)
    await choose('Choose a document', large)
    await held
    await eventually(async () => expect(await percent('large.pdf')).toBeGreaterThan(10))
    expect(await percent('large.pdf')).toBeLessThan(60)
    const assetId = (await sessions()).at(-1)?.assetId ?? ''
    expect((await application.rindle.asset(assetId))?.state).toBe('staged')
    await page.getByRole('button', { name: 'Cancel large.pdf' }).click()
    await page.getByRole('status').filter({ hasText: 'large.pdf: cancelled' }).waitFor()
    await eventually(async () => expect((await application.rindle.asset(assetId))?.state ?? 'deleted').toBe('deleted'))
    application.gate.release()
    await eventually(async () => expect(await application.stored()).toEqual(before))
    await page.getByRole('button', { name: 'Remove large.pdf' }).click()
  })

  it.each([
    ['a reload at half', 0.5, async () => {}],
    ['a network that is cut at 40 %, and a reload when it is back,', 0.4, () => losesTheNetwork()],
  ] as const)(
    '%s of 200 MB: it continues the same session and resends no finished part',
    {
      timeout: 60_000,
    },
    async (_what, share, happen) => {
      await page.goto(application.pageUrl)
      const first = transfers().length
      const held = application.gate.holdAfter(LARGE_BYTES * share)
      await choose('Choose a document', large)
      await held
      await happen()
      const begun = await sessions()
      const before = transfers().slice(first)
      await page.reload()
      application.gate.release()
      await choose('Choose a document', large)
      await page.locator('figure', { hasText: 'large.pdf: ready' }).waitFor()
      const after = transfers().slice(first + before.length)

      expect(await sessions()).toHaveLength(begun.length)
      expect(begun.at(-1)?.uploadStrategy).toBe(kind === 'minio' ? 'multipart' : 'resumable')
      const finished = before.filter(({ status }) => status === 200).map(partOf)
      const resent = new Set(after.map(partOf))
      expect(finished.filter((part) => resent.has(part))).toEqual([])
      if (kind === 'minio') expect(finished.length).toBeGreaterThan(5)
      // Running transfers are sent again after the reload: unfinished parts, and bytes that were not yet written.
      expect(bytesOf(before) + bytesOf(after)).toBeLessThan(LARGE_BYTES * 1.2)
      expect(await page.evaluate(`localStorage.getItem('rindle.uploads')`)).toBeNull()
    },
  )

  it('a video seeks through signed range requests', async () => {
    await choose('Choose a clip', clip)
    await page.locator('video').waitFor()
    const position = await page.evaluate(`new Promise((resolve, reject) => {
      const video = document.querySelector('video')
      video.addEventListener('seeked', () => resolve(video.currentTime))
      video.addEventListener('error', () => reject(video.error))
      const seek = () => { video.currentTime = 9 }
      if (video.readyState > 0) seek()
      else video.addEventListener('loadedmetadata', seek)
    })`)
    expect(position).toBe(9)
    const served = application.gate.exchanges.filter(({ method, status }) => method === 'GET' && status === 206)
    expect(served.map(({ range }) => range)).toContainEqual(expect.stringMatching(/^bytes=[1-9]/))
  })
})

const bytesOf = (exchanges: readonly Exchange[]): number =>
  exchanges.reduce((bytes, { sentBytes }) => bytes + sentBytes, 0)

/** The part and the object that a request sends, without the signature and its time. */
function partOf({ path }: Exchange): string {
  const { pathname, searchParams } = new URL(path, 'http://gate')
  return `${pathname} ${searchParams.get('partNumber')}`
}

/** A PDF by its first bytes, and then nothing but a hole: it takes no space on the disk. */
async function largeDocument(folder: string): Promise<string> {
  const path = join(folder, 'large.pdf')
  const handle = await open(path, 'w')
  await handle.write('%PDF-1.7\n')
  await handle.truncate(LARGE_BYTES)
  await handle.close()
  return path
}
