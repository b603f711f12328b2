import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg'
import { Video, type VideoData } from '@rindle/react'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { makeClip } from '../av/make-clip.ts'
import { bundlePage } from './bundle-page.ts'

/** A page with one player, rendered on the server, and the files beside it. */
export interface VideoPlace extends AsyncDisposable {
  readonly url: string
  /** The video of the next page that is opened. */
  first: VideoData
  /** The paths of the requests since the last call, without queries. */
  asked(): readonly string[]
  /** Answers requests for this path with 404 from now on; `null`: none. */
  missing: string | null
}

/** The seconds of the clip and of the stream. */
export const CLIP_SECONDS = 12

const TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m3u8: 'application/vnd.apple.mpegurl',
  vtt: 'text/vtt',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
}

const CAPTIONS = `WEBVTT\n\n00:00.000 --> 00:04.000\nFirst\n\n00:04.000 --> 00:12.000\nSecond\n`
const STORYBOARD = `WEBVTT\n\n00:00.000 --> 00:05.000\nstrip.jpg#xywh=0,0,160,90\n\n00:05.000 --> 00:12.000\nstrip.jpg#xywh=160,0,160,90\n`

/** Starts one. */
export async function startVideoPlace(): Promise<VideoPlace> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-video-'))
  const [script] = await Promise.all([bundlePage('video-program.ts'), makeFiles(directory)])
  let asked: string[] = []
  const place = { first: { sources: [] } as VideoData, missing: null as string | null }
  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', 'http://localhost').pathname
    asked.push(path)
    if (path === '/') return answer(outgoing, 'html', pageOf(place.first))
    if (path === '/page.js') return answer(outgoing, 'js', script)
    if (path === place.missing) return void outgoing.writeHead(404).end()
    void readFile(join(directory, path)).then(
      (bytes) => answerFile(incoming, outgoing, path, bytes),
      () => outgoing.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(place, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: () => {
      const paths = asked
      asked = []
      return paths
    },
    [Symbol.asyncDispose]: () => end(server, directory),
  })
}

async function makeFiles(directory: string): Promise<void> {
  await makeClip(directory, { size: '160x90', seconds: CLIP_SECONDS })
  const clip = join(directory, `clip-160x90-${CLIP_SECONDS}.mp4`)
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-sc_threshold', '0', '-c:a', 'copy']
  const hls = ['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4']
  await promisify(execFile)(
    ffmpegInstaller.path,
    ['-nostdin', '-y', '-i', clip, ...codecs, ...hls, '-hls_flags', 'single_file', join(directory, 'stream.m3u8')],
    { cwd: directory },
  )
  await writeFile(join(directory, 'captions.vtt'), CAPTIONS)
  await writeFile(join(directory, 'strip.vtt'), STORYBOARD)
}

function pageOf(first: VideoData): string {
  const player = renderToString(createElement(Video, { video: first, muted: true }))
  const data = JSON.stringify(first).replaceAll('<', '\\u003c')
  return `<!doctype html><html lang="en"><title>Film</title><div id="root">${player}</div>
<script type="application/json" id="first">${data}</script><script type="module" src="/page.js"></script>`
}

function answer(outgoing: ServerResponse, extension: string, body: string | Buffer): void {
  outgoing.setHeader('content-type', TYPES[extension] ?? 'application/octet-stream').end(body)
}

function answerFile({ headers }: IncomingMessage, outgoing: ServerResponse, path: string, bytes: Buffer): void {
  outgoing.setHeader('accept-ranges', 'bytes')
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
  const extension = path.split('.').at(-1) ?? ''
  if (from === undefined) return answer(outgoing, extension, bytes)
  const last = to === '' || to === undefined ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1)
  outgoing.statusCode = 206
  outgoing.setHeader('content-range', `bytes ${from}-${last}/${bytes.length}`)
  answer(outgoing, extension, bytes.subarray(Number(from), last + 1))
}

async function end(server: Server, directory: string): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(directory, { recursive: true })
}
