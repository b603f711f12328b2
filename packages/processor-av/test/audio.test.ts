import { readFile } from 'node:fs/promises'
import type { SourceFile } from '@rindle/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { avProcessor } from '../src/index.ts'
import { loudnessFilters, parseLoudness } from '../src/loudness.ts'
import { audio } from '../src/recipes/index.ts'
import { AAC, clip, DRAWN, ffmpeg, H264, lavfi, removeAfterTests } from './clips.ts'
import { ffmpegLanes } from './lanes.ts'
import { failure, inspect, M4A, MP3, make, outcomesOf } from './workbench.ts'

const LANES = ffmpegLanes()
removeAfterTests()

let quiet: SourceFile
beforeAll(async () => {
  // Alternately quiet and loud, at about -38 LUFS.
  const speech = 'aevalsrc=0.01*sin(2*PI*300*t)*(1+0.8*sin(2*PI*0.7*t))|0.012*sin(2*PI*420*t):s=44100:d=8'
  quiet = await clip('audio/wav', 'wav', lavfi(speech))
})

describe('the loudness that FFmpeg measured', () => {
  it('is parsed from its messages, silence included', () => {
    const said =
      '[info] x\n[Parsed_loudnorm_0 @ 0x1] [info] \n{\n"input_i" : "-inf",\n"input_tp" : "-inf",\n"input_lra" : "0.00",\n"input_thresh" : "-70.00",\n"target_offset" : "inf"\n}\n'
    expect(parseLoudness(said)).toEqual({
      integrated: Number.NEGATIVE_INFINITY,
      truePeak: Number.NEGATIVE_INFINITY,
      range: 0,
      offset: Number.NEGATIVE_INFINITY,
    })
    expect(parseLoudness('nothing')).toBeNull()
  })
})

describe('the filters for a common loudness', () => {
  const given = { integrated: -30, truePeak: -16, range: 6, offset: 0.4 }

  it('measure as they go without a measurement, and keep the dynamics with one', () => {
    expect(loudnessFilters(-16, null)).toEqual(['loudnorm=I=-16:TP=-1.5:LRA=11'])
    expect(loudnessFilters(-16, given)).toEqual(['volume=volume=14.00dB'])
    expect(loudnessFilters(-16, { ...given, integrated: 3.8, truePeak: 2 })).toEqual(['volume=volume=-19.80dB'])
    expect(loudnessFilters(-16, { ...given, integrated: Number.NEGATIVE_INFINITY })).toEqual([])
  })

  it('reduce peaks and ranges that one gain would leave too large, within the limits of FFmpeg', () => {
    const filter = 'loudnorm=I=-16:TP=-1.5:LRA=11:offset='
    expect(loudnessFilters(-16, { ...given, truePeak: -15.4 })).toEqual([`${filter}0.4`])
    expect(loudnessFilters(-16, { ...given, range: 11.5 })).toEqual([`${filter}0.4`])
    expect(loudnessFilters(-16, { ...given, truePeak: 0, offset: Number.NEGATIVE_INFINITY })).toEqual([`${filter}-99`])
    expect(loudnessFilters(-16, { ...given, truePeak: 0, offset: 120 })).toEqual([`${filter}99`])
  })
})

describe.each(LANES)('sound made with the $lane FFmpeg', ({ programs }) => {
  const processor = avProcessor(programs)

  it('is AAC in an MP4 that begins with its index, or MP3, at 128 kbit/s, and keeps only the sound of its source', async () => {
    const named = ['-metadata', 'title=Secret', '-metadata:s:a', 'language=ger']
    const source = await clip('video/mp4', 'mp4', DRAWN.test(), DRAWN.sine(), H264, AAC, named, ['-ac', '2'])
    const outcomes = await outcomesOf(processor, source, { m4a: M4A, mp3: MP3 })
    const made = [...outcomes.values()].map((outcome) => {
      if ('error' in outcome) throw outcome.error
      return outcome.output
    })
    expect(made).toMatchObject([{ contentType: 'audio/mp4' }, { contentType: 'audio/mpeg' }])
    const [m4a, mp3] = await Promise.all(made.map(({ path }) => inspect(path)))
    expect(m4a?.streams).toMatchObject([{ codec_name: 'aac', sample_rate: '48000', channels: 2 }])
    expect(mp3?.streams).toMatchObject([{ codec_name: 'mp3', sample_rate: '48000', channels: 2, bit_rate: '128000' }])
    for (const { path, durationMs = 0 } of made) {
      const bytes = (await readFile(path)).toString('latin1')
      expect(bytes).not.toMatch(/Secret|ID3/)
      expect((await inspect(path)).format.tags?.['title']).toBeUndefined()
      if (path.endsWith('.m4a')) expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'))
      expect(Math.abs(durationMs - 2000)).toBeLessThan(100)
    }
  })

  it('has as many channels as the recipe says, else as many as the source has and the format can hold', async () => {
    const source = await clip('audio/flac', 'flac', lavfi('aevalsrc=0.1*sin(440*2*PI*t):c=5.1:d=1'))
    const channels: unknown[] = []
    for (const recipe of [M4A, MP3, audio.aac({ channels: 1 }), audio.mp3({ channels: 2 })]) {
      const output = await make(processor, source, recipe)
      channels.push((await inspect(output.path)).streams[0]?.['channels'])
    }
    expect(channels).toEqual([6, 2, 1, 2])
  })

  it('keeps the sample rates of music, and converts those that a player may not support', async () => {
    const rates: unknown[] = []
    for (const rate of [8_000, 11_025, 44_100, 96_000]) {
      const source = await clip('audio/wav', 'wav', lavfi(`sine=duration=0.5:sample_rate=${rate}`))
      const output = await make(processor, source, M4A)
      rates.push((await inspect(output.path)).streams[0]?.['sample_rate'])
    }
    expect(rates).toEqual(['48000', '44100', '44100', '48000'])
  })

  it('comes near −16 LUFS in one pass, reaches it in two, and stays below −1 dB', async () => {
    const once = await make(processor, quiet, audio.aac({ normalize: true }))
    const twice = await make(processor, quiet, audio.mp3({ normalize: true, twoPass: true }))
    const loudness = [await measured(quiet.path), await measured(once.path), await measured(twice.path)]
    expect(loudness[0]?.integrated).toBeLessThan(-35)
    expect(Math.abs((loudness[1]?.integrated ?? 0) + 16)).toBeLessThan(2.5)
    expect(Math.abs((loudness[2]?.integrated ?? 0) + 16)).toBeLessThan(0.5)
    for (const { truePeak } of loudness) expect(truePeak).toBeLessThan(-1)
    expect(twice.durationMs).toBeGreaterThan(7_900)
  })

  it.each([
    ['a square wave at full scale', 'pcm_s16le', '2*gte(sin(2*PI*1000*t)\\,0)-1|2*gte(sin(2*PI*1000*t)\\,0)-1', 3, 5],
    ['floating point far above full scale', 'pcm_f32le', '8*sin(2*PI*1000*t)|8*sin(2*PI*300*t)', 9, 12],
    ['a short tone without range', 'pcm_s16le', '0.01*sin(2*PI*1000*t)', -50, -40],
  ])('of %s reaches −16 LUFS in two passes', async (_name, codec, formula, above, below) => {
    const source = await clip('audio/wav', 'wav', lavfi(`aevalsrc=${formula}:d=2:s=48000`), ['-c:a', codec])
    const before = (await measured(source.path)).integrated
    expect([before > above, before < below]).toEqual([true, true])
    const output = await make(processor, source, audio.aac({ normalize: true, twoPass: true }))
    const { integrated, truePeak } = await measured(output.path)
    expect(Math.abs(integrated + 16)).toBeLessThan(0.5)
    expect(truePeak).toBeLessThan(-1)
  })

  it('that is silent stays silent when it is normalised', async () => {
    const source = await clip('audio/wav', 'wav', DRAWN.silence(1))
    const output = await make(processor, source, audio.aac({ normalize: true, twoPass: true }))
    expect((await measured(output.path)).integrated).toBeLessThanOrEqual(-70)
  })

  it('begins at the same time as in its video', async () => {
    const late = ['-filter_complex', '[1:a]adelay=1000[a]', '-map', '0:v', '-map', '[a]']
    const made = await clip('video/x-matroska', 'mkv', DRAWN.test('320x180', 3), DRAWN.sine(2), late, H264, AAC)
    // Cuts the silence off, so that the track begins after a second.
    const cut = ['-i', made.path, '-itsoffset', '1', '-i', made.path, '-map', '0:v', '-map', '1:a', '-c', 'copy']
    const source = await clip('video/x-matroska', 'mkv', cut, ['-t', '3'])
    const output = await make(processor, source, M4A)
    expect(Math.abs((output.durationMs ?? 0) - 3000)).toBeLessThan(250)
  })

  it('cannot be made from a silent video, and is not retried', async () => {
    const source = await clip('video/mp4', 'mp4', DRAWN.test('320x180', 0.2), H264)
    expect(await failure(processor, source, M4A)).toMatchObject({
      code: 'processing_failed',
      retryable: false,
      message: 'Variant only cannot be made: the video/mp4 has no sound.',
    })
  })
})

async function measured(path: string): Promise<{ integrated: number; truePeak: number }> {
  const { stderr } = await ffmpeg('-i', path, '-af', 'ebur128=peak=true', '-f', 'null', '-')
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'))
  const value = (pattern: RegExp): number => Number.parseFloat(pattern.exec(summary)?.[1] ?? 'NaN')
  return { integrated: value(/I:\s+(\S+) LUFS/), truePeak: value(/Peak:\s+(\S+) dBFS/) }
}
