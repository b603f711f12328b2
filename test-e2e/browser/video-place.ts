import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg'
import { makeClip } from '../av/make-clip.ts'
import { startVideoPage, type VideoPage } from './video-page.ts'

/** A page with a player, and the files of a film beside it. */
export interface VideoPlace extends AsyncDisposable {
  readonly page: VideoPage
  /** The paths of the files that were requested since the last call, without queries. */
  asked(): readonly string[]
  /** The path that is answered with 404 from now on; `null`: none. */
  missing: string | null
}

/** The seconds of the clip and of the stream. */
export const CLIP_SECONDS = 12

const TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m3u8: 'application/vnd.apple.mpegurl',
  vtt: 'text/vtt',
}

const CAPTIONS = `WEBVTT\n\n00:00.000 --> 00:04.000\nFirst\n\n00:04.000 --> 00:12.000\nSecond\n`
const STORYBOARD = `WEBVTT\n\n00:00.000 --> 00:05.000\nstrip.jpg#xywh=0,0,160,90\n\n00:05.000 --> 00:12.000\nstrip.jpg#xywh=160,0,160,90\n`

/** Starts one. */
export async function startVideoPlace(): Promise<VideoPlace> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-video-'))
  let asked: string[] = []
  const place = { missing: null as string | null }
  const answer = (path: string, incoming: IncomingMessage, outgoing: ServerResponse): void => {
    asked.push(path)
    if (path === place.missing) return void outgoing.writeHead(404).end()
    void readFile(join(directory, path)).then(
      (bytes) => answerFile(incoming, outgoing, path, bytes),
      () => outgoing.writeHead(404).end(),
    )
  }
  const [page] = await Promise.all([startVideoPage(answer), makeFiles(directory)])
  return Object.assign(place, {
    page,
    asked: () => {
      const paths = asked
      asked = []
      return paths
    },
    [Symbol.asyncDispose]: async () => {
      await page[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
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

function answerFile({ headers }: IncomingMessage, outgoing: ServerResponse, path: string, bytes: Buffer): void {
  outgoing.setHeader('content-type', TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream')
  outgoing.setHeader('accept-ranges', 'bytes')
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
  if (from === undefined) return void outgoing.end(bytes)
  const last = to === '' || to === undefined ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1)
  outgoing.writeHead(206, { 'content-range': `bytes ${from}-${last}/${bytes.length}` })
  outgoing.end(bytes.subarray(Number(from), last + 1))
}
