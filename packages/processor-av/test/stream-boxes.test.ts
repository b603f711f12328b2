import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bandwidthOf } from '../src/stream/bandwidth.ts'
import { BoxError } from '../src/stream/boxes.ts'
import { readStream } from '../src/stream/read-stream.ts'
import { streamMetadata } from '../src/stream/stream-metadata.ts'
import { clip, DRAWN, removeAfterTests, temporaryDirectory } from './clips.ts'

removeAfterTests()

const KEYS = ['-force_key_frames', 'expr:gte(t,n_forced)', '-g', '1000', '-bf', '2', '-f', 'mp4', '-movflags']
const ENCODER = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p']
const PART = { role: 'video', segmentSeconds: 1 } as const

async function fragmented(flags: string, keys = KEYS): Promise<string> {
  return (await clip('video/mp4', 'mp4', DRAWN.test('160x90', 2), ENCODER, keys, [flags])).path
}

let whole: string
let bytes: Buffer
beforeAll(async () => {
  whole = await fragmented('+frag_keyframe+delay_moov+default_base_moof')
  bytes = await readFile(whole)
})

describe('the boxes of a fragmented file', () => {
  it('tell its codec, its begin and its segments', async () => {
    const file = await readStream(whole, 1)
    expect(file).toMatchObject({ codecs: expect.stringMatching(/^avc1\.[0-9a-f]{6}$/), beginsAt: 0, timescale: 12_800 })
    expect(file.segments.map(({ ticks, isKey }) => [ticks, isKey])).toEqual([
      [12_800, true],
      [12_800, true],
    ])
    expect(bytes.toString('latin1', file.init + 4, file.init + 8)).toBe('moof')
  })

  it('make one segment of those before the next bound', async () => {
    expect((await readStream(whole, 2)).segments).toHaveLength(1)
    expect((await readStream(whole, null)).segments).toHaveLength(2)
  })

  it('are refused wherever the file is cut, and whatever a length says', async () => {
    const path = join(await temporaryDirectory(), 'cut.mp4')
    const { init, segments } = await readStream(whole, 1)
    const end = segments.reduce((at, segment) => at + segment.bytes, init)
    for (let cut = 0; cut < end; cut += 997) {
      await writeFile(path, bytes.subarray(0, cut))
      const read = await readStream(path, 1).catch((error: unknown) => error)
      // A cut at the end of a fragment leaves a shorter file.
      if (!(read instanceof BoxError)) expect(read).toMatchObject({ segments: [{ isKey: true }] })
    }
    for (let at = 0; at < init; at += 4) {
      const wrong = Buffer.from(bytes)
      wrong.writeUInt32BE(0xff_ff_ff_f0, at)
      await writeFile(path, wrong)
      const read = await readStream(path, 1).catch((error: unknown) => error)
      if (read instanceof Error) expect(read).toBeInstanceOf(BoxError)
    }
  })
})

describe('a finished part of a stream', () => {
  it.each([
    ['begins late', '+frag_keyframe+empty_moov+default_base_moof', KEYS, 'it begins 80 ms late'],
    ['is no fragmented file', '+faststart', KEYS, 'fragments'],
  ])('is refused if it %s', async (_, flags, keys, problem) => {
    const path = await fragmented(flags, keys)
    await expect(streamMetadata(path, 'film_90', PART, { durationMs: 2_000 })).rejects.toMatchObject({
      code: 'output_mismatch',
      details: { problems: [expect.stringContaining(problem)] },
    })
  })

  it('is refused if it does not last as long as its source', async () => {
    await expect(streamMetadata(whole, 'film_90', PART, { durationMs: 9_000 })).rejects.toMatchObject({
      details: { problems: ['its segments last 2000 ms instead of 9000 ms'] },
    })
  })

  it('has an index of a few bytes for each segment', async () => {
    const { segments } = await streamMetadata(whole, 'film_90', PART, { durationMs: 2_000 })
    expect(JSON.stringify(segments).length).toBeLessThan(60)
  })
})

describe('the bandwidth of segments', () => {
  const seconds = (...parts: readonly (readonly [number, number])[]) => ({
    timescale: 10,
    segments: parts.map(([size, ticks]) => ({ bytes: size, ticks, isKey: true })),
  })

  it('is that of the largest', () => {
    expect(bandwidthOf(seconds([100, 60], [400, 60], [100, 60]))).toEqual({
      bandwidth: 534,
      averageBandwidth: 267,
    })
  })

  it('does not count a short last one by itself', () => {
    expect(bandwidthOf(seconds([600, 60], [600, 60], [100, 1])).bandwidth).toBe(Math.ceil((700 * 80) / 61))
  })

  it('of a single one is its own', () => {
    expect(bandwidthOf(seconds([100, 4]))).toEqual({ bandwidth: 2_000, averageBandwidth: 2_000 })
  })
})
