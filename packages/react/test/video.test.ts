import { useStoryboard, Video, type VideoProps } from '@rindle/react'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { storyboardCues, thumbnailAt } from '../src/storyboard.ts'

const rendered = (props: VideoProps): string => renderToStaticMarkup(createElement(Video, props))
const STREAM = { src: '/streams/token/master.m3u8', type: 'application/vnd.apple.mpegurl' }
const hls = async () => {
  throw new Error('A server loaded hls.js.')
}

it('a video renders on a server with its files and tracks, and without its stream, which needs a script', () => {
  const video = {
    attributes: { controls: true, preload: 'metadata', width: 640, height: 360, poster: '/poster.jpg' },
    sources: [STREAM, { src: '/film.mp4', type: 'video/mp4' }, { src: '/film.mov' }],
    tracks: [{ src: '/en.vtt', srcLang: 'en', label: 'English', default: true }],
  } as const
  expect(rendered({ video, hls, playsInline: true, className: 'film' })).toBe(
    '<video controls="" preload="metadata" width="640" height="360" poster="/poster.jpg" playsInline="" class="film">' +
      '<source src="/film.mp4" type="video/mp4"/><source src="/film.mov"/>' +
      '<track kind="subtitles" src="/en.vtt" srcLang="en" label="English" default=""/></video>',
  )
})

it('a video of a page has controls, and stands without anything to play', () => {
  expect(rendered({ video: { sources: [STREAM] } })).toBe('<video controls="" preload="metadata"></video>')
})

it('a storyboard has no pictures on a server', () => {
  const Shown = () => createElement('p', null, JSON.stringify(useStoryboard('/strip.vtt').thumbnailAt(0)))
  expect(renderToStaticMarkup(createElement(Shown))).toBe('<p>null</p>')
})

const BASE = 'https://app.test/streams/token/strip.vtt'
const cue = (times: string, text: string): string => `${times}\n${text}\n\n`

it('a storyboard has a picture for every second, the last one after its end', () => {
  const cues = storyboardCues(
    `WEBVTT\r\n\r\n${cue('00:00:00.000 --> 00:00:05.000', 'strip.jpg?s=1#xywh=0,0,160,90').replaceAll('\n', '\r\n')}` +
      `7\n${cue('00:05.000 --> 01:00:10.500 align:start', 'https://files.test/strip.jpg#xywh=pixel:160,90,160,90')}`,
    BASE,
  )
  const at = (second: number) => {
    const { url, x, y } = thumbnailAt(cues, second) ?? expect.fail()
    return [url, x, y]
  }
  const first = ['https://app.test/streams/token/strip.jpg?s=1', 0, 0]
  const last = ['https://files.test/strip.jpg', 160, 90]
  expect([0, 4.999, 5, 3_610, 9_999].map(at)).toEqual([first, first, last, last, last])
  expect(thumbnailAt(cues, 5)?.style).toEqual({
    display: 'block',
    width: 160,
    height: 90,
    background: 'url("https://files.test/strip.jpg") -160px -90px no-repeat',
  })
})

it('a storyboard leaves out cues without a part of a picture, and keeps URLs within their style', () => {
  const broken = cue('00:00.000 --> 00:01.000', 'Some text') + cue('00:01.000 --> 00:02', 'strip.jpg#xywh=0,0,1,1')
  expect(storyboardCues(`WEBVTT\n\n${broken}`, BASE)).toEqual([])
  expect(thumbnailAt([], 0)).toBeNull()
  const [hostile] = storyboardCues(cue('00:00.000 --> 00:01.000', 'data:x")}\\body{#xywh=0,0,1,1'), BASE)
  expect(hostile?.thumbnail.style.background).toBe('url("data:x%22)}%5Cbody{") 0px 0px no-repeat')
})
