import { rindleConsole } from '@rindle/console'
import { type AssetWithVariants, defineProfile } from '@rindle/core'
import { toNodeHandler } from '@rindle/http'
import { image } from '@rindle/processor-image/recipes'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { listen, type Server } from '../http/listen.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'

const chromium = findChromium()
const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const profiles = {
  photo: defineProfile({ storage: 'main', accept, slots: { cover: 'one' }, variants: { thumb: image.fit(8) } }),
}

/** The state of a variant and of its asset, the verb that repairs it, and the state after that. */
const REPAIRS_OF_ALL = [
  ['failed', 'degraded', 'Requeue…', 'requeueVariants', 'queued'],
  ['queued', 'processing', 'Cancel work…', 'cancelProcessing', 'cancelled'],
  ['cancelled', 'degraded', 'Requeue…', 'requeueVariants', 'queued'],
  ['stale', 'ready', 'Regenerate…', 'regenerateVariants', 'queued'],
  ['missing', 'degraded', 'Regenerate…', 'regenerateVariants', 'queued'],
] as const
const REPAIRS = byRunLength<readonly (typeof REPAIRS_OF_ALL)[number][]>('repairs from the page of an asset', {
  sample: REPAIRS_OF_ALL.slice(0, 2),
  short: REPAIRS_OF_ALL,
  long: REPAIRS_OF_ALL,
})
/** The verbs over all assets that match, and the state of a variant that they change. */
const MANY_OF_ALL = [
  ['Purge…', 'ready', 'purgeAsset'],
  ['Reprobe…', 'ready', 'reprobe'],
  ['Regenerate…', 'stale', 'regenerateVariants'],
] as const
const MANY = byRunLength<readonly (typeof MANY_OF_ALL)[number][]>('verbs over all that match', {
  sample: MANY_OF_ALL.slice(0, 1),
  short: MANY_OF_ALL,
  long: MANY_OF_ALL,
})

describe.skipIf(chromium === undefined)('by clicks, in Chromium,', () => {
  let application: Application<typeof profiles>
  let browser: Browser
  let server: Server
  let context: BrowserContext
  let page: Page
  let photo: AssetWithVariants
  let mayChange = true

  beforeAll(async () => {
    ;[application, browser] = await Promise.all([startApplication({ profiles }), launchChromium(chromium ?? '')])
    const console = rindleConsole(application.rindle, {
      basePath: '/admin',
      actor: () => ({ id: 'ana' }),
      can: () => mayChange,
    })
    server = await listen(toNodeHandler(console))
    const uploaded = await application.rindle.upload('photo', await quadrants(16, 16), { filename: 'a.png' })
    const workers = await application.rindle.work()
    photo = await settled(application.rindle, uploaded.id)
    await workers.stop()
  }, 60_000)
  beforeEach(async () => {
    mayChange = true
    await sql('truncate rindle.media_operator_actions, pgboss.job cascade')
    context = await browser.newContext()
    page = await context.newPage()
  })
  afterEach(() => context.close())
  afterAll(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await application[Symbol.asyncDispose]()
  }, 60_000)

  const sql = (text: string): Promise<number> => application.rindle.prisma.$executeRawUnsafe(text)
  const open = (path: string) => page.goto(`${server.url}/admin${path}`)
  const variantState = async () => (await application.rindle.asset(photo.id))?.variants[0]?.state
  const put = async (variant: string, asset: string): Promise<void> => {
    const [made] = photo.variants
    // A variant that was made again has lost its object.
    const object = `storage_key = '${made?.storageKey}', content_type = '${made?.contentType}', byte_size = ${made?.byteSize}`
    await sql(`update rindle.media_variants set state = '${variant}', ${object}, generated_at = now()`)
    await sql(`update rindle.media_assets set state = '${asset}', error_reason = null where id = '${photo.id}'`)
  }
  /** Answers the page that asks, and waits for the log. */
  const agree = async (button: RegExp): Promise<void> => {
    const number = page.getByLabel(/^Type /)
    const shown = await page.locator('input[name="expect"]').inputValue()
    if ((await number.count()) > 0) await number.fill(shown)
    await page.getByRole('button', { name: button }).click()
    await page.waitForURL(/\/admin\/(log|maintenance\/)/)
  }
  const logged = async () =>
    (await application.rindle.operatorActions()).actions.map(
      ({ verb, outcome, dryRun }) => `${verb} ${outcome}${dryRun ? ', dry' : ''}`,
    )

  it.each(REPAIRS)('a %s variant is repaired from the page of its asset', async (before, asset, link, verb, after) => {
    await put(before, asset)
    await open(`/assets/${photo.id}`)
    await page.getByRole('link', { name: link }).click()
    expect(await variantState()).toBe(before)
    await agree(/1 asset$/)
    expect(await variantState()).toBe(after)
    expect(await page.getByRole('row').nth(1).textContent()).toContain(verb)
    expect(await logged()).toEqual([`${verb} done`])
  })

  it('assets are chosen on their page', async () => {
    await put('failed', 'degraded')
    await open('/assets?view=table')
    const requeue = page.getByRole('button', { name: 'Requeue…' })
    expect(await requeue.isVisible()).toBe(false)
    await page.getByRole('checkbox', { name: /^Select a\./ }).check()
    await requeue.click()
    await agree(/1 asset$/)
    expect(await variantState()).toBe('queued')
  })

  it.each(MANY)('all that match a filter are chosen together: %s', async (button, variant, verb) => {
    await put(variant, 'ready')
    await open('/assets?state=ready')
    await page.getByRole('checkbox', { name: 'All that match' }).check()
    await page.getByRole('button', { name: button }).click()
    await agree(/1 asset$/)
    expect(await logged()).toEqual([`${verb} done`])
    await put('ready', 'ready')
  })

  it('failed work is tried again from the page of work, and cancelled there', async () => {
    await put('failed', 'degraded')
    await open('/work')
    await page.getByRole('row', { name: /thumb/ }).getByRole('link', { name: 'Requeue…' }).click()
    await agree(/1 asset$/)
    expect(await variantState()).toBe('queued')
    await open('/work')
    await page
      .getByRole('row', { name: /rindle_process.*waiting/ })
      .getByRole('link', { name: 'Cancel work…' })
      .click()
    await agree(/1 asset$/)
    expect(await variantState()).toBe('cancelled')
  })

  it('a focus is moved, and an asset taken from its owner', async () => {
    await put('ready', 'ready')
    await application.rindle.attach({ id: photo.id, profile: 'photo' }, { type: 'member', id: 7 }, 'cover')
    await open(`/assets/${photo.id}`)
    await page.getByRole('link', { name: 'Set focus…' }).click()
    await page.getByLabel('From the left').fill('0.25')
    await page.getByRole('button', { name: 'Preview' }).click()
    await agree(/^Set focus 1 asset$/)
    expect((await application.rindle.asset(photo.id))?.focus).toEqual({ x: 0.25, y: 0.5 })
    await open(`/assets/${photo.id}`)
    await page.getByRole('link', { name: 'Detach…' }).click()
    await agree(/^Detach 1 asset$/)
    expect(await application.rindle.attachmentFor({ type: 'member', id: 7 }, 'cover')).toBe(null)
    // Nobody holds it any more, so it is purged; the next test has it again.
    await put('ready', 'ready')
  })

  it('an upload is aborted', async () => {
    const upload = { filename: 'b.png', contentType: 'image/png', byteSize: 10, actorId: 'u' }
    const { id } = await application.rindle.initiateUpload('photo', upload)
    await open('/uploads')
    await page.getByRole('link', { name: 'Abort…' }).click()
    await agree(/^Abort 1 upload$/)
    expect((await application.rindle.uploadSession(id)).state).toBe('aborted')
  })

  it('maintenance runs dry, asks, and runs for real', async () => {
    await put('failed', 'degraded')
    await open('/maintenance')
    await page
      .getByRole('row', { name: /^Requeue / })
      .getByRole('link', { name: 'Dry run…' })
      .click()
    await page.getByRole('button', { name: 'Dry run' }).click()
    await page.getByRole('heading', { name: 'Requeue for real?' }).waitFor()
    expect(await variantState()).toBe('failed')
    await agree(/^Requeue: 1 enqueued/)
    await vi.waitFor(async () => expect(await logged()).toEqual(['requeueAll done', 'requeueAll done, dry']))
    expect(await variantState()).toBe('queued')
  })

  it('an operator who only looks has no button', async () => {
    mayChange = false
    await put('failed', 'degraded')
    for (const path of [`/assets/${photo.id}`, '/assets', '/uploads', '/maintenance', '/events']) {
      expect((await open(path))?.status()).toBe(200)
      expect(await page.locator('form[method="post"], a[href*="/verbs/"], button[formaction]').count()).toBe(0)
    }
  })

  it('an asset is purged when its number is typed', async () => {
    await put('ready', 'ready')
    await open(`/assets/${photo.id}`)
    await page.getByRole('link', { name: 'Purge…' }).click()
    await agree(/^Purge 1 asset$/)
    expect((await application.rindle.asset(photo.id))?.state).toBe('deleted')
    await put('ready', 'ready')
  })
})
