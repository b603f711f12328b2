import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { rindleConsole } from '@rindle/console'
import { silentLogger } from '@rindle/core'
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
const LOOKS = byRunLength('both themes at both widths', { sample: SAMPLE, short: ALL, long: ALL })

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
            await page.evaluate(AXE)
            const violations = await page.evaluate<readonly Violation[]>(
              'axe.run().then(({ violations }) => violations)',
            )
            const faults = violations.flatMap(({ id, nodes }) =>
              nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
            )
            expect({ state, path, faults }).toEqual({ state, path, faults: [] })
          }
        }
        expect(errors).toEqual([])
        expect(elsewhere).toEqual([])
      })
    },
  )

  it('scrolls at no width to the side, also without script and with hostile names', async () => {
    await withPage({ javaScriptEnabled: false }, async (page) => {
      for (const path of pagePaths(assetId)) {
        await page.goto(address(servers[0], path))
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 })
          const content = await page.evaluate<number>('document.documentElement.scrollWidth')
          if (content > width) expect.fail(`${path} is ${content} wide at ${width}.`)
        }
      }
    })
  }, 120_000)

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
      const stream = page.waitForResponse((response) => response.url().endsWith('/live'))
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

/** Waits until a picture has been drawn. The policy of the pages forbids code that waits within them. */
async function isDrawn(page: Page, selector: string): Promise<void> {
  const width = (): Promise<number> =>
    page.locator(selector).evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)
  await expect.poll(width, { timeout: 15_000 }).toBeGreaterThan(0)
}

/** Serves the console of an application to the browser. */
async function serve({ rindle }: Application<typeof photoProfiles>): Promise<Server> {
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
