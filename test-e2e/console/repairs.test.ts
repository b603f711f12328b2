import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { rindleConsole } from '@rindle/console'
import { type Rindle, type StatusClass, silentLogger } from '@rindle/core'
import { toNodeHandler } from '@rindle/http'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { listen, type Server } from '../http/listen.ts'
import { OLD, useStatusApplication } from '../operations/status-application.ts'
import { byRunLength } from '../support/run-length.ts'

const chromium = findChromium()

/** How a person repairs it, from the finding on the overview. */
type Way = (finding: Locator) => Promise<void>

describe.skipIf(chromium === undefined)('a bad state is found on the overview and repaired by clicks:', () => {
  const at = useStatusApplication()
  let browser: Browser
  let server: Server
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '')
  })
  beforeEach(async () => {
    // Numbers are kept for each instance: a test gets one of its own, which has counted nothing yet.
    const rindle = Object.create(at.rindle) as Rindle
    const parts = { basePath: '/admin', actor: () => ({ id: 'ana' }), can: () => true, logger: silentLogger }
    server = await listen(toNodeHandler(rindleConsole(rindle, parts)))
    context = await browser.newContext()
    page = await context.newPage()
  })
  afterEach(async () => {
    await context.close()
    await server[Symbol.asyncDispose]()
  })
  afterAll(() => browser.close())

  /** Runs a verb of maintenance dry, and then for real. */
  const walk: Way = async (finding) => {
    await finding.getByRole('link', { name: 'Dry run…' }).click()
    await page.getByRole('button', { name: 'Dry run' }).click()
    await agree()
  }
  /** Follows an example to its asset, and uses a verb there. */
  const onAsset =
    (link: string): Way =>
    async (finding) => {
      await finding.locator('summary').click()
      await finding.getByRole('listitem').getByRole('link').click()
      await page.getByRole('link', { name: link }).click()
      await agree()
    }
  /** Follows the finding to its page, and uses a verb there. */
  const onPage =
    (see: string, link: string): Way =>
    async (finding) => {
      await finding.getByRole('link', { name: see }).click()
      await page.getByRole('link', { name: link, exact: true }).first().click()
      await agree()
    }
  const agree = async (): Promise<void> => {
    const number = page.getByLabel(/^Type /)
    await page.locator('form.agree').waitFor()
    if ((await number.count()) > 0) await number.fill(await page.locator('input[name="expect"]').inputValue())
    await page.locator('form.agree').getByRole('button').click()
    await page.waitForURL(/\/admin\/(log|maintenance\/)/)
  }

  const all: readonly (readonly [StatusClass, () => Promise<unknown>, Way])[] = [
    ['queue_starved', () => at.setVariant(`state = 'queued', job_id = null, updated_at = ${OLD}`), walk],
    ['refused_by_outage', () => quarantine('promotion_failed:program_not_found'), onAsset('Release…')],
    ['failed_work', () => at.setVariant(`state = 'failed', error_reason = 'processing_failed'`), walk],
    ['expired_session', () => at.newSession('expired', '27 hours'), walk],
    ['dead_delivery', () => at.oldEvent('state, settled_at', `'dead', ${OLD}`), onPage('See the events', 'Redeliver…')],
    ['storage_drift', () => at.setVariant(`state = 'missing'`), walk],
    ['recipe_drift', () => at.setVariant(`recipe_digest = repeat('0', 64)`), walk],
    ['lost_original', () => damage('original_missing'), walk],
    ['probe_drift', () => at.setAsset('width = null, height = null'), onAsset('Reprobe…')],
    ['overdue_session', () => at.newSession('signed', '27 hours'), walk],
    ['unattached_asset', abandon, walk],
    ['disabled_target', () => at.setTarget(`disabled_at = ${OLD}`), onPage('See the targets', 'Resume…')],
    ['stuck_asset', () => at.setAsset(`state = 'analyzing', updated_at = ${OLD}`), walk],
    ['quarantined_asset', () => quarantine('scanner_rejected:virus'), onAsset('Release…')],
    ['orphan_suspect', () => at.setVariant(`state = 'processing', job_id = 'gone', updated_at = ${OLD}`), walk],
    ['refused_work', () => at.setVariant(`state = 'failed', error_reason = 'unsupported_codec'`), onAsset('Requeue…')],
    ['cancelled_work', () => at.setVariant(`state = 'cancelled'`), walk],
    ['damaged_original', () => damage('original_damaged'), walk],
    ['resumable_stale', () => at.newSession('resuming', '27 hours', 'resumable'), walk],
    ['failed_session', () => at.newSession('failed', '40 days'), walk],
    [
      'paused_target',
      () => at.setTarget(`paused_at = now() - interval '2 days'`),
      onPage('See the targets', 'Resume…'),
    ],
  ]
  const cases = byRunLength('the repairs of all bad states', {
    sample: all.slice(0, 2),
    short: all.slice(0, 14),
    long: all,
  })

  it.for(cases)('%s', { timeout: 30_000 }, async ([statusClass, make, repair]) => {
    await make()
    await page.goto(`${server.url}/admin`)
    const finding = page.locator(`article#${statusClass}`)
    await repair(finding)
    await vi.waitFor(async () => expect(await at.finding(statusClass)).toBeUndefined(), { timeout: 10_000 })
    await vi.waitFor(async () =>
      expect((await at.rindle.operatorActions({ limit: 1 })).actions).toMatchObject([
        { actor: 'ana', outcome: 'done', dryRun: false },
      ]),
    )
  })

  it('an object that no row knows is found, and deleted', { timeout: 30_000 }, async () => {
    const { storage, directory } = at.application
    const key = at.asset.storageKey.replace(at.asset.id, '01900000-0000-7000-8000-00000000000a')
    await storage.put(key, Readable.from(['lost']), { contentType: 'image/jpeg' })
    const old = new Date(Date.now() - 3 * 86_400_000)
    await utimes(join(directory, 'storage', key), old, old)
    await page.goto(`${server.url}/admin/maintenance/scanOrphans`)
    await page.getByRole('button', { name: 'Dry run' }).click()
    await agree()
    await vi.waitFor(async () => expect(await storage.head(key)).toBeUndefined(), { timeout: 10_000 })
    expect(await storage.head(at.asset.storageKey)).toBeDefined()
  })

  const quarantine = (reason: string) => at.setAsset(`state = 'quarantined', error_reason = '${reason}'`)
  const damage = (reason: string) => at.setAsset(`original_damaged_at = now(), error_reason = '${reason}'`)

  async function abandon(): Promise<void> {
    await at.sql('delete from rindle.media_attachments')
    // As old as it says: ids hold the time as well.
    await at.sql(`update rindle.media_assets set id = '01900000-0000-7000-8000-000000000001',
      updated_at = now() - interval '8 days'`)
  }
})
