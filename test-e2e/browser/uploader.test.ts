import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { grain, quadrants } from '../support/pictures.ts'
import { type BrowserApplication, startBrowserApplication } from './browser-application.ts'
import { findChromium, launchChromium } from './chromium.ts'

const chromium = findChromium()
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const eventually = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 10_000 })

describe.skipIf(chromium === undefined)('the uploader, by keyboard and for a screen reader,', () => {
  let application: BrowserApplication
  let browser: Browser
  let page: Page
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rindle-files-'))
    await writeFile(join(directory, 'flag.jpg'), await grain(1200, 900))
    await writeFile(join(directory, 'notes.txt'), 'not a picture')
    ;[application, browser] = await Promise.all([startBrowserApplication('local'), launchChromium(chromium ?? '')])
  }, 60_000)
  beforeEach(async () => {
    page = await browser.newPage()
    // With a listener from the start, no dialog opens before the test watches for it.
    page.on('filechooser', () => {})
    await page.goto(application.pageUrl)
    await page.getByRole('group', { name: 'Choose photos' }).waitFor()
  })
  afterEach(async () => {
    application.gate.release()
    await page.close()
  })
  afterAll(async () => {
    await browser.close()
    await application[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  }, 60_000)

  const focused = () =>
    page.evaluate(`document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`)
  const press = (key: string) => page.keyboard.press(key)
  /** The upload that began last. */
  const lastAssetId = async () => {
    const session = await application.rindle.prisma.mediaUploadSession.findFirst({ orderBy: { createdAt: 'desc' } })
    return session?.assetId ?? ''
  }
  const isGone = (assetId: string) =>
    eventually(async () => expect((await application.rindle.asset(assetId))?.state ?? 'deleted').toBe('deleted'))

  /** Opens the file dialog of the photos from the keyboard, and chooses. */
  async function chooseByKeyboard(...names: string[]): Promise<void> {
    await press('Tab')
    await press('Tab')
    expect(await focused()).toBe('Choose photos')
    const [dialog] = await Promise.all([page.waitForEvent('filechooser'), press('Enter')])
    await dialog.setFiles(names.map((name) => join(directory, name)))
  }

  it('describes itself before a file is chosen', async () => {
    expect(await page.getByRole('group', { name: 'Choose photos' }).ariaSnapshot()).toBe(
      [
        '- group "Choose photos":',
        '  - button "Choose photos"',
        '  - text: or drop them here',
        '  - list',
        '  - status',
      ].join('\n'),
    )
  })

  it('Tab and Enter choose a file; its state is read out, and a bar with its name tells the progress', async () => {
    const held = application.gate.holdAfter(100)
    await chooseByKeyboard('flag.jpg')
    await held
    const bar = page.getByRole('progressbar', { name: 'flag.jpg' })
    expect(await bar.getAttribute('aria-valuemin')).toBe('0')
    expect(await bar.getAttribute('aria-valuemax')).toBe('100')
    await page.getByRole('status').filter({ hasText: 'flag.jpg: uploading' }).waitFor()
    application.gate.release()
    await page.getByRole('status').filter({ hasText: 'flag.jpg: done' }).waitFor()
    expect(await bar.getAttribute('aria-valuenow')).toBe('100')
  })

  it('Escape cancels the upload that has the focus, and removing it gives the focus back', async () => {
    const held = application.gate.holdAfter(100)
    await chooseByKeyboard('flag.jpg')
    await held
    const assetId = await lastAssetId()
    await press('Tab')
    expect(await focused()).toBe('Cancel flag.jpg')
    await press('Escape')
    await page.getByRole('status').filter({ hasText: 'flag.jpg: cancelled' }).waitFor()
    await isGone(assetId)
    expect(await focused()).toBe('Remove flag.jpg')
    await press('Enter')
    expect(await focused()).toBe('Choose photos')
    expect(await page.getByRole('listitem').count()).toBe(0)
  })

  it('a cancelled upload can be tried again', async () => {
    const held = application.gate.holdAfter(100)
    await chooseByKeyboard('flag.jpg')
    await held
    await page.getByRole('button', { name: 'Cancel flag.jpg' }).click()
    application.gate.release()
    await page.getByRole('button', { name: 'Try flag.jpg again' }).click()
    await page.getByRole('status').filter({ hasText: 'flag.jpg: done' }).waitFor()
  })

  it('of several files each has its own end, and an error is tied to its buttons', async () => {
    await chooseByKeyboard('flag.jpg', 'notes.txt')
    const message = 'Files of this type are not accepted.'
    await page
      .getByRole('status')
      .filter({ hasText: `1 of 2 files done. notes.txt: ${message}` })
      .waitFor()
    for (const name of ['Choose photos', 'Remove notes.txt']) {
      const button = page.getByRole('button', { name })
      const ids = (await button.getAttribute('aria-describedby'))?.split(' ') ?? []
      const described = await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).textContent()))
      expect(described).toContain(message)
    }
    expect(await page.getByRole('group', { name: 'Choose photos' }).ariaSnapshot()).toContain(
      [
        '    - listitem:',
        '      - text: notes.txt',
        '      - progressbar "notes.txt"',
        '      - text: failed',
        `      - paragraph: ${message}`,
        '      - button "Remove notes.txt": ✕',
      ].join('\n'),
    )
  })

  it('files can be dropped on it', async () => {
    const base64 = (await quadrants(64, 64)).toString('base64')
    await page.evaluate(`(() => {
      const zone = document.querySelector('[role=group]')
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([Uint8Array.fromBase64('${base64}')], 'dropped.jpg', { type: 'image/jpeg' }))
      for (const type of ['dragover', 'drop']) zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true }))
    })()`)
    await page.getByRole('status').filter({ hasText: 'dropped.jpg: done' }).waitFor()
  })

  it('running uploads are cancelled when the component unmounts', async () => {
    const held = application.gate.holdAfter(100)
    await chooseByKeyboard('flag.jpg')
    await held
    const assetId = await lastAssetId()
    await page.getByRole('button', { name: 'Close' }).click()
    await isGone(assetId)
  })

  it('an upload continues after the connection was cut in its middle', async () => {
    const held = application.gate.holdAfter(100)
    await chooseByKeyboard('flag.jpg')
    await held
    application.gate.cut()
    application.gate.release()
    await page.getByRole('status').filter({ hasText: 'flag.jpg: done' }).waitFor()
  })

  it('a file that is changed while it travels is to be chosen again', async () => {
    const path = join(directory, 'changing.jpg')
    await writeFile(path, await grain(1200, 900))
    const held = application.gate.holdAfter(100)
    await chooseByKeyboard('changing.jpg')
    await held
    await writeFile(path, 'something else')
    application.gate.cut()
    application.gate.release()
    const message = 'The file has changed since it was chosen. Please choose it again.'
    await page
      .getByRole('status')
      .filter({ hasText: `changing.jpg: ${message}` })
      .waitFor()
  })

  describe('as a field of a form', () => {
    /** Chooses a file in the field of a page with this query. */
    async function chooseIn(query: string, name: string): Promise<void> {
      await page.goto(new URL(query, application.pageUrl).href)
      await choose(name)
    }
    async function choose(...names: string[]): Promise<void> {
      const [dialog] = await Promise.all([
        page.waitForEvent('filechooser'),
        page.getByRole('button', { name: 'Change your photo' }).click(),
      ])
      await dialog.setFiles(names.map((name) => join(directory, name)))
    }
    const problems = async (): Promise<unknown> => {
      // Evaluated, because the page's policy allows no script but its own.
      await page.evaluate(await readFile(AXE, 'utf8'))
      return page.evaluate('axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))')
    }

    it('adds the id of a saved file to its form, and has no problem of accessibility on the way', async () => {
      await chooseIn('?field', 'flag.jpg')
      await page.getByRole('status').filter({ hasText: 'flag.jpg: done' }).waitFor()
      expect(await problems()).toEqual([])
      await page.getByRole('button', { name: 'Save' }).click()
      expect(await page.getByRole('status').last().textContent()).toBe(await lastAssetId())
    })

    it('keeps its client when it renders again with another action: three files travel at once, never four', async () => {
      const names = ['1.jpg', '2.jpg', '3.jpg', '4.jpg']
      for (const name of names) await copyFile(join(directory, 'flag.jpg'), join(directory, name))
      const begunBefore = application.gate.exchanges.length
      const paths = () => application.gate.exchanges.slice(begunBefore).map(({ method, path }) => `${method} ${path}`)
      const sent = () => paths().filter((line) => line.startsWith('PUT'))
      await page.goto(new URL('?field=many', application.pageUrl).href)
      void application.gate.holdAfter(100)
      await choose(...names.slice(0, 3))
      await eventually(async () => expect(sent()).toHaveLength(3))
      await page.getByRole('button', { name: 'Render again' }).click()
      await choose('4.jpg')
      await page.getByRole('listitem').nth(3).waitFor()
      // What the page has begun by now is on its way before this request.
      await page.evaluate(`fetch('/rindle/assets/none').then(() => undefined)`)
      application.gate.release()
      await page.getByRole('status').filter({ hasText: '4 of 4 files done' }).waitFor()
      const begins = paths().flatMap((line, index) => (line === 'POST /rindle/uploads' ? [index] : []))
      const firstEnd = paths().findIndex((line) => line.endsWith('/complete'))
      expect(begins.map((index) => index > firstEnd)).toEqual([false, false, false, true])
    })

    it('lets go of its files when the form is reset', async () => {
      await chooseIn('?field', 'flag.jpg')
      await page.getByRole('status').filter({ hasText: 'flag.jpg: done' }).waitFor()
      await page.evaluate(`document.querySelector('form').reset()`)
      await page.getByRole('listitem').waitFor({ state: 'detached' })
      expect(await page.locator('input[type=hidden]').count()).toBe(0)
    })

    it('shows a refusal as a sentence, which can be read, and sends nothing of the file', async () => {
      await chooseIn('?field', 'notes.txt')
      await page.getByText('Files of this type are not accepted.', { exact: true }).waitFor()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect([colorScheme, await problems()]).toEqual([colorScheme, []])
      }
      await page.getByRole('button', { name: 'Save' }).click()
      expect(await page.getByRole('status').last().textContent()).toBe('')
    })

    it('takes a file that was chosen before the script of the page ran', async () => {
      await page.goto(new URL('?field=served', application.pageUrl).href)
      await page.getByText('Files of this type are not accepted.', { exact: true }).waitFor()
      expect(await page.getByRole('listitem').count()).toBe(1)
    })

    it('says that a file could not be saved, and saves it with another try', async () => {
      await chooseIn('?field=unsaved', 'flag.jpg')
      await page.getByText('The file could not be saved. Please try again.', { exact: true }).waitFor()
      expect(await page.locator('input[type=hidden]').count()).toBe(0)
      await page.getByRole('button', { name: 'Try flag.jpg again' }).click()
      await page.getByRole('status').filter({ hasText: 'flag.jpg: done' }).waitFor()
      expect(await page.locator('input[type=hidden]').inputValue()).toBe(await lastAssetId())
    })
  })
})
