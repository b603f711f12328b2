import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { buildPackages } from '../support/build-packages.ts'
import { dragByTouch } from './drag-by-touch.ts'
import { makeFiles, PHOTOS } from './make-files.ts'
import { type RunningExample, startExample } from './running-example.ts'
import { openWatchedPage, type WatchedPage } from './watched-page.ts'

const chromium = findChromium()
const PATIENT = { timeout: 30_000 }
// Refused requests are written on the console by the browser itself.
const REFUSED = /^Failed to load resource: .* status of 4\d\d/

describe.skipIf(chromium === undefined)('the example, in Chromium,', { timeout: 120_000 }, () => {
  let example: RunningExample
  let browser: Browser
  let watched: WatchedPage
  let page: Page
  let directory: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rindle-files-'))
    await buildPackages()
    ;[example, browser] = await Promise.all([startExample(), launchChromium(chromium ?? ''), makeFiles(directory)])
  }, 180_000)
  beforeEach(async () => {
    // The console has a policy that would keep the accessibility rules out of its pages.
    watched = await openWatchedPage(browser, { viewport: { width: 1280, height: 900 }, bypassCSP: true })
    page = watched.page
  })
  afterEach(async () => {
    await page.context().close()
    expect(watched.errors()).toEqual([])
  })
  afterAll(async () => {
    await browser.close()
    await example[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  }, 60_000)

  const file = (name: string): string => join(directory, name)
  const choose = (group: string, ...names: string[]): Promise<void> =>
    page.getByRole('group', { name: group }).locator('input').setInputFiles(names.map(file))
  /** Each test has its own member. */
  const joinAs = async (name: string): Promise<void> => {
    await page.goto(`${example.url}/sign-in`)
    await page.getByLabel('Name').fill(name)
    await page.getByRole('button', { name: 'Join' }).click()
    await page.getByRole('heading', { name: 'Your account' }).waitFor()
  }
  const chooseAvatar = async (of: string): Promise<void> => {
    await choose('Change avatar', 'face.jpg')
    await page.getByRole('img', { name: `Portrait of ${of}` }).waitFor()
    // Its portrait is made when the page asks for it: nothing is stored later.
    await page.waitForFunction('[...document.images].every((image) => image.complete)')
  }
  const publishPost = async (title: string, photos: number): Promise<void> => {
    await page.goto(`${example.url}/posts/new`)
    await page.getByLabel('Title').fill(title)
    await page.getByLabel('Text').fill('Ten mornings, ten kinds of light. The last climb was the best of all.')
    await choose('Add photos', ...Array.from({ length: photos }, (_, n) => `photo-${n}.jpg`))
    await expect.poll(() => page.locator('.photo-order li').count(), PATIENT).toBe(photos)
    await expectGoodPage('new-post', { isKept: true })
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('heading', { name: title }).waitFor()
  }
  const publishSound = async (title: string): Promise<void> => {
    await page.goto(`${example.url}/lessons/new`)
    await page.getByLabel('Title').fill(title)
    await choose('Choose a recording', 'recording-8.mp3')
    await page.getByText('has arrived.').waitFor()
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.locator('audio').waitFor(PATIENT)
    await page.waitForFunction(`document.querySelector('audio').readyState >= 1`)
  }
  /** The objects that are stored now and were not before. */
  const storedSince = async (before: readonly string[]): Promise<readonly string[]> =>
    (await example.stored()).filter((path) => !before.includes(path))
  /** The colour in the middle of an image, as the browser got it. */
  const colourOf = async (image: Locator): Promise<string> => {
    const source = (await image.getAttribute('src')) ?? ''
    const answer = await page.request.get(new URL(source, example.url).href, { headers: { accept: 'image/*' } })
    const { channels } = await sharp(await answer.body())
      .resize(1, 1)
      .stats()
    const [red = 0, , blue = 0] = channels.map(({ mean }) => mean)
    return red > blue ? 'red' : 'blue'
  }
  const order = (): Promise<string[]> =>
    page.evaluate(`[...document.querySelectorAll('.gallery li')].map((item) => item.dataset.photo)`)
  /** Checks every page that a user sees; reloads it, unless that would lose the user's input. */
  const expectGoodPage = async (name: string, { isKept = false } = {}): Promise<void> => {
    if (!isKept) await page.reload()
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    await page.waitForFunction('[...document.images].every((image) => image.complete)')
    await page.evaluate('scrollTo(0, 0)')
    if (!isKept) expect(await watched.layoutShift()).toBeLessThan(0.01)
    expect(await watched.carelessImages()).toEqual([])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect(await watched.accessibilityProblems()).toEqual([])
    }
    await watched.screenshot(`${name}-desktop`)
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await watched.screenshot(`${name}-phone`)
    await page.setViewportSize({ width: 1280, height: 900 })
  }

  it('nobody gets in without signing in, and a chosen member does', async () => {
    await page.goto(example.url)
    await page.waitForURL('**/sign-in')
    await expectGoodPage('sign-in')
    await page.getByRole('button', { name: 'Ada Okafor' }).click()
    await page.getByRole('heading', { name: 'Posts' }).waitFor()
    await expectGoodPage('posts-at-first')
  })

  it('an avatar that is uploaded is seen everywhere, without a reload', async () => {
    await joinAs('Efua Mensah')
    await page.goto(example.url)
    await page.getByRole('link', { name: 'Efua Mensah' }).click()
    await page.getByRole('heading', { name: 'Your account' }).waitFor()
    await page.evaluate('window.isStillHere = true')
    await choose('Change avatar', 'face.jpg')
    await page.getByRole('img', { name: 'Portrait of Efua Mensah' }).waitFor()
    await page.waitForFunction(`document.querySelector('.site-header .avatar img')?.naturalWidth === 96`)
    const first = await page.locator('.portrait img').getAttribute('src')
    // A PNG by its bytes: it is kept as what it is.
    await choose('Change avatar', 'drawing.jpg')
    await expect.poll(() => page.locator('.portrait img').getAttribute('src'), PATIENT).not.toBe(first)
    expect(await page.evaluate('window.isStillHere')).toBe(true)
    await expectGoodPage('account')
    await page.goto(`${example.url}/members`)
    await expectGoodPage('members')
    await page.getByRole('link', { name: 'Efua Mensah' }).last().click()
    await page.getByRole('img', { name: 'Portrait of Efua Mensah' }).waitFor()
    await expectGoodPage('member')
  })

  it('the owner of an avatar moves its focal point, and every avatar follows', async () => {
    await joinAs('Emre Aydin')
    await choose('Change avatar', 'two-faces.jpg')
    const header = page.locator('.site-header .avatar img')
    await header.waitFor()
    await page.getByText('Move the focus').click()
    const point = page.getByRole('slider', { name: 'Focal point, horizontal' })
    await point.press('End')
    await expect.poll(() => colourOf(header), PATIENT).toBe('blue')
    await expect.poll(() => colourOf(page.locator('.portrait img')), PATIENT).toBe('blue')
    await page.getByRole('img', { name: 'Your whole picture' }).click({ position: { x: 20, y: 60 } })
    await expect.poll(() => colourOf(header), PATIENT).toBe('red')
    await expectGoodPage('focus', { isKept: true })
    await page.reload()
    await page.getByText('Move the focus').click()
    expect(await point.getAttribute('aria-valuetext')).toMatch(/^\d % from the left/)
    await page.getByRole('button', { name: 'Find it for me' }).click()
    await page.getByRole('group', { name: 'Focal point' }).and(page.locator('[data-unset]')).waitFor()
  })

  it('next/image takes a family, and its cache answers a later page of the same hour', async () => {
    await joinAs('Elif Kaya')
    await chooseAvatar('Elif Kaya')
    // The optimizer does not ask twice: the image that it takes is made before.
    await expect.poll(() => colourOf(page.locator('.portrait img')), PATIENT).toBeDefined()
    await page.goto(`${example.url}/members`)
    const address = (await page.getByRole('link', { name: 'Elif Kaya' }).last().getAttribute('href')) ?? ''
    const render = async () => {
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().includes('/_next/image')),
        page.goto(`${example.url}${address}`),
      ])
      await page.waitForFunction(`document.querySelector('.portrait img').naturalWidth > 0`)
      return { status: answer.status(), cache: answer.headers()['x-nextjs-cache'], url: answer.url() }
    }
    // A family's URL changes once in a while; two pages between two of these moments have the same.
    let first = await render()
    expect(first).toMatchObject({ status: 200, cache: 'MISS' })
    await page.route('**/_next/image**', (route) =>
      route.continue({ headers: { ...route.request().headers(), 'cache-control': 'no-cache' } }),
    )
    let later = await render()
    while (later.url !== first.url) [first, later] = [later, await render()]
    expect(later).toMatchObject({ status: 200, cache: 'HIT' })
  })

  it('a file that is not a picture is refused with a helpful message', async () => {
    await joinAs('Farid Haddad')
    await chooseAvatar('Farid Haddad')
    await choose('Change avatar', 'notes.pdf')
    const refusal = page.getByText('Files of this type are not accepted.', { exact: true })
    await refusal.first().waitFor()
    await choose('Change avatar', 'page.jpg')
    await page.getByText('page.jpg', { exact: true }).waitFor()
    await refusal.first().waitFor()
    expect(await refusal.count()).toBe(1)
    expect(await page.getByRole('img', { name: 'Portrait of Farid Haddad' }).count()).toBe(1)
    await expectGoodPage('refused', { isKept: true })
    expect(watched.errors().filter((text) => !REFUSED.test(text))).toEqual([])
    await choose('Change avatar', 'drawing.jpg')
    await expect.poll(() => page.locator('.uploads li').count(), PATIENT).toBe(0)
    expect(await refusal.count()).toBe(0)
  })

  it('photos stand in the order in which they were chosen, and one that is ready early waits', async () => {
    await joinAs('Frida Holm')
    await page.goto(`${example.url}/posts/new`)
    const names: Record<string, string> = {}
    page.on('response', async (answer) => {
      if (answer.request().method() !== 'POST' || !answer.url().endsWith('/rindle/uploads')) return
      names[(await answer.json()).assetId] = answer.request().postDataJSON().filename
    })
    const first = Promise.withResolvers<void>()
    await page.route('**/rindle/uploads', async (route) => {
      if (route.request().postDataJSON().filename === 'photo-3.jpg') await first.promise
      await route.continue()
    })
    await choose('Add photos', 'photo-3.jpg', 'photo-1.jpg', 'photo-2.jpg')
    await expect.poll(() => page.locator('.uploads li[data-state=done]').count(), PATIENT).toBe(2)
    expect(await page.locator('.photo-order li').count()).toBe(0)
    first.resolve()
    await expect.poll(() => page.locator('.photo-order li').count(), PATIENT).toBe(3)
    await page.getByLabel('Title').fill('Three in a row')
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('heading', { name: 'Three in a row' }).waitFor()
    expect((await order()).map((id) => names[id])).toEqual(['photo-3.jpg', 'photo-1.jpg', 'photo-2.jpg'])
  })

  it('ten photos become a gallery that is put in order, by keyboard and by dragging', async () => {
    await joinAs('Goran Petrov')
    await publishPost('A week in the hills', PHOTOS)
    const [a, b, c, ...rest] = await order()
    expect(rest).toHaveLength(PHOTOS - 3)
    await page.getByText('Edit the photos').click()
    await page.getByRole('button', { name: 'Move photo 1 later' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(order, PATIENT).toEqual([b, a, c, ...rest])
    // The focus stays on the photo that moves.
    await page.getByRole('button', { name: 'Place of photo 3' }).focus()
    await page.keyboard.press('Home')
    await page.getByText('Photo 3 is now number 1 of 10.').waitFor()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await expect.poll(order, PATIENT).toEqual([b, a, c, ...rest])
    await page.locator(`.photo-order [data-photo="${c}"]`).dragTo(page.locator(`.photo-order [data-photo="${b}"]`))
    await expect.poll(order, PATIENT).toEqual([c, b, a, ...rest])
    // A finger takes a photo by its handle.
    const second = page.getByRole('button', { name: 'Place of photo 2' })
    await dragByTouch(page, second, page.locator(`.photo-order [data-photo="${c}"]`))
    await expect.poll(order, PATIENT).toEqual([b, c, a, ...rest])
    await dragByTouch(page, second, page.locator(`.photo-order [data-photo="${b}"]`))
    await expect.poll(order, PATIENT).toEqual([c, b, a, ...rest])
    await page.getByRole('button', { name: 'Place of photo 1', exact: true }).hover()
    await page.mouse.down()
    await page.locator(`.photo-order [data-photo="${a}"]`).hover()
    await page.locator('.photo-order[data-dragging]').waitFor()
    await page.keyboard.press('Escape')
    await page.mouse.up()
    await page.reload()
    expect(await order()).toEqual([c, b, a, ...rest])
    await page.getByText('Edit the photos').click()
    await expectGoodPage('reordering', { isKept: true })
    await expectGoodPage('post')
    const tile = page.getByRole('img', { name: 'Photo 2 of 10' })
    expect(await tile.getAttribute('style')).toContain('data:image/png;base64,')
    await page.getByRole('link', { name: 'Photo 2 of 10' }).click()
    await page.getByRole('heading', { name: 'Photo 2 of 10' }).waitFor()
    expect(await page.locator('.photo-page img').getAttribute('srcset')).toMatch(/\/rindle\/images\/\S+w=640 640w/)
    await expectGoodPage('photo')
    await page.goto(example.url)
    await expectGoodPage('posts')
  })

  it('a lesson shows its transcoding, plays, can be searched by its strip, and is deleted with all its objects', async () => {
    await joinAs('Hana Sato')
    const before = await example.stored()
    await page.goto(`${example.url}/lessons/new`)
    await page.getByLabel('Title').fill('How to sharpen a chisel')
    await page.getByLabel('What it is about').fill('Flat back first, then the bevel.')
    await choose('Choose a recording', 'clip-1280x720-12.mp4')
    await page.getByText('has arrived.').waitFor()
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('progressbar', { name: 'Stream, large' }).waitFor()
    // The player stands before all is made, and its page is rendered again with each part that is ready.
    await page
      .locator('video source')
      .first()
      .waitFor({ ...PATIENT, state: 'attached' })
    const percents = new Set<number>()
    await expect
      .poll(
        async () => {
          percents.add(await page.evaluate<number>(`document.querySelector('#progress-film_720')?.value ?? 100`))
          return page.locator('.lesson-progress').count()
        },
        { timeout: 60_000, interval: 100 },
      )
      .toBe(0)
    expect([...percents].some((percent) => percent > 0 && percent < 100)).toBe(true)
    expect(await page.locator('video').getAttribute('poster')).toContain('/rindle/files/')
    await page.locator('video[data-stream]').waitFor(PATIENT)
    await page.waitForFunction(`document.querySelector('video').readyState >= 1`)
    await page.evaluate(
      `(async () => { const video = document.querySelector('video'); video.muted = true; await video.play() })()`,
    )
    await page.waitForFunction(`document.querySelector('video').currentTime > 0.2`)
    await page.evaluate(`document.querySelector('video').pause()`)
    const strip = page.getByRole('slider', { name: 'Jump to a moment' })
    await strip.hover({ position: { x: 600, y: 20 } })
    expect(Number(await page.locator('.thumbnail').getAttribute('data-x'))).toBeGreaterThan(0)
    await strip.click({ position: { x: 900, y: 20 } })
    await page.waitForFunction(
      `document.querySelector('video').currentTime > 7 && !document.querySelector('video').seeking`,
    )
    await strip.press('ArrowRight')
    await page.getByText('Captions', { exact: true }).click()
    await page.getByLabel('WebVTT or SubRip file').setInputFiles(file('captions.srt'))
    await page.getByRole('button', { name: 'Add captions' }).click()
    await page.getByRole('button', { name: 'Remove English' }).waitFor(PATIENT)
    await page.waitForFunction(`document.querySelector('video').textTracks[0]?.activeCues?.[0]?.text === 'Flat first.'`)
    await expectGoodPage('lesson')
    await page.goto(`${example.url}/lessons`)
    await expectGoodPage('lessons')
    const ofLesson = await storedSince(before)
    expect(ofLesson).not.toEqual([])
    await page.getByRole('link', { name: 'How to sharpen a chisel' }).click()
    await page.getByText('Delete this lesson').click()
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.waitForURL('**/lessons')
    await expect.poll(() => storedSince(before), PATIENT).toEqual([])
  })

  it('a lesson of sound has a waveform that is a way through it', async () => {
    await joinAs('Ines Duarte')
    await publishSound('The sound of a blunt saw')
    await page.getByRole('slider', { name: 'Jump to a moment' }).press('End')
    await page.waitForFunction(`document.querySelector('audio').currentTime > 6`)
    expect(await page.locator('.waveform rect').count()).toBeGreaterThan(50)
    await expectGoodPage('sound')
  })

  it('operators have the console, and others nothing of it', async () => {
    expect((await page.goto(`${example.url}/operator`))?.status()).toBe(401)
    expect(watched.errors().filter((text) => !REFUSED.test(text))).toEqual([])
    await joinAs('Jonas Lind')
    await page.getByRole('link', { name: 'Operator' }).click()
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await expectGoodPage('operator')
  })

  it('an account is erased as its preview says, its objects are gone, and those of others stay', async () => {
    await joinAs('Kamala Rao')
    const before = await example.stored()
    await chooseAvatar('Kamala Rao')
    const ofKamala = await storedSince(before)
    await joinAs('Liam Byrne')
    await chooseAvatar('Liam Byrne')
    await publishPost('Two mornings', 2)
    await publishSound('The sound of a sharp saw')
    await page.goto(`${example.url}/account/leave`)
    expect(await page.locator('.facts').innerText()).toMatch(/Posts\s+1\s+Lessons\s+1\s+Files, .*\s+4$/)
    await expectGoodPage('leave')
    await page.getByLabel('I want all of this erased.').check()
    await page.getByRole('button', { name: 'Erase everything' }).click()
    await page.waitForURL('**/sign-in')
    expect(await page.getByRole('button', { name: 'Liam Byrne' }).count()).toBe(0)
    await expect.poll(() => storedSince(before), PATIENT).toEqual(ofKamala)
    expect(await example.rindle('check')).toContain('0 violations')
  })

  it('an application of pictures alone starts with nothing given, and has no lessons', async () => {
    await using pictures = await startExample({ lane: 'image', isEmbedded: true, isBuilt: true })
    const visitor = await browser.newPage()
    await visitor.goto(`${pictures.url}/sign-in`)
    await visitor.getByRole('button', { name: 'Ada Okafor' }).click()
    await visitor.getByRole('heading', { name: 'Posts' }).waitFor()
    expect(await visitor.getByRole('link', { name: 'Lessons' }).count()).toBe(0)
    expect((await visitor.goto(`${pictures.url}/lessons`))?.status()).toBe(404)
  })
})
