import type { AssetView } from '@rindle/client'
import type { Browser, BrowserContextOptions, Page, Response } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quadrants } from '../support/pictures.ts'
import { type BrowserApplication, startBrowserApplication } from './browser-application.ts'
import { findChromium, launchChromium } from './chromium.ts'
import type { BrowserRindle } from './page/browser-profiles.ts'
import { uploadAsAna } from './upload-as-ana.ts'

const chromium = findChromium()
const IMAGES = '**/rindle/images/**'
const COLOURS = ['red', 'green', 'blue']
const WITHOUT_AVIF = 'image/webp,image/apng,image/*,*/*;q=0.8'
/** The browser window, and the widths of the pictures that cover half of it. */
const SCREENS = [
  { width: 320, deviceScaleFactor: 1, member: 160 },
  { width: 640, deviceScaleFactor: 1, member: 320 },
  { width: 1280, deviceScaleFactor: 1, member: 640 },
  { width: 320, deviceScaleFactor: 2, member: 320 },
  { width: 640, deviceScaleFactor: 2, member: 640 },
  { width: 1280, deviceScaleFactor: 2, member: 640 },
]

describe.skipIf(chromium === undefined)('pictures of families, in Chromium,', () => {
  let application: BrowserApplication
  let browser: Browser
  let scene: AssetView<BrowserRindle, 'scene'>

  beforeAll(async () => {
    ;[application, browser] = await Promise.all([startBrowserApplication('local'), launchChromium(chromium ?? '')])
    scene = await uploadAsAna(application, 'scene', await quadrants(800, 600))
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await application[Symbol.asyncDispose]()
  }, 60_000)

  /** The page of the scene, in a browser that has seen nothing yet. */
  const withPage = async <T>(options: BrowserContextOptions, work: (page: Page) => Promise<T>): Promise<T> => {
    // Conditions of tests are evaluated in the page.
    const context = await browser.newContext({ bypassCSP: true, ...options })
    try {
      return await work(await context.newPage())
    } finally {
      await context.close()
    }
  }
  const open = (page: Page) => page.goto(`${application.pageUrl}/?show=${scene.id}`)
  /** The answer from which an image is shown. */
  const answerTo = async (page: Page, alt: string, answers: readonly Response[]): Promise<Response> => {
    await page.waitForFunction(`document.querySelector('img[alt="${alt}"]')?.naturalWidth > 0`)
    const url = await page.evaluate<string>(`document.querySelector('img[alt="${alt}"]').currentSrc`)
    return answers.find((answer) => answer.url() === url) ?? expect.fail(`No answer came for ${url}.`)
  }
  const pixels = async (answer: Response) => {
    const { format, width } = await sharp(await answer.body()).metadata()
    const { 'content-type': type, vary } = answer.headers()
    return { type, format: format === 'heif' ? 'avif' : format, width, vary: vary?.toLowerCase() }
  }

  it.each(SCREENS)(
    'a window of $width pixels at density $deviceScaleFactor takes the member of $member, in the best format that it accepts',
    async ({ width, deviceScaleFactor, member }) => {
      const options = { viewport: { width, height: 800 }, deviceScaleFactor }
      const answersTo = (alts: readonly string[], accept?: string) =>
        withPage(options, async (page) => {
          const answers: Response[] = []
          page.on('response', (answer) => answers.push(answer))
          if (accept !== undefined) {
            await page.route(IMAGES, (route) => route.continue({ headers: { ...route.request().headers(), accept } }))
          }
          await open(page)
          const shown: Response[] = []
          for (const alt of alts) shown.push(await answerTo(page, alt, answers))
          return Promise.all(shown.map(pixels))
        })
      const [withAvif, withoutAvif] = await Promise.all([
        answersTo(['On demand', 'At once']),
        answersTo(['On demand'], WITHOUT_AVIF),
      ])
      const avif = { type: 'image/avif', format: 'avif', width: member }
      expect(withAvif).toEqual([
        { ...avif, vary: 'accept' },
        { ...avif, vary: undefined },
      ])
      expect(withoutAvif).toEqual([{ type: 'image/webp', format: 'webp', width: member, vary: 'accept' }])
    },
  )

  it('a picture has its place and a placeholder before its bytes have come, and no page jumps', async () => {
    await withPage({ viewport: { width: 640, height: 800 } }, async (page) => {
      const held = Promise.withResolvers<void>()
      await page.route(IMAGES, async (route) => {
        await held.promise
        await route.continue()
      })
      await open(page)
      const image = page.getByRole('img', { name: 'On demand' })
      await image.waitFor()
      expect(await page.evaluate(`document.querySelector('img[alt="On demand"]').complete`)).toBe(false)
      const before = await coloursOf(await image.screenshot())
      expect(before.map(dominant)).toEqual(COLOURS)
      expect(await image.boundingBox()).toMatchObject({ width: 320, height: 240 })

      held.resolve()
      await page.waitForFunction(`document.querySelector('img[alt="On demand"]').naturalWidth > 0`)
      const after = await coloursOf(await image.screenshot())
      expect(after.map(dominant)).toEqual(COLOURS)
      expect(after).not.toEqual(before)
      expect(await image.boundingBox()).toMatchObject({ width: 320, height: 240 })
    })
  })

  it('markup of the server shows a placeholder without a script', async () => {
    const asset = application.rindle.narrow((await application.rindle.asset(scene.id)) ?? expect.fail(), 'scene')
    const { html } = await application.rindle.picture(asset, { family: 'hero', alt: 'On demand', sizes: '50vw' })
    await withPage({ viewport: { width: 640, height: 800 }, javaScriptEnabled: false }, async (page) => {
      // Nothing ever comes.
      await page.route(IMAGES, () => {})
      await page.route('**/plain.html', (route) => route.fulfill({ contentType: 'text/html', body: html }))
      await page.goto(`${application.pageUrl}/plain.html`, { waitUntil: 'domcontentloaded' })
      const colours = await coloursOf(await page.getByRole('img', { name: 'On demand' }).screenshot())
      expect(colours.map(dominant)).toEqual(COLOURS)
    })
  })
})

type Colour = readonly [red: number, green: number, blue: number]

/** The colours in the middle of three quarters of a picture; the fourth is white, as an empty page is. */
async function coloursOf(png: Buffer): Promise<readonly Colour[]> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number): Colour => {
    const offset = (Math.floor(info.height * y) * info.width + Math.floor(info.width * x)) * info.channels
    return [data[offset] ?? 0, data[offset + 1] ?? 0, data[offset + 2] ?? 0]
  }
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75)]
}

/** The largest of the three, or none if there is no clear one. */
function dominant(colour: Colour): string {
  const [most = 0, second = 0] = colour.toSorted((a, b) => b - a)
  return most - second < 50 ? 'none' : (COLOURS[colour.indexOf(most)] ?? 'none')
}
