import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import type { SourceFile } from '@rindle/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { AAC, clip, DRAWN, ffmpeg, H264, removeAfterTests, temporaryDirectory } from './clips.ts'
import { ffmpegLanes } from './lanes.ts'
import { CAN_TRACE, isConnection, traced } from './traced.ts'
import { LIMITS, M4A, outcomesOf, POSTER, STRIP, VIDEO, WAVEFORM } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

// A forced demuxer, one that opens subtitles, a choice of two, and sound.
const TYPES = ['video/mp4', 'video/x-msvideo', 'video/mpeg', 'audio/mpeg']
const RECIPES = { video: VIDEO, poster: POSTER, strip: STRIP, sound: M4A, waveform: WAVEFORM }

let secret: SourceFile
let server: Server
let connections = 0

beforeAll(async () => {
  secret = await clip('video/mp2t', 'ts', DRAWN.plain('red', '320x180', 1), DRAWN.sine(1), H264, AAC)
  server = createServer((socket) => {
    connections += 1
    socket.end('HTTP/1.1 404 Not Found\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())

/** Texts that some demuxer of FFmpeg reads as a list of other files. */
function playlists(): Readonly<Record<string, string>> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/segment.ts`
  const hls = (uri: string) => `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\n${uri}\n#EXT-X-ENDLIST\n`
  return {
    'an HLS playlist of a local file': hls(`file://${secret.path}`),
    'an HLS playlist of a URL': hls(url),
    'an HLS playlist that joins a file to a URL': hls(`concat:${url}|file://${secret.path}`),
    'a concat script': `ffconcat version 1.0\nfile '${secret.path}'\n`,
    'a concat script of a URL': `ffconcat version 1.0\nfile '${url}'\n`,
    'a DASH manifest': `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S"><Period><AdaptationSet contentType="video"><Representation id="1" bandwidth="1"><BaseURL>${url}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    'a session description': `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n`,
  }
}

describe.each(LANES)('a list of other files, given to the $lane FFmpeg as media', (lane) => {
  it('is followed without the guards, so that the next tests prove something', async () => {
    const path = join(await temporaryDirectory(), 'list.m3u8')
    await writeFile(path, playlists()['an HLS playlist of a URL'] ?? '')
    const before = connections
    const unguarded = [
      '-protocol_whitelist',
      'file,http,tcp',
      '-allowed_extensions',
      'ALL',
      '-i',
      path,
      '-f',
      'null',
      '-',
    ]
    await expect(ffmpeg(...unguarded)).rejects.toThrow()
    expect(connections).toBeGreaterThan(before)
  })

  it.each(TYPES)(
    'and called %s is refused, and none of the files is opened',
    { timeout: 60_000 },
    async (contentType) => {
      const { programs, readLog } = await traced(lane)
      const processor = avProcessor(programs)
      const before = connections
      for (const text of Object.values(playlists())) {
        const path = join(await temporaryDirectory(), 'original')
        await writeFile(path, text)
        const source = { path, contentType, byteSize: text.length }
        const probing = processor.probe(source, { limits: LIMITS })
        await expect(probing).rejects.toMatchObject({ code: 'corrupt_media' })
      }
      const path = join(await temporaryDirectory(), 'original')
      await writeFile(path, playlists()['an HLS playlist of a local file'] ?? '')
      const outcomes = await outcomesOf(processor, { path, contentType, byteSize: 1 }, RECIPES)
      for (const outcome of outcomes.values()) expect(outcome).toMatchObject({ error: { code: 'corrupt_media' } })
      expect(connections).toBe(before)
      const log = await readLog()
      expect(log.filter((line) => line.includes(secret.path))).toEqual([])
      expect(log.filter(isConnection)).toEqual([])
    },
  )
})

describe.skipIf(!CAN_TRACE)('the trace of a run', () => {
  it('shows the opened source, so that an empty trace proves something', async () => {
    const [lane] = LANES
    if (lane === undefined) throw new Error('There is no lane.')
    const { programs, readLog } = await traced(lane)
    await avProcessor(programs).probe(secret, { limits: LIMITS })
    expect((await readLog()).filter((line) => line.includes(secret.path)).length).toBeGreaterThan(0)
  })
})
