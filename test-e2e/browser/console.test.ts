import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { rindleConsole } from '@rindle/console'
import { type Profiles, type Rindle, silentLogger } from '@rindle/core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { pagePaths, uploadHostile } from '../support/console-scene.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { findChromium, launchChromium } from './chromium.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const WIDTHS = [320, 360, 390, 768, 1024, 1160, 1280, 1920]
/** Names the directory that screenshots are kept in; without it there are none. */
const SCREENSHOTS = process.env['RINDLE_SCREENSHOTS']
const chromium = findChromium()
type Look = readonly ['light' | 'dark', number]
const SAMPLE: readonly Look[] = [
  ['light', 1280],
  ['dark', 390],
]
const ALL: readonly Look[] = [...SAMPLE, ['dark', 1280], ['light', 390]]
const SHIFT_WIDTHS = byRunLength('layout shifts at both widths', {
  sample: [390],
  short: [1280, 390],
  long: [1280, 390],
})
const SCRIPTS = byRunLength('numbers that fill themselves without a script', {
  sample: [true],
  short: [true, false],
  long: [true, false],
})
const LOOKS = byRunLength('both themes at both widths', { sample: SAMPLE, short: ALL, long: ALL })

/** The name of the element that has the focus, and why it cannot be seen. */
const FOCUS = `(() => {
  const element = document.activeElement
  const name = (element.getAttribute('aria-label') ?? element.textContent.trim()) || element.name || element.tagName
  if (element === document.body) return { name: 'the page', fault: null }
  if (getComputedStyle(element).outlineStyle === 'none') return { name, fault: 'has no outline' }
  const { left, top, width, height } = element.getBoundingClientRect()
  const seen = document.elementFromPoint(left + width / 2, top + height / 2)
  if (seen === null) return { name, fault: 'is out of sight' }
  const isSeen = element.contains(seen) || seen.contains(element)
  return { name, fault: isSeen ? null : 'is under ' + seen.outerHTML.slice(0, 80) }
})()`

/** What makes the page scroll to the side: its width, and the elements that reach out of it. */
const WIDE = `(() => {
  const { clientWidth, scrollWidth } = document.documentElement
  if (scrollWidth <= clientWidth) return []
  const reachesOut = (each) =>
    each.getBoundingClientRect().right > clientWidth || (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX === 'visible' && each.clientWidth > 0)
  const all = [...document.body.querySelectorAll('*')].filter(reachesOut)
  return [scrollWidth + ' wide', ...all.slice(-8).map((each) => each.outerHTML.slice(0, 100))]
})()`

/** What has moved since the page began, with its amount. */
const SHIFTS = `new Promise((resolve) => {
  const shifts = []
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      if (value > 0.001) shifts.push(value.toFixed(4) + ' ' + sources.map(({ node }) => node?.outerHTML?.slice(0, 60) ?? '').join(', '))
    }
  }).observe({ type: 'layout-shift', buffered: true })
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(shifts))))
})`

interface Styles {
  readonly getComputedStyle: (element: unknown) => { readonly outlineStyle: string }
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}

describe.skipIf(chromium === undefined)('the console, in Chromium,', () => {
  let busy: Application<typeof photoProfiles>
  let empty: Application<typeof photoProfiles>
  let servers: readonly Server[]
  let browser: Browser
  let assetId: string

  beforeAll(async () => {
    ;[busy, empty, browser] = await Promise.all([
      startApplication(),
      startApplication(),
      launchChromium(chromium ?? ''),
    ])
    const { rindle } = busy
    await rindle.schedule()
    const picture = await rindle.upload('photo', await quadrants(640, 480), { filename: 'Oak by the mill.jpg' })
    await rindle.upload('photo', Buffer.from('GIF89a no picture'), { filename: 'broken.gif' })
    const hostile = await uploadHostile(rindle)
    const workers = await busy.work()
    for (const id of [picture.id, ...hostile]) await settled(rindle, id)
    await rindle.actAsOperator({ actor: 'ana', verb: 'pruneRuns' }, () => rindle.pruneRuns())
    assetId = picture.id
    await workers.stop()
    servers = await Promise.all([serve(busy), serve(empty)])
  }, 90_000)
  afterAll(async () => {
    await browser.close()
    for (const server of servers) server.close()
    for (const server of servers) server.closeAllConnections()
    await busy[Symbol.asyncDispose]()
    await empty[Symbol.asyncDispose]()
  }, 60_000)

  const address = (server: Server | undefined, path: string): string =>
    `http://127.0.0.1:${(server?.address() as AddressInfo | undefined)?.port}/admin${path}`
  const withPage = async <T>(options: BrowserContextOptions, work: (page: Page) => Promise<T>): Promise<T> => {
    const context = await browser.newContext(options)
    try {
      return await work(await context.newPage())
    } finally {
      await context.close()
    }
  }
  const keep = async (page: Page, path: string, look: string): Promise<void> => {
    if (SCREENSHOTS === undefined) return
    await mkdir(SCREENSHOTS, { recursive: true })
    const name = path.replace(assetId, 'asset').replaceAll(/\W+/g, '-') || 'overview'
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${look}.png`), fullPage: true })
  }

  it.for(LOOKS)(
    'has no fault of accessibility and breaks no rule of its policy, %s at %i pixels',
    { timeout: 120_000 },
    async ([colorScheme, width]) => {
      await withPage({ colorScheme, viewport: { width, height: 900 } }, async (page) => {
        const errors: string[] = []
        const elsewhere: string[] = []
        page.on('console', (message) => message.type() === 'error' && errors.push(`${page.url()}: ${message.text()}`))
        page.on('pageerror', (error) => errors.push(String(error)))
        page.on('request', (request) => request.url().startsWith('http://127.0.0.1') || elsewhere.push(request.url()))
        for (const [state, server] of [
          ['busy', servers[0]],
          ['empty', servers[1]],
        ] as const) {
          for (const path of pagePaths(assetId)) {
            if (state === 'empty' && path.includes(assetId)) continue
            await page.goto(address(server, path))
            await keep(page, path, `${state}-${colorScheme}-${width}`)
            await page.evaluate(`for (const each of document.querySelectorAll('details')) each.open = true`)
            expect({ state, path, faults: await faultsOf(page) }).toEqual({ state, path, faults: [] })
          }
        }
        expect(errors).toEqual([])
        expect(elsewhere).toEqual([])
      })
    },
  )

  it('scrolls at no width to the side, also without script, with hostile names, and with text of twice the size', async () => {
    await withPage({ javaScriptEnabled: false }, async (page) => {
      for (const path of pagePaths(assetId)) {
        await page.goto(address(servers[0], path))
        // A browser whose text is twice as large gives a wide page the form that it has on a phone.
        for (const [size, widths] of [
          ['100%', WIDTHS],
          ['200%', [390]],
        ] as const) {
          await page.evaluate(`document.documentElement.style.fontSize = '${size}'`)
          for (const width of widths) {
            await page.setViewportSize({ width, height: 800 })
            const wide = await page.evaluate<readonly string[]>(WIDE)
            expect({ path, size, width, wide }).toEqual({ path, size, width, wide: [] })
          }
        }
      }
    })
  }, 120_000)

  it('scrolls to the side no more when a picture does not arrive', async () => {
    await withPage({ viewport: { width: 390, height: 800 } }, async (page) => {
      await page.route('**/*', (route) =>
        route.request().resourceType() === 'image' ? route.abort() : route.continue(),
      )
      await page.goto(address(servers[0], `/assets/${assetId}`))
      await page.evaluate(`document.querySelector('.stage img').width = 4000`)
      expect(await page.evaluate<readonly string[]>(WIDE)).toEqual([])
    })
  }, 30_000)

  it('opens its menu on a phone, has no fault there, and gives the focus back', async () => {
    await withPage({ viewport: { width: 390, height: 800 } }, async (page) => {
      await page.goto(address(servers[0], '/assets'))
      await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('Skip to the content')
      for (const _ of ['brand', 'menu']) await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('Menu')
      await page.keyboard.press('Enter')
      const uploads = page.locator('#menu').getByRole('link', { name: /^Uploads/ })
      await uploads.waitFor({ state: 'visible' })
      expect(await faultsOf(page)).toEqual([])
      await keep(page, '/menu', 'busy-light-390')
      await page.keyboard.press('Escape')
      await uploads.waitFor({ state: 'hidden' })
      expect(await focused(page)).toBe('Menu')
    })
  }, 30_000)

  it('shows where the focus is, on every stop of the Tab key, and hides none under a bar', async () => {
    for (const path of LOOKS.length > SAMPLE.length ? ['/assets', `/assets/${assetId}`] : ['/assets']) {
      await withPage({ viewport: { width: 390, height: 800 } }, async (page) => {
        await page.goto(address(servers[0], path))
        const stops = new Set<string>()
        for (let stop = 0; stop < 60; stop += 1) {
          await page.keyboard.press('Tab')
          const { name, fault } = await page.evaluate<{ name: string; fault: string | null }>(FOCUS)
          if (fault !== null) expect.fail(`${path}: ${name} ${fault}.`)
          stops.add(name)
        }
        expect(stops.size).toBeGreaterThan(4)
      })
    }
  }, 60_000)

  it('says where you are in forced colours, too', async () => {
    await withPage({ forcedColors: 'active', viewport: { width: 1280, height: 900 } }, async (page) => {
      await page.goto(address(servers[0], '/assets'))
      await keep(page, '/assets', 'busy-forced-1280')
      const outline = await page
        .locator('.nav a[aria-current]')
        .evaluate((link) => (globalThis as unknown as Styles).getComputedStyle(link).outlineStyle)
      expect(outline).toBe('solid')
    })
  }, 30_000)

  it.for(SHIFT_WIDTHS)(
    'moves nothing, loading and at the first tick, at %i pixels',
    { timeout: 60_000 },
    async (width) => {
      await withPage({ viewport: { width, height: 900 } }, async (page) => {
        for (const path of pagePaths(assetId)) {
          await page.goto(address(servers[0], path))
          const box = page.locator('.pick').first()
          if ((await box.count()) > 0) await box.check()
          expect({ path, shifts: await page.evaluate(SHIFTS) }).toEqual({ path, shifts: [] })
        }
      })
    },
  )

  it.for(SCRIPTS)(
    'answers before all rows are counted, and fills itself; with a script: %s',
    { timeout: 30_000 },
    async (javaScriptEnabled) => {
      const counted = Promise.withResolvers<void>()
      const server = await serve({ rindle: withoutCount(busy.rindle, counted.promise) })
      try {
        await withPage({ javaScriptEnabled, viewport: { width: 1280, height: 900 } }, async (page) => {
          await page.goto(address(server, ''), { waitUntil: 'commit' })
          const findings = page.locator('section', { has: page.locator('#h-find') })
          await expect.poll(() => findings.textContent()).toContain('Being counted')
          await keep(page, '/', `counting-light-1280`)
          counted.resolve()
          await expect
            .poll(() => page.locator('#h-counts').locator('xpath=../..').textContent(), { timeout: 15_000 })
            .toContain('ready')
          expect(await findings.textContent()).not.toContain('Being counted')
        })
      } finally {
        counted.resolve()
        server.close()
        server.closeAllConnections()
      }
    },
  )

  it('shows pictures from its own origin, and opens an asset from the list', async () => {
    await withPage({ viewport: { width: 1280, height: 900 } }, async (page) => {
      await page.goto(address(servers[0], '/assets?name=oak'))
      await isDrawn(page, '.card img')
      await page.locator('.card .body a').click()
      await page.waitForURL(`**/assets/${assetId}`)
      await isDrawn(page, '.stage img')
    })
  }, 30_000)

  it('takes over what has changed while a page is open', async () => {
    await withPage({ viewport: { width: 1280, height: 900 } }, async (page) => {
      await page.goto(address(servers[0], `/assets/${assetId}`))
      const stream = page.waitForResponse((response) => response.url().includes('/live?of='))
      await page.reload()
      await stream
      await expect
        .poll(
          async () => {
            await busy.rindle.prisma.mediaAsset.update({ where: { id: assetId }, data: { width: 641 } })
            return page.locator('aside').textContent()
          },
          { timeout: 30_000, interval: 500 },
        )
        .toContain('641 × 480')
    })
  }, 60_000)
})

/** The faults of accessibility that axe finds. */
async function faultsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE)
  const violations = await page.evaluate<readonly Violation[]>('axe.run().then(({ violations }) => violations)')
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  )
}

/** The words of the element that has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.textContent.trim()')
}

/** An instance whose count of all rows takes long, as among millions, and ends when it is told to. */
function withoutCount<Ps extends Profiles>(rindle: Rindle<Ps>, counted: Promise<void>): Rindle<Ps> {
  const large = [{ assets: 1e9, variants: 1e9, runs: 1e9 }]
  const prisma = new Proxy(rindle.prisma, {
    get: (target, name) =>
      name === '$queryRaw'
        ? (strings: TemplateStringsArray, ...values: unknown[]) =>
            strings.join('').includes('pg_relation_size')
              ? Promise.resolve(large)
              : target.$queryRaw(strings, ...values)
        : Reflect.get(target, name),
  })
  const runtimeStatus = async () => {
    await counted
    return rindle.runtimeStatus()
  }
  return Object.create(rindle, { prisma: { value: prisma }, runtimeStatus: { value: runtimeStatus } }) as Rindle<Ps>
}

/** Waits until a picture has been drawn. The policy of the pages forbids code that waits within them. */
async function isDrawn(page: Page, selector: string): Promise<void> {
  const width = (): Promise<number> =>
    page.locator(selector).evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)
  await expect.poll(width, { timeout: 15_000 }).toBeGreaterThan(0)
}

/** Serves the console of an application to the browser. */
async function serve({ rindle }: Pick<Application<typeof photoProfiles>, 'rindle'>): Promise<Server> {
  const handler = rindleConsole(rindle, {
    basePath: '/admin',
    actor: () => ({ id: 'ana' }),
    title: 'larkfield',
    logger: silentLogger,
  })
  const server = createServer((incoming, outgoing) => {
    const aborted = new AbortController()
    outgoing.once('close', () => aborted.abort())
    const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)])
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, { headers, signal: aborted.signal })
    void answer(handler, request, outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  request: Request,
  outgoing: ServerResponse,
): Promise<void> {
  const response = await handler(request)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body === null) outgoing.end()
  else
    Readable.fromWeb(response.body)
      .on('error', () => outgoing.destroy())
      .pipe(outgoing)
}
