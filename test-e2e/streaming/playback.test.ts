import type { Browser, Page, Response } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { startVideoPage, type VideoPage } from '../browser/video-page.ts'
import { type StreamApplication, startStreamApplication } from './stream-application.ts'

// A pause before the first picture ends the promise of `play`, as the standard wants it.
const PLAY = `video.play().catch((error) => { if (error.name !== 'AbortError') throw error })`

const chromium = findChromium()
// As little as a real network lets a player keep: a change of the size is seen at once.
const LITTLE_BUFFER = { maxBufferLength: 3, maxMaxBufferLength: 3, backBufferLength: 0 }

describe.skipIf(chromium === undefined).each(['local', 'minio'] as const)(
  'a stream on %s storage, in Chromium, on a page of another origin,',
  { timeout: 60_000 },
  (kind) => {
    let application: StreamApplication
    let site: VideoPage
    let browser: Browser
    let page: Page
    const problems: string[] = []
    const answers: Response[] = []

    beforeAll(async () => {
      ;[application, site, browser] = await Promise.all([
        startStreamApplication(kind),
        startVideoPage(),
        launchChromium(chromium ?? ''),
      ])
      const { rindle, film } = application
      const video = await rindle.video(film, { stream: 'film', variants: [], storyboard: 'strip' })
      site.shown = { video, hlsConfig: LITTLE_BUFFER }
      page = await browser.newPage()
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
      page.on('pageerror', (error) => problems.push(String(error)))
      page.on('response', (answer) => answers.push(answer))
      await page.goto(site.url)
      await until(`'stream' in video.dataset && video.readyState >= 2`)
    }, 180_000)
    afterAll(async () => {
      await browser?.close()
      await site?.[Symbol.asyncDispose]()
      await application?.[Symbol.asyncDispose]()
    }, 60_000)

    const until = (condition: string) => page.waitForFunction(`(() => { ${VIDEO} return ${condition} })()`)
    const ask = <T>(expression: string) => page.evaluate<T>(`(() => { ${VIDEO} return ${expression} })()`)
    /** Seeks, and gives the time of the picture that is shown then. */
    const pictureAt = (second: number) =>
      page.evaluate<number>(`new Promise((resolve) => { ${VIDEO}
        const look = (_, { mediaTime }) =>
          mediaTime >= ${second - 0.1} ? resolve(mediaTime) : video.requestVideoFrameCallback(look)
        video.requestVideoFrameCallback(look)
        video.currentTime = ${second}
      })`)

    it('plays, and shows the picture and the caption of each place that is sought', async () => {
      await ask(`void ${PLAY}`)
      await until('video.currentTime > 0.5')
      await ask('video.pause()')
      for (const second of [11.3, 2.9, 17.25]) {
        expect(Math.abs((await pictureAt(second)) - second)).toBeLessThan(0.2)
        await until(`video.textTracks[0].activeCues?.[0]?.text === 'Second ${Math.floor(second)}'`)
      }
      await ask(`void ${PLAY}`)
      await until('video.currentTime > 17.5')
    })

    it('has a picture of each moment for its seek bar', async () => {
      await until('watched.thumbnailAt(0) !== null')
      const { url } = await ask<{ url: string }>('watched.thumbnailAt(19)')
      const size = await page.evaluate<number>(
        `fetch(${JSON.stringify(url)}).then((answer) => answer.blob()).then(createImageBitmap).then(({ width }) => width)`,
      )
      expect(size).toBeGreaterThan(100)
    })

    it('goes on in a smaller size when the network becomes slow', async () => {
      const height = 'watched.hls.levels[watched.hls.currentLevel]?.height'
      await ask('void (watched.hls.nextLevel = watched.hls.levels.findIndex(({ height }) => height === 270))')
      await ask(`void (video.currentTime = 0, ${PLAY})`)
      await until(`!video.seeking && ${height} === 270`)
      await ask('void (watched.hls.nextLevel = -1)')
      // Enough for the smaller size alone. The film begins again at its end, until the player has seen how slow it is.
      const bitrate = await ask<number>(
        '(video.loop = true, Math.min(...watched.hls.levels.map((each) => each.bitrate)))',
      )
      const network = await page.context().newCDPSession(page)
      const downloadThroughput = (bitrate / 8) * 1.2
      await network.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 20,
        downloadThroughput,
        uploadThroughput: downloadThroughput,
      })
      await until(`${height} === 90`)
      const later = await ask<number>('video.currentTime + 0.5')
      await until(`video.currentTime > ${later}`)
    })

    it('has asked for nothing that was refused, and for parts of its files alone', async () => {
      expect(problems).toEqual([])
      expect(await ask('[...watched.problems, ...watched.streamErrors]')).toEqual([])
      const media = answers.filter((answer) => answer.headers()['content-type'] === 'video/mp4')
      expect(new Set(media.map((answer) => answer.status()))).toEqual(new Set([206]))
      expect(media.every((answer) => !answer.url().startsWith(site.url))).toBe(true)
      expect(answers.filter((answer) => answer.status() >= 400)).toEqual([])
    })
  },
)

const VIDEO = `const video = document.querySelector('video');`
