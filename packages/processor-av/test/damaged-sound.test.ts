import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceFile } from '@rindle/core'
import type { VariantOutcome } from '@rindle/core/adapter'
import { describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { clip, DRAWN, lavfi, removeAfterTests, temporaryDirectory } from './clips.ts'
import { ffmpegLanes } from './lanes.ts'
import { LIMITS, M4A, MP3, outcomesOf, WAVEFORM } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const RECIPES = { m4a: M4A, mp3: MP3, waveform: WAVEFORM }

describe.each(LANES)('incomplete sound, given to the $lane FFmpeg', ({ lane, programs }) => {
  const processor = avProcessor(programs)
  const failuresOf = async (source: SourceFile): Promise<Record<string, string>> => {
    const outcomes = await outcomesOf(processor, source, RECIPES)
    return Object.fromEntries([...outcomes.values()].map((outcome) => [outcome.name, summary(outcome)]))
  }

  it.each([
    ['the beginning of one frame', 60],
    ['one frame', 417],
  ])('an MP3 of %s is refused by the probe with the reason', async (_name, byteSize) => {
    const plain = ['-c:a', 'libmp3lame', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0']
    const source = await cut(await clip('audio/mpeg', 'mp3', lavfi('sine=d=1:sample_rate=44100'), plain), byteSize)
    await expect(processor.probe(source, { limits: LIMITS })).rejects.toMatchObject({
      code: 'corrupt_media',
      retryable: false,
      message: expect.stringContaining('fewer than two whole frames of sound'),
    })
  })

  it('an MP3 that is cut in the middle is as long as the remaining sound', async () => {
    const whole = await clip('audio/mpeg', 'mp3', DRAWN.sine(4), ['-c:a', 'libmp3lame', '-b:a', '128k'])
    const source = await cut(whole, whole.byteSize / 2)
    expect((await processor.probe(source, { limits: LIMITS })).durationMs).toBeCloseTo(2_000, -2)
    for (const outcome of (await outcomesOf(processor, source, RECIPES)).values()) {
      expect(outcome).toMatchObject({ output: { durationMs: expect.closeTo(2_000, -2) } })
    }
  })

  it('a file with only a header is refused by the probe', async () => {
    const source = await clip('audio/wav', 'wav', DRAWN.sine(1), ['-frames:a', '0'])
    await expect(processor.probe(source, { limits: LIMITS })).rejects.toMatchObject({
      code: 'corrupt_media',
      message: 'The audio/wav has a header and nothing after it: it is truncated. Upload it again.',
    })
  })

  it('an M4A with only its header left is damaged, by the message of FFmpeg', async () => {
    const whole = await clip('audio/mp4', 'm4a', DRAWN.sine(4), ['-c:a', 'aac', '-movflags', '+faststart'])
    const bytes = await readFile(whole.path)
    const source = await cut(whole, bytes.indexOf('mdat') + 20)
    const damaged = 'corrupt_media: the file is truncated or damaged; upload it again'
    expect(await failuresOf(source)).toEqual({ m4a: damaged, mp3: damaged, waveform: damaged })
  })

  it.each([
    ['audio/mp4', 'm4a', ['-c:a', 'aac', '-movflags', '+faststart']],
    ['audio/flac', 'flac', []],
    ['audio/basic', 'au', []],
  ])('%s that ends before the time in its header is cut off', async (contentType, extension, codecs) => {
    const whole = await clip(contentType, extension, DRAWN.sine(4), codecs)
    const cutOff = expect.stringMatching(/^corrupt_media: its header says 40\d\d ms, but it ends after \d+ ms/)
    expect(await failuresOf(await cut(whole, whole.byteSize / 2))).toEqual({
      m4a: cutOff,
      mp3: cutOff,
      waveform: cutOff,
    })
  })

  it('samples that are not numbers are reported, not retried', async () => {
    const source = await clip('audio/wav', 'wav', lavfi('aevalsrc=0.1*sin(440*2*PI*t)/gt(abs(t-0.5)\\,0.01):d=1'), [
      '-c:a',
      'pcm_f32le',
    ])
    const told = expect.stringMatching(/^corrupt_media: its sound contains values that are not numbers/)
    expect(await failuresOf(source)).toMatchObject({ m4a: told, mp3: told })
  })

  it('32-bit FLAC is unsupported, not damaged, in a build that cannot decode it', async () => {
    const source = await flacOf32Bits()
    expect(await processor.probe(source, { limits: LIMITS })).toMatchObject({ kind: 'audio', durationMs: 683 })
    const failures = await failuresOf(source)
    // FFmpeg 6 and later decode it.
    const isDecoded = lane !== 'installer' && failures['m4a'] === 'made'
    const end = isDecoded
      ? 'made'
      : expect.stringMatching(/^unsupported_codec: this build of FFmpeg cannot decode any of it/)
    expect(failures).toEqual({ m4a: end, mp3: end, waveform: end })
  })

  it('a bare stream is as long as its frames, even without presentation times', async () => {
    const source = await clip('video/mpeg', 'm2v', DRAWN.test('160x90', 2), ['-c:v', 'mpeg2video', '-f', 'mpeg2video'])
    expect(await processor.probe(source, { limits: LIMITS })).toMatchObject({ durationMs: 2_000 })
  })
})

/** The code, and the reason in the message. */
function summary(outcome: VariantOutcome): string {
  if (!('error' in outcome)) return 'made'
  const { error } = outcome
  return `${'code' in error ? String(error.code) : ''}: ${/: (.*?)( \(ffmpeg|\. Upload)/.exec(error.message)?.[1] ?? error.message}`
}

async function cut(source: SourceFile, byteSize: number): Promise<SourceFile> {
  const path = `${source.path}.cut`
  await writeFile(path, (await readFile(source.path)).subarray(0, byteSize))
  return { ...source, path, byteSize: (await stat(path)).size }
}

const BLOCK_SAMPLES = 4096
const BLOCKS = 8

/** Makes a FLAC file that only the later standard allows: 32-bit samples, stored verbatim. */
async function flacOf32Bits(): Promise<SourceFile> {
  const info = Buffer.alloc(34)
  info.writeUInt16BE(BLOCK_SAMPLES, 0)
  info.writeUInt16BE(BLOCK_SAMPLES, 2)
  // 20 bits for the rate, 3 for channels minus one, 5 for bits minus one, 36 for samples.
  info.writeBigUInt64BE((48_000n << 44n) | (0n << 41n) | (31n << 36n) | BigInt(BLOCK_SAMPLES * BLOCKS), 10)
  const blocks = Array.from({ length: BLOCKS }, (_, block) => flacBlock(block))
  const bytes = Buffer.concat([Buffer.from('fLaC'), Buffer.from([0x80, 0, 0, info.length]), info, ...blocks])
  const path = join(await temporaryDirectory(), 'original.flac')
  await writeFile(path, bytes)
  return { path, contentType: 'audio/flac', byteSize: bytes.length }
}

function flacBlock(number: number): Buffer {
  // Blocks of one size; 4,096 samples at 48 kHz; one channel of 32 bits.
  const head = Buffer.from([0xff, 0xf8, 0xca, 0x0e, number])
  const samples = Buffer.alloc(BLOCK_SAMPLES * 4)
  for (let n = 0; n < BLOCK_SAMPLES; n += 1) samples.writeInt32BE(Math.round(Math.sin(n / 17) * 500_000_000), n * 4)
  const body = Buffer.concat([head, Buffer.from([crc(head, 8, 0x07)]), Buffer.from([0x02]), samples])
  const check = Buffer.alloc(2)
  check.writeUInt16BE(crc(body, 16, 0x8005))
  return Buffer.concat([body, check])
}

function crc(bytes: Buffer, bits: 8 | 16, polynomial: number): number {
  const [top, mask] = [1 << (bits - 1), 2 ** bits - 1]
  return bytes.reduce((before, byte) => {
    let value = before ^ (byte << (bits - 8))
    for (let bit = 0; bit < 8; bit += 1) value = (value & top) === 0 ? value << 1 : (value << 1) ^ polynomial
    return value & mask
  }, 0)
}
