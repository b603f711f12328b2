import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { AAC, clip, DRAWN, ffmpeg, H264, lavfi, removeAfterTests, temporaryDirectory } from './clips.ts'
import { ffmpegLanes } from './lanes.ts'
import { LIMITS } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

describe.each(LANES)('a probe with the $lane ffprobe', ({ programs }) => {
  const processor = avProcessor(programs)

  it('returns kind, dimensions, duration, tracks and codecs', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test(), DRAWN.sine(), H264, AAC)
    expect(await processor.probe(source, { limits: LIMITS })).toMatchObject({
      kind: 'video',
      width: 320,
      height: 180,
      durationMs: expect.closeTo(2000, -2),
      hasVideoTrack: true,
      hasAudioTrack: true,
      metadata: {
        video: { codec: 'h264', frameRate: 25, isVariableRate: false, rotation: 0, pixelAspect: 1, isHdr: false },
        audio: { codec: 'aac', sampleRate: 48_000, channels: 1 },
      },
    })
  })

  it.each([
    ['video/webm', 'webm', ['-c:v', 'libvpx', '-c:a', 'libopus']],
    ['video/x-matroska', 'mkv', [...H264, ...AAC]],
    ['video/quicktime', 'mov', [...H264, ...AAC]],
    ['video/x-msvideo', 'avi', ['-c:v', 'mpeg4', '-c:a', 'libmp3lame']],
    ['video/x-flv', 'flv', ['-c:v', 'flv1', '-ar', '44100', '-c:a', 'libmp3lame']],
    ['video/mpeg', 'mpg', ['-c:v', 'mpeg1video', '-c:a', 'mp2']],
    ['video/mp2t', 'ts', ['-c:v', 'mpeg2video', '-c:a', 'mp2']],
    ['video/3gpp', '3gp', [...H264, ...AAC]],
    ['video/x-ms-asf', 'wmv', ['-c:v', 'wmv2', '-c:a', 'wmav2']],
    ['video/ogg', 'ogv', ['-c:v', 'libtheora', '-c:a', 'libvorbis']],
  ])('reads %s', async (contentType, extension, codecs) => {
    const source = await clip(contentType, extension, DRAWN.test(), DRAWN.sine(), codecs)
    const probe = await processor.probe(source, { limits: LIMITS })
    expect(probe).toMatchObject({ kind: 'video', width: 320, height: 180, hasVideoTrack: true, hasAudioTrack: true })
    expect(Math.abs((probe.durationMs ?? 0) - 2000)).toBeLessThan(150)
  })

  it.each([
    ['audio/mpeg', 'mp3', ['-c:a', 'libmp3lame']],
    ['audio/mp4', 'm4a', AAC],
    ['audio/ogg', 'opus', ['-c:a', 'libopus']],
    ['audio/wav', 'wav', []],
    ['audio/wav', 'wav', ['-rf64', 'always']],
    ['audio/x-w64', 'w64', []],
    ['audio/basic', 'au', []],
    ['audio/flac', 'flac', []],
    ['audio/aac', 'aac', AAC],
    ['audio/aiff', 'aiff', []],
    ['audio/x-caf', 'caf', []],
    ['audio/wavpack', 'wv', []],
    ['audio/amr', 'amr', ['-ar', '8000', '-c:a', 'libopencore_amrnb']],
  ])('reads %s', async (contentType, extension, codecs) => {
    const source = await clip(contentType, extension, DRAWN.sine(), codecs)
    const probe = await processor.probe(source, { limits: LIMITS })
    expect(probe).toMatchObject({ kind: 'audio', hasVideoTrack: false, hasAudioTrack: true })
    expect(probe.width).toBeUndefined()
    expect(Math.abs((probe.durationMs ?? 0) - 2000)).toBeLessThan(150)
  })

  it('returns dimensions as displayed: rotated, and in square pixels', async () => {
    const stored = await clip('video/mp4', 'mp4', DRAWN.test('360x288', 0.2), ['-vf', 'setsar=64/45'], H264)
    const source = await clip('video/mp4', 'mp4', ['-i', stored.path, '-c', 'copy', '-metadata:s:v', 'rotate=90'])
    expect(await processor.probe(source, { limits: LIMITS })).toMatchObject({ width: 288, height: 512 })
  })

  it('computes a duration that the header lacks', async () => {
    const whole = await clip('video/webm', 'webm', DRAWN.test('320x180', 3), [
      '-c:v',
      'libvpx',
      '-deadline',
      'realtime',
    ])
    // A browser's recorder writes such files: a pipe cannot go back to note the duration.
    const path = `${await temporaryDirectory()}/live.webm`
    await ffmpeg('-i', whole.path, '-c', 'copy', '-f', 'webm', '-live', '1', path)
    const source = { path, contentType: 'video/webm', byteSize: 1 }
    expect(await processor.probe(source, { limits: LIMITS })).toMatchObject({ durationMs: expect.closeTo(3000, -2) })
  })

  it('does not trust a duration that is guessed from the bit rate', async () => {
    // Silence, then noise: the beginning of a file without a table of contents is no measure of the rest.
    const sound = lavfi('aevalsrc=if(lt(t\\,8)\\,0\\,random(0)-0.5):s=44100:d=10')
    const source = await clip('audio/mpeg', 'mp3', sound, ['-c:a', 'libmp3lame', '-q:a', '0', '-write_xing', '0'])
    const probe = await processor.probe(source, { limits: LIMITS })
    expect(Math.abs((probe.durationMs ?? 0) - 10_000)).toBeLessThan(150)
  })

  it('treats a cover as a cover, not as a video', async () => {
    const cover = `${await temporaryDirectory()}/cover.png`
    await ffmpeg(...DRAWN.plain('blue'), '-frames:v', '1', cover)
    const both = ['-i', cover, '-map', '0', '-map', '1', '-c:v', 'copy', '-disposition:v', 'attached_pic']
    const source = await clip('audio/mpeg', 'mp3', DRAWN.sine(), both)
    const probe = await processor.probe(source, { limits: LIMITS })
    expect(probe).toMatchObject({ kind: 'audio', hasVideoTrack: false, metadata: { hasCover: true } })
    expect(probe.width).toBeUndefined()
    await expect(processor.probe(source, { limits: { maxPixels: 1_000 } })).rejects.toMatchObject({
      code: 'limit_exceeded',
    })
  })

  it('reports a video container with only sound as audio', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.sine(), AAC)
    expect(await processor.probe(source, { limits: LIMITS })).toMatchObject({ kind: 'audio', hasVideoTrack: false })
  })

  it('passes on titles, but no location', async () => {
    const tags = ['-metadata', 'title=A title', '-metadata', 'location=+51.5+000.1/']
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 0.2), H264, tags)
    const { metadata } = await processor.probe(source, { limits: LIMITS })
    expect(metadata).toMatchObject({ tags: { title: 'A title' } })
    expect(JSON.stringify(metadata)).not.toMatch(/51\.5/)
  })

  it('refuses more pixels and a longer duration than its limits, but accepts the exact limits', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 1), H264)
    await processor.probe(source, { limits: { maxPixels: 57_600, maxDurationMs: 1_000 } })
    await expect(processor.probe(source, { limits: { maxPixels: 57_599 } })).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: 'The video/mp4 has pictures of 320 × 180 pixels; its profile allows 57599.',
    })
    const tooLong = processor.probe(source, { limits: { ...LIMITS, maxDurationMs: 999 } })
    await expect(tooLong).rejects.toMatchObject({ code: 'limit_exceeded', retryable: false })
  })

  it.each(['empty', 'truncated', 'noise', 'text'])('reports a file that is %s as corrupt', async (what) => {
    const { path } = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 0.2), H264)
    const contents: Readonly<Record<string, Buffer>> = {
      empty: Buffer.alloc(0),
      truncated: (await readFile(path)).subarray(0, 3_000),
      noise: Buffer.from(Array.from({ length: 5_000 }, (_, at) => (at * 7_919) % 251)),
      text: Buffer.from('This is no video.\n'.repeat(100)),
    }
    await writeFile(path, contents[what] ?? '')
    const probing = processor.probe({ path, contentType: 'video/mp4', byteSize: 1 }, { limits: LIMITS })
    await expect(probing).rejects.toMatchObject({ code: 'corrupt_media', retryable: false })
    await expect(probing).rejects.not.toMatchObject({ message: expect.stringContaining(path) })
  })

  it('reports a missing file, and a type that it does not read', async () => {
    const gone = { path: '/nowhere/original', contentType: 'video/mp4', byteSize: 1 }
    await expect(processor.probe(gone, { limits: LIMITS })).rejects.toMatchObject({ code: 'variant_source_not_found' })
    const other = { path: '/nowhere/original', contentType: 'image/png', byteSize: 1 }
    await expect(processor.probe(other, { limits: LIMITS })).rejects.toMatchObject({ code: 'unsupported_codec' })
  })

  it('can be aborted', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 0.2), H264)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(processor.probe(source, { limits: LIMITS, signal })).rejects.toMatchObject({
      code: 'variant_processing_cancelled',
      cause: expect.objectContaining({ message: 'enough' }),
    })
  })
})
