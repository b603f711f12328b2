import type { VideoData } from '@rindle/react'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium, launchChromium } from './chromium.ts'
import { CLIP_SECONDS, startVideoPlace, type VideoPlace } from './video-place.ts'

const chromium = findChromium()
const STREAM = { src: '/stream.m3u8', type: 'application/vnd.apple.mpegurl' } as const
const FILE = { src: `/clip-160x90-${CLIP_SECONDS}.mp4`, type: 'video/mp4' } as const
const TRACKS = [
  { src: '/captions.vtt', kind: 'captions', srcLang: 'en', label: 'English', default: true },
  { src: '/strip.vtt', kind: 'metadata', label: 'thumbnails' },
] as const

describe.skipIf(chromium === undefined)('a video of the React package, in Chromium,', () => {
  let place: VideoPlace
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    ;[place, browser] = await Promise.all([startVideoPlace(), launchChromium(chromium ?? '')])
  }, 60_000)
  beforeEach(async () => {
    page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  })
  afterEach(async () => {
    await page.close()
    place.missing = null
    expect(complaints.splice(0).filter((text) => !text.startsWith('Failed to load resource'))).toEqual([])
  })
  afterAll(async () => {
    await browser.close()
    await place[Symbol.asyncDispose]()
  })

  const open = async (...sources: VideoData['sources']): Promise<void> => {
    place.page.shown = { video: { sources, tracks: TRACKS } }
    place.asked()
    await page.goto(place.page.url)
    await until('watched.show.length === 1')
  }
  const until = (condition: string) => page.waitForFunction(`(() => { ${VIDEO} return ${condition} })()`)
  const ask = <T>(expression: string) => page.evaluate<T>(`(() => { ${VIDEO} return ${expression} })()`)
  const show = (...sources: VideoData['sources']) =>
    ask(`void watched.show(${JSON.stringify({ sources, tracks: TRACKS })})`)
  const streams = () => until(`'stream' in video.dataset && video.readyState >= 2`)
  const playFrom = async (second: number): Promise<void> => {
    await until('video.readyState >= 1')
    await ask(`(video.currentTime = ${second}, video.play())`)
    await until(`video.currentTime > ${second} && !video.paused`)
  }

  it('renders its file on the server, and takes over the stream that is there from the start', async () => {
    await open(STREAM, FILE)
    await streams()
    expect(await ask('video.currentSrc')).toMatch(/^blob:/)
    expect(await ask('watched.problems')).toEqual([])
    await playFrom(7)
    expect(await ask('video.textTracks[0].activeCues[0].text')).toBe('Second')
    expect(await ask('[...video.textTracks].map(({ kind }) => kind)')).toEqual(['captions', 'metadata'])
  })

  it('buffers one segment until somebody plays it, and then the rest', async () => {
    await open(STREAM)
    await streams()
    await until('watched.hls.config.maxBufferLength === 1')
    expect(await ask<number>('video.buffered.end(0)')).toBeLessThan(CLIP_SECONDS / 2)
    await ask('video.play()')
    await until(`video.buffered.end(0) > ${CLIP_SECONDS - 1}`)
  })

  it('loads no hls.js for a file', async () => {
    await open(FILE)
    await playFrom(1)
    expect(await ask('watched.loads')).toBe(0)
    expect(await ask(`'stream' in video.dataset`)).toBe(false)
  })

  it('plays on when a stream comes, and goes on to it at the same place when it pauses', async () => {
    await open(FILE)
    await playFrom(5)
    await show(STREAM, FILE)
    await until('watched.loads === 1')
    const later = await ask<number>('video.currentTime + 0.5')
    await until(`video.currentTime > ${later}`)
    expect(await ask('[video.paused, video.currentSrc.startsWith("blob:")]')).toEqual([false, false])
    const paused = await ask<number>('(video.pause(), video.currentTime)')
    await streams()
    expect(await ask<number>('video.currentTime')).toBeCloseTo(paused, 1)
    expect(await ask('video.paused')).toBe(true)
    expect(place.asked()).toContain('/stream.m3u8')
  })

  it('has something to play as soon as there is something, and the stream at once while nobody plays', async () => {
    await open()
    expect(await ask('video.readyState')).toBe(0)
    await show(FILE)
    await until('video.readyState >= 1')
    await show(STREAM, FILE)
    await streams()
    expect(await ask('video.currentTime')).toBe(0)
  })

  it('ignores new URLs of a stream that plays', async () => {
    await open({ ...STREAM, src: '/stream.m3u8?signature=1' }, { ...FILE, src: `${FILE.src}?signature=1` })
    await streams()
    const before = await ask('video.currentSrc')
    place.asked()
    await show({ ...STREAM, src: '/stream.m3u8?signature=2' }, { ...FILE, src: `${FILE.src}?signature=2` })
    await until(`video.querySelector('source').getAttribute('src').endsWith('=2')`)
    await playFrom(2)
    expect(await ask('video.currentSrc')).toBe(before)
    expect(place.asked()).not.toContain('/stream.m3u8')
  })

  it('goes back to its file when the stream is gone, and tries the stream of another URL', async () => {
    place.missing = '/stream.m3u8'
    await open(STREAM, FILE)
    await until('watched.streamErrors.length > 0')
    expect(await ask('watched.streamErrors')).toEqual(['The stream cannot be played: manifestLoadError.'])
    await playFrom(3)
    expect(await ask('video.currentSrc')).toContain(FILE.src)
    place.missing = null
    await show({ ...STREAM, src: '/stream.m3u8?signature=2' }, FILE)
    await until('watched.loads > 1')
    const paused = await ask<number>('(video.pause(), video.currentTime)')
    await streams()
    expect(await ask<number>('video.currentTime')).toBeCloseTo(paused, 1)
  })

  it('waits for the network, and plays on when it is back', async () => {
    await open(STREAM)
    await streams()
    await page.context().setOffline(true)
    const failed = page.waitForEvent('requestfailed')
    await ask('void (video.play(), video.currentTime = 9)')
    await failed
    await page.context().setOffline(false)
    await until('video.currentTime > 9.2 && video.readyState >= 2')
    expect(await ask('watched.streamErrors')).toEqual([])
  })

  it('leaves nothing behind when it goes', async () => {
    await open(STREAM, FILE)
    await streams()
    const isLeft = await page.evaluate<unknown[]>(`(async () => {
      const [video, hls] = [document.querySelector('video'), watched.hls]
      const emptied = new Promise((resolve) => video.addEventListener('emptied', resolve, { once: true }))
      watched.show(null)
      await emptied
      return [hls.media, video.hasAttribute('src'), video.childElementCount]
    })()`)
    expect(isLeft).toEqual([null, false, 0])
  })

  it('has the picture of each moment for a seek bar', async () => {
    await open(FILE)
    await until('watched.thumbnailAt(0) !== null')
    const style = { display: 'block', width: 160, height: 90 }
    const url = `${place.page.url}strip.jpg`
    expect(await ask('[4.9, 5, 99].map((second) => watched.thumbnailAt(second))')).toEqual([
      { url, x: 0, y: 0, width: 160, height: 90, style: { ...style, background: `url("${url}") 0px 0px no-repeat` } },
      ...[5, 99].map(() => ({
        url,
        x: 160,
        y: 0,
        width: 160,
        height: 90,
        style: { ...style, background: `url("${url}") -160px 0px no-repeat` },
      })),
    ])
  })
})

const VIDEO = `const video = document.querySelector('video');`
