import type { AssetView } from '@rindle/client'
import type { Focus } from '@rindle/core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { quadrants } from '../support/pictures.ts'
import { type BrowserApplication, startBrowserApplication } from './browser-application.ts'
import { findChromium, launchChromium } from './chromium.ts'
import type { BrowserRindle } from './page/browser-profiles.ts'
import { uploadAsAna } from './upload-as-ana.ts'

const chromium = findChromium()
const eventually = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 20_000 })
/** Four times as wide as high: a square of it is on one side. */
const WIDE = { width: 1200, height: 300 }

describe.skipIf(chromium === undefined)('a focal point, in Chromium,', () => {
  let application: BrowserApplication
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let portrait: AssetView<BrowserRindle, 'portrait'>

  beforeAll(async () => {
    ;[application, browser] = await Promise.all([startBrowserApplication('local'), launchChromium(chromium ?? '')])
  }, 60_000)
  beforeEach(async () => {
    portrait = await uploadAsAna(application, 'portrait', await quadrants(WIDE.width, WIDE.height))
    await open()
  })
  afterEach(() => context.close())
  afterAll(async () => {
    await browser.close()
    await application[Symbol.asyncDispose]()
  }, 60_000)

  const open = async (options: BrowserContextOptions = {}): Promise<void> => {
    context = await browser.newContext({ bypassCSP: true, viewport: { width: 640, height: 900 }, ...options })
    page = await context.newPage()
    await page.goto(`${application.pageUrl}/?show=${portrait.id}`)
    await page.waitForFunction(`document.querySelector('img[alt="The whole"]')?.naturalWidth > 0`)
  }
  const slider = () => page.getByRole('slider', { name: 'Focal point, horizontal' })
  const said = () => slider().getAttribute('aria-valuetext')
  const savedFocus = async (): Promise<Focus | null> => (await application.rindle.asset(portrait.id))?.focus ?? null
  const expectSaved = (focus: Focus) => eventually(async () => expect(await savedFocus()).toEqual(focus))
  /** The place of a point on the page. */
  const placeOf = async ({ x, y }: Focus) => {
    const box = (await page.getByRole('group', { name: 'Focal point' }).boundingBox()) ?? expect.fail()
    return { x: box.x + box.width * x, y: box.y + box.height * y }
  }
  /** The colours at the top and at the bottom of the crop that the page shows. */
  const faceColours = async () => {
    const url = await page.getByRole('img', { name: 'Face' }).getAttribute('src')
    const { data } = await sharp(await (await page.request.get(url ?? '')).body())
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const at = (y: number) =>
      [...data.subarray((y * 64 + 32) * 3, (y * 64 + 32) * 3 + 3)].map((v) => Math.round(v / 255))
    return [at(4), at(59)]
  }
  const RIGHT = [
    [0, 1, 0],
    [1, 1, 1],
  ]
  const LEFT = [
    [1, 0, 0],
    [0, 0, 1],
  ]

  it('is set by a click, and the crop of the page follows', async () => {
    expect(await said()).toBe('No point is chosen')
    const { x, y } = await placeOf({ x: 0.75, y: 0.5 })
    await page.mouse.click(x, y)
    expect(await said()).toBe('75 % from the left, 50 % from the top')
    await expectSaved({ x: 0.75, y: 0.5 })
    await eventually(async () => expect(await faceColours()).toEqual(RIGHT))
    const other = await placeOf({ x: 0.25, y: 0.5 })
    await page.mouse.click(other.x, other.y)
    await eventually(async () => expect(await faceColours()).toEqual(LEFT))
  })

  it('is dragged, saved when the pointer is released, and stays in the picture', async () => {
    const [from, to] = [await placeOf({ x: 0.5, y: 0.5 }), await placeOf({ x: 1.5, y: -0.5 })]
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x, to.y, { steps: 4 })
    expect(await said()).toBe('100 % from the left, 0 % from the top')
    expect(await savedFocus()).toBeNull()
    await page.mouse.up()
    await expectSaved({ x: 1, y: 0 })
    // The press gave it the focus, so that keys go on from there.
    await page.keyboard.press('ArrowLeft')
    await expectSaved({ x: 0.99, y: 0 })
  })

  it('returns when Escape cancels a drag', async () => {
    const [from, to] = [await placeOf({ x: 0.5, y: 0.5 }), await placeOf({ x: 0.1, y: 0.1 })]
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x, to.y)
    await page.keyboard.press('Escape')
    await page.mouse.up()
    expect(await said()).toBe('No point is chosen')
    expect(await savedFocus()).toBeNull()
  })

  it('is one stop of the Tab key; arrows move it, Home and End lead to the edges, and each is said', async () => {
    await page.keyboard.press('Tab')
    expect(await page.evaluate(`document.activeElement.getAttribute('aria-label')`)).toBe('Focal point, horizontal')
    expect(await page.getByRole('group', { name: 'Focal point' }).getAttribute('data-focused')).toBe('')
    const presses = ['End', 'ArrowLeft', 'Shift+ArrowLeft', 'ArrowDown', 'PageUp', 'Shift+ArrowDown', 'ArrowUp']
    for (const key of presses) await page.keyboard.press(key)
    expect(await said()).toBe('89 % from the left, 50 % from the top')
    await expectSaved({ x: 0.89, y: 0.5 })
    await eventually(async () => expect(await faceColours()).toEqual(RIGHT))
    await page.keyboard.press('Home')
    await eventually(async () => expect(await faceColours()).toEqual(LEFT))
    await page.keyboard.press('Tab')
    expect(await page.evaluate(`document.activeElement.matches('[role=group] *')`)).toBe(false)
  })

  it('is two sliders of one group for a screen reader, each of which takes a value without keys', async () => {
    expect(await page.getByRole('group', { name: 'Focal point' }).ariaSnapshot()).toBe(
      [
        '- group "Focal point":',
        '  - img "The whole"',
        '  - slider "Focal point, horizontal": "50"',
        '  - slider "Focal point, vertical": "50"',
      ].join('\n'),
    )
    await page.getByRole('slider', { name: 'Focal point, vertical' }).fill('80')
    await expectSaved({ x: 0.5, y: 0.8 })
    await slider().fill('10')
    await expectSaved({ x: 0.1, y: 0.8 })
    expect(await said()).toBe('10 % from the left, 80 % from the top')
  })

  it('is where it is where text runs from right to left', async () => {
    await page.evaluate(`document.documentElement.dir = 'rtl'`)
    const { x, y } = await placeOf({ x: 0.25, y: 0.5 })
    await page.mouse.click(x, y)
    await page.keyboard.press('ArrowLeft')
    await expectSaved({ x: 0.24, y: 0.5 })
    const marker = (await page.locator('[data-marker]').boundingBox()) ?? expect.fail()
    const place = await placeOf({ x: 0.24, y: 0.5 })
    expect(Math.abs(marker.x + marker.width / 2 - place.x)).toBeLessThan(1)
  })

  it('follows a finger, which does not scroll the page meanwhile', async () => {
    await context.close()
    await open({ hasTouch: true, isMobile: true })
    const [from, to] = [await placeOf({ x: 0.5, y: 0.9 }), await placeOf({ x: 0.75, y: 0.1 })]
    const finger = await context.newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: { x: number; y: number }[]) =>
      finger.send('Input.dispatchTouchEvent', { type, touchPoints })
    await touch('touchStart', from)
    for (const part of [0.25, 0.5, 0.75, 1])
      await touch('touchMove', { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part })
    await touch('touchEnd')
    expect(await said()).toBe('75 % from the left, 10 % from the top')
    await eventually(async () => expect((await savedFocus())?.x).toBeCloseTo(0.75, 2))
    expect(await page.evaluate('scrollY')).toBe(0)
  })

  it('says why it was not saved, and returns', async () => {
    await page.route('**/focus', (route) =>
      route.fulfill({ status: 403, contentType: 'application/problem+json', body: '{"code":"forbidden"}' }),
    )
    const { x, y } = await placeOf({ x: 0.25, y: 0.5 })
    await page.mouse.click(x, y)
    await page.getByRole('alert').filter({ hasText: 'You are not allowed to do this.' }).waitFor()
    expect(await said()).toBe('No point is chosen')
  })
})
