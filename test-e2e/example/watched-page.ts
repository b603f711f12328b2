import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** Names the directory that screenshots are kept in; without it there are none. */
const SCREENSHOTS = process.env['RINDLE_SCREENSHOTS']

/** A page, and what went wrong on it. */
export interface WatchedPage {
  readonly page: Page
  /** Console errors and uncaught errors since the last call. */
  errors(): readonly string[]
  /** Layout shifts of the open page without user input, 0 for none. */
  layoutShift(): Promise<number>
  /** Findings of the accessibility rules on the open page, contrast included, as one line each. */
  accessibilityProblems(): Promise<readonly string[]>
  /** Images of the open page without dimensions, or loaded early without being visible first. */
  carelessImages(): Promise<readonly string[]>
  /** Keeps a picture of the whole page, in both colour schemes. */
  screenshot(name: string): Promise<void>
}

/** Opens one, in a context of its own. */
export async function openWatchedPage(browser: Browser, options: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const seen: string[] = []
  page.on('console', (message) => message.type() === 'error' && seen.push(message.text()))
  page.on('pageerror', (error) => seen.push(String(error)))
  // With a listener from the start, no dialog opens before the test watches for it.
  page.on('filechooser', () => {})
  await page.addInitScript(WATCH_SHIFTS)
  return {
    page,
    errors: () => seen.splice(0),
    layoutShift: () => page.evaluate<number>('window.shifted'),
    accessibilityProblems: () => problemsOf(page),
    carelessImages: () => page.evaluate<string[]>(CARELESS_IMAGES),
    screenshot: (name) => keep(page, name),
  }
}

const WATCH_SHIFTS = `
  window.shifted = 0
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifted += value
  }).observe({ type: 'layout-shift', buffered: true })
`

const CARELESS_IMAGES = `[...document.images]
  .filter((image) => !image.getAttribute('width') || !image.getAttribute('height') || !['lazy', 'eager'].includes(image.loading))
  .map((image) => image.outerHTML)`

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}

async function problemsOf(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ path: AXE })
  const violations = await page.evaluate<readonly Violation[]>('axe.run().then(({ violations }) => violations)')
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  )
}

async function keep(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return
  await mkdir(SCREENSHOTS, { recursive: true })
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${colorScheme}.png`), fullPage: true })
  }
}
