import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { byRunLength } from '../support/run-length.ts'
import { type BuiltSite, buildSite } from './built-site.ts'
import { pages, repository, sitePages } from './code-blocks.ts'

/** A page of each kind: prose, long code, diagrams, tables, generated declarations. */
const READ = [
  '',
  'start/',
  'guide/concepts',
  'guide/comparison',
  'reference/errors',
  'reference/errors/conflict',
  'reference/api/storage-s3',
]
/** Too long to be read by the tool that looks for barriers, and the widest. */
const LOOKED_AT = [...READ, 'reference/uploads', 'reference/http', 'reference/api/core']
const WIDTHS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const

const IS_BUILT = byRunLength('the site as it is published', { sample: false, short: true, long: true })
const chromium = findChromium()
// The directory for pictures of the site, for people to look at.
const pictures = process.env['RINDLE_SCREENSHOTS']
let site: BuiltSite

test('links between the files of the repository lead to files', () => {
  const dead = pages()
    .filter((file) => !file.startsWith('docs/'))
    .flatMap((file) => {
      const links = readFileSync(path.join(repository, file), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)
      const targets = [...links].map(([, target = '']) => path.join(repository, path.dirname(file), target))
      return targets.filter((target) => !existsSync(target)).map((target) => `${file}: ${target}`)
    })
  expect(dead).toEqual([])
})

describe.skipIf(!IS_BUILT)('the site', () => {
  beforeAll(async () => {
    site = await buildSite()
  }, 240_000)

  afterAll(() => site[Symbol.asyncDispose]())

  test('every page has its place in the site', () => {
    const built = sitePages().map((file) => file.replace(/^docs\//, '').replace(/\.md$/, '.html'))
    expect(built.filter((file) => !site.pages.has(file))).toEqual([])
    const [, menu = ''] = site.pages.get('guide/concepts.html')?.split('class="VPSidebar"') ?? []
    const listed = new Set([...menu.matchAll(/href="\/([^"#]*)"/g)].map(([, href]) => fileOf(href ?? '')))
    expect(built.filter((file) => file !== 'index.html' && !listed.has(file))).toEqual([])
  })

  test('no link leads nowhere, and no anchor', () => {
    const dead = [...site.pages].flatMap(([file, html]) => deadLinks(file, html))
    expect(dead).toEqual([])
  })

  test('nothing is loaded from anywhere else', () => {
    const loads = /<(?:script|img|iframe)[^>]+src="(?:https?:)?\/\/[^"]*"|<link[^>]+href="(?:https?:)?\/\/[^"]*"/
    expect([...site.pages].filter(([, html]) => loads.test(html)).map(([file]) => file)).toEqual([])
  })

  describe.skipIf(chromium === undefined)('in a browser', () => {
    let browser: Browser

    beforeAll(async () => {
      browser = await launchChromium(chromium ?? '')
    })

    afterAll(() => browser.close())

    describe.each(Object.keys(WIDTHS) as (keyof typeof WIDTHS)[])('of a %s', (device) => {
      test.each(['light', 'dark'] as const)(
        'each kind of page fits, is readable and quiet: %s',
        { timeout: 120_000 },
        async (colorScheme) => {
          const context = await browser.newContext({ viewport: WIDTHS[device], colorScheme })
          try {
            const page = await context.newPage()
            const trouble = listen(page)
            for (const name of LOOKED_AT) {
              await page.goto(`${site.origin}/${name}`, { waitUntil: 'load' })
              const overflow = await overflowOf(page)
              if (overflow > 0) trouble.push(`${name} is ${overflow} pixels too wide`)
              if (device === 'phone' && READ.includes(name))
                trouble.push(...(await barriersOf(page)).map((barrier) => `${name}: ${barrier}`))
              await keep(page, `${device}-${colorScheme}-${name.replaceAll('/', '-')}`)
            }
            expect(trouble).toEqual([])
          } finally {
            await context.close()
          }
        },
      )
    })

    test.each([
      ['requeue failed', /requeue/i],
      // Names without their marks, and words that stand only in the frontmatter of a page.
      ['nextjs', /Next|@rindle\/http/],
      ['pgboss', /pg-?boss/i],
      ['swagger', /HTTP/],
    ])('search finds %s without a network', async (words, expected) => {
      const context = await browser.newContext({ viewport: WIDTHS.desktop })
      try {
        const page = await context.newPage()
        const trouble = listen(page)
        await page.goto(`${site.origin}/`)
        await page.getByRole('button', { name: 'Search' }).first().click()
        await page.getByRole('searchbox').fill(words)
        const results = page.locator('.VPLocalSearchBox .result')
        await results.first().waitFor()
        expect(await results.allTextContents()).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
        expect(trouble).toEqual([])
      } finally {
        await context.close()
      }
    })

    test('a page is copied as the Markdown that stands beside it', async () => {
      const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
      try {
        const page = await context.newPage()
        await page.goto(`${site.origin}/guide/uploads`)
        await page.getByRole('button', { name: 'Copy as Markdown' }).click()
        await page.getByRole('button', { name: 'Copied' }).waitFor()
        const copied = await page.evaluate('navigator.clipboard.readText()')
        expect(copied).toMatch(/^# Uploads\n/)
        expect(copied).toBe(site.texts.get('guide/uploads.md'))
      } finally {
        await context.close()
      }
    })
  })

  test('programs find every page of the menu as Markdown, and all of them in one file', () => {
    const index = site.texts.get('llms.txt') ?? ''
    const listed = [...index.matchAll(/\]\(\/([^)]+\.md)\)/g)].map(([, file = '']) => file)
    expect(listed.length).toBeGreaterThan(100)
    expect(listed.filter((file) => !site.texts.get(file)?.includes('# '))).toEqual([])
    const all = site.texts.get('llms-full.txt') ?? ''
    expect(listed.filter((file) => !all.includes(`<!-- /${file} -->`))).toEqual([])
    expect(all).not.toMatch(/@include|<figure/)
  })

  test('the home page names the version, and the repository of the workflow that builds it', () => {
    const { version } = JSON.parse(readFileSync(path.join(repository, 'packages/core/package.json'), 'utf8')) as {
      version: string
    }
    const home = site.pages.get('index.html') ?? ''
    expect(home).toContain(`>${version}</span>`)
    expect(home).toContain('href="https://github.com/somebody/rindle"')
  })
})

/** All complaints of a page, and its requests to other places. */
function listen(page: Page): string[] {
  const trouble: string[] = []
  page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()))
  page.on('pageerror', (error) => trouble.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(site.origin) && !request.url().startsWith('data:')) trouble.push(request.url())
  })
  return trouble
}

/** The pixels by which the page is wider than its window. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}

/** Findings of axe in the content: contrast, names, order of headings. */
async function barriersOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run('.VPContent', { runOnly: ['wcag2a', 'wcag2aa'] }),
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
}

async function keep(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  await mkdir(pictures, { recursive: true })
  await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true })
}

function deadLinks(file: string, html: string): string[] {
  const hrefs = [...html.matchAll(/<a[^>]+href="([^"]+)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'))
  return [...new Set(hrefs)].filter((href) => isDead(file, href)).map((href) => `${file}: ${href}`)
}

function isDead(file: string, href: string): boolean {
  if (/^(?:https?|data|mailto):/.test(href)) return false
  const { pathname, hash } = new URL(href, `http://localhost/${file.replace(/(?:index)?\.html$/, '')}`)
  const target = href.startsWith('#') ? file : fileOf(pathname.slice(1))
  const html = site.pages.get(target)
  if (html === undefined) {
    return !site.texts.has(pathname.slice(1)) && !existsSync(path.join(repository, 'docs/public', pathname))
  }
  return hash !== '' && !html.includes(`id="${decodeURIComponent(hash.slice(1))}"`)
}

function fileOf(pathname: string): string {
  return pathname === '' || pathname.endsWith('/') ? `${pathname}index.html` : `${pathname.replace(/\.html$/, '')}.html`
}
