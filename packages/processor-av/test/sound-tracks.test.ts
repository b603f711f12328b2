import { readFile, writeFile } from 'node:fs/promises'
import type { Recipe, SourceFile } from '@rindle/core'
import type { VariantOutcome } from '@rindle/core/adapter'
import { describe, expect, it } from 'vitest'
import { keptChannels, mixFilters } from '../src/audio-settings.ts'
import { avProcessor } from '../src/index.ts'
import type { Waveform } from '../src/make-waveform.ts'
import { factsOf } from '../src/media-facts.ts'
import { audio } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, ffmpeg, H264, lavfi, removeAfterTests } from './clips.ts'
import { ffmpegLanes } from './lanes.ts'
import { inspect, LIMITS, M4A, MP3, make, outcomesOf, VIDEO, WAVEFORM } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

const MONO: Recipe = audio.mp3({ channels: 1 })
const RECIPES = { m4a: M4A, mp3: MP3, waveform: WAVEFORM, video: VIDEO }
// Covers frames, packets and the delay of encoders.
const TOLERANCE_MS = 120

describe('the channels of a track', () => {
  const sound = (channels: number, layout?: string) => {
    const { audio: track } = factsOf({
      streams: [
        { index: 0, codec_type: 'audio', codec_name: 'x', sample_rate: '48000', channels, channel_layout: layout },
      ],
    })
    if (track === null) throw new Error('There is no sound.')
    return track
  }

  it('are left to FFmpeg when their positions are known', () => {
    expect(mixFilters(sound(6, '5.1(side)'), 6)).toEqual([])
    expect(mixFilters(sound(6, '5.1(side)'), 2)).toEqual(['aformat=channel_layouts=stereo'])
    expect(mixFilters(sound(4, '4 channels (FL+FR+LFE+TC)'), 2)).toEqual(['aformat=channel_layouts=stereo'])
    expect(keptChannels(sound(12, '7.1.4'), 6)).toBe(6)
  })

  it.each([undefined, 'unknown', '2 channels (UNSD+UNSD)', '2 channels (USR7+USR8)', 'ambisonic 0+UNK'])(
    'get their usual positions when the layout in the file is %s',
    (layout) => {
      const stereo = 'channelmap=map=0|1:channel_layout=stereo'
      expect(mixFilters(sound(2, layout), 2)).toEqual([stereo])
      expect(mixFilters(sound(2, layout), 1)).toEqual([stereo, 'aformat=channel_layouts=mono'])
    },
  )

  it('are mixed evenly when their positions are unknown and there are too many for the usual ones', () => {
    expect(mixFilters(sound(9), 2)).toEqual(['pan=stereo|c0<c0+c2+c4+c6+c8|c1<c1+c3+c5+c7'])
    expect(mixFilters(sound(10), 1)).toEqual(['pan=mono|c0<c0+c1+c2+c3+c4+c5+c6+c7+c8+c9'])
    expect(keptChannels(sound(9), 6)).toBe(2)
    expect(keptChannels(sound(8), 6)).toBe(6)
  })

  it('are refused with their number when FFmpeg cannot mix so many', () => {
    expect(() => mixFilters(sound(65), 2)).toThrow(
      expect.objectContaining({
        code: 'unsupported_codec',
        message: 'Its sound has 65 channels; FFmpeg mixes at most 64.',
      }),
    )
  })
})

describe.each(LANES)('sound made with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor(programs)
  const lengthsOf = async (source: SourceFile): Promise<Record<string, number>> => {
    const lengths: Record<string, number> = {}
    for (const [name, outcome] of await outcomesOf(processor, source, RECIPES)) {
      if ('error' in outcome) throw outcome.error
      lengths[name] = Math.round(outcome.output.durationMs ?? 0)
    }
    return lengths
  }
  const near = (ms: number) => expect.toSatisfy((value: number) => Math.abs(value - ms) <= TOLERANCE_MS, `is ${ms} ms`)

  it.each([9, 12, 60])('of %i channels without a layout is a mix of all', async (channels) => {
    // Only the last channel sounds: the second of a pair, or a single one when the number is odd.
    const tones = Array.from({ length: channels }, (_, n) => (n === channels - 1 ? '0.5*sin(880*2*PI*t)' : '0'))
    const source = await clip('audio/wav', 'wav', lavfi(`aevalsrc=${tones.join('|')}:d=0.5:s=48000`))
    const outcomes = await outcomesOf(processor, source, {
      m4a: M4A,
      mono: MONO,
      waveform: WAVEFORM,
    })
    for (const outcome of outcomes.values()) if ('error' in outcome) throw outcome.error
    const path = pathOf(outcomes.get('m4a'))
    expect((await inspect(path)).streams[0]?.['channels']).toBe(2)
    const [left, right] = await volumes(path)
    const [silent, loud] = channels % 2 === 0 ? [left, right] : [right, left]
    expect(silent).toBeLessThan(-80)
    expect(loud).toBeGreaterThan(-50)
    const { peaks } = JSON.parse(await readFile(pathOf(outcomes.get('waveform')), 'utf8')) as Waveform
    expect(Math.max(...peaks)).toBeGreaterThan(0.5 / channels / 2)
  })

  it.each([
    [1, 'mono', [0]],
    [2, 'stereo', [0, 0]],
    [4, 'quad', [1, 2, 0, 0]],
  ])('of %i channels that a MOV marks as unused is still made', async (channels, layout, labels) => {
    const tones = labels.map((_, n) => `0.2*sin(${300 * (n + 1)}*2*PI*t)`).join('|')
    const made = await clip('video/quicktime', 'mov', lavfi(`aevalsrc=${tones}:c=${layout}:d=1:s=48000`), PCM)
    await labelChannels(made.path, labels)
    expect((await processor.probe(made, { limits: LIMITS })).metadata).toMatchObject({ audio: { channels } })
    const { path } = await make(processor, made, M4A)
    expect((await inspect(path)).streams[0]).toMatchObject({ codec_name: 'aac', channels })
    await make(processor, made, WAVEFORM)
  })

  it.each([
    ['video/x-matroska', 'mkv', [...H264, ...AAC]],
    ['video/webm', 'webm', ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus']],
    ['video/x-msvideo', 'avi', ['-c:v', 'mpeg4', '-c:a', 'libmp3lame']],
    ['video/mp2t', 'ts', ['-c:v', 'mpeg2video', '-c:a', 'mp2']],
    ['video/mpeg', 'mpg', ['-c:v', 'mpeg2video', '-c:a', 'mp2']],
    ['video/x-flv', 'flv', ['-c:v', 'flv1', '-ar', '44100', '-c:a', 'libmp3lame']],
    ['video/x-ms-asf', 'wmv', ['-c:v', 'wmv2', '-c:a', 'wmav2']],
    ['video/mp4', 'mp4', [...H264, ...AAC]],
  ])('of %s that is shorter than the video keeps its own length', async (contentType, extension, codecs) => {
    const source = await clip(contentType, extension, DRAWN.test('160x90', 2), DRAWN.sine(1), codecs)
    expect(await lengthsOf(source)).toEqual({
      m4a: near(1000),
      mp3: near(1000),
      waveform: near(2000),
      video: near(2000),
    })
  })

  it.each([
    ['video/x-matroska', 'mkv', [...H264, ...AAC]],
    ['video/x-msvideo', 'avi', ['-c:v', 'mpeg4', '-c:a', 'libmp3lame']],
    ['video/mp2t', 'ts', ['-c:v', 'mpeg2video', '-c:a', 'mp2']],
    ['video/x-ms-asf', 'wmv', ['-c:v', 'wmv2', '-c:a', 'wmav2']],
  ])('of %s that is longer than the video is complete', async (contentType, extension, codecs) => {
    const source = await clip(contentType, extension, DRAWN.test('160x90', 1), DRAWN.sine(2), codecs)
    expect(await lengthsOf(source)).toEqual({
      m4a: near(2000),
      mp3: near(2000),
      waveform: near(2000),
      video: near(2000),
    })
  })

  it.each([
    ['video/x-matroska', 'mkv', AAC],
    ['video/mp2t', 'ts', AAC],
    ['video/mpeg', 'mpg', ['-c:v', 'mpeg2video', '-c:a', 'mp2']],
    ['video/x-flv', 'flv', [...AAC, '-ar', '44100']],
    ['video/mp4', 'mp4', AAC],
  ])('of %s that begins a second late has a second of silence before it', async (contentType, extension, codecs) => {
    const late = ['-itsoffset', '1', ...DRAWN.sine(1), '-map', '0:v', '-map', '1:a']
    const source = await clip(contentType, extension, DRAWN.test('160x90', 3), late, H264, codecs)
    const waveform = JSON.parse(await readFile((await make(processor, source, WAVEFORM)).path, 'utf8')) as Waveform
    const loud = (from: number, to: number) => Math.max(...waveform.peaks.slice(from * 2, to * 2))
    expect([loud(0, 300), loud(700, 1000)]).toEqual([expect.closeTo(0, 1), expect.closeTo(0, 1)])
    expect(loud(400, 600)).toBeGreaterThan(0.1)
    const output = await make(processor, source, M4A)
    expect(Math.abs((output.durationMs ?? 0) - 2000)).toBeLessThan(TOLERANCE_MS)
    expect(await silenceAtBeginning(output.path)).toBeCloseTo(1, 0)
  })
})

const PCM = ['-c:a', 'pcm_s16le']

function pathOf(outcome: VariantOutcome | undefined): string {
  if (outcome === undefined || 'error' in outcome) throw new Error('It was not made.')
  return outcome.output.path
}

/** The mean volume of both sides, in dB below full scale. */
async function volumes(path: string): Promise<readonly number[]> {
  const sides = ['pan=mono|c0=c0', 'pan=mono|c0=c1']
  return Promise.all(
    sides.map(async (side) => {
      const { stderr } = await ffmpeg('-i', path, '-af', `${side},volumedetect`, '-f', 'null', '-')
      return Number.parseFloat(/mean_volume: (\S+) dB/.exec(stderr)?.[1] ?? 'NaN')
    }),
  )
}

async function silenceAtBeginning(path: string): Promise<number> {
  const { stderr } = await ffmpeg('-i', path, '-af', 'silencedetect=noise=-50dB:d=0.2', '-f', 'null', '-')
  return Number.parseFloat(/silence_end: (\S+)/.exec(stderr)?.[1] ?? '0')
}

const PARENTS = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd']

/** Gives the sound of a MOV a list of channel labels: 0 is "unused", 1 left, 2 right. */
async function labelChannels(path: string, labels: readonly number[]): Promise<void> {
  const bytes = await readFile(path)
  const at = bytes.indexOf('chan') - 4
  if (at < 0) throw new Error('The MOV has no box of channels.')
  const oldSize = bytes.readUInt32BE(at)
  const box = Buffer.alloc(24 + labels.length * 20)
  box.writeUInt32BE(box.length, 0)
  box.write('chan', 4)
  box.writeUInt32BE(labels.length, 20)
  for (const [n, label] of labels.entries()) box.writeUInt32BE(label, 24 + n * 20)
  // Grows the boxes around it, and the track description, which comes right after the header of `stsd`.
  const sizes = PARENTS.map((name) => bytes.indexOf(name) - 4)
  for (const size of [...sizes, (sizes.at(-1) ?? 0) + 16]) {
    bytes.writeUInt32BE(bytes.readUInt32BE(size) + box.length - oldSize, size)
  }
  await writeFile(path, Buffer.concat([bytes.subarray(0, at), box, bytes.subarray(at + oldSize)]))
}
