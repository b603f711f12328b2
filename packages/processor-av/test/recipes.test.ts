import { readFileSync } from 'node:fs'
import type { JsonObject, Recipe } from '@rindle/core'
import { readRecipe } from '@rindle/core/adapter'
import { describe, expect, it } from 'vitest'
import { AV_KINDS } from '../src/make-variant.ts'
import { audio, poster, stream, strip, video, waveform } from '../src/recipes/index.ts'

interface Fixture {
  readonly recipe: JsonObject
  readonly form: JsonObject
  readonly digest: string
}

// Recipes of version 0.1.0, as it stored them: a changed digest would make every such variant stale.
const FIXTURES = JSON.parse(
  readFileSync(new URL('./digests-0.1.0.json', import.meta.url), 'utf8'),
) as readonly Fixture[]

const EVERY: readonly Recipe[] = [
  video.mp4(),
  video.mp4({ height: 1080 }),
  video.mp4({ quality: 20 }),
  video.mp4({ maxBitrate: 900 }),
  video.mp4({ fps: 30 }),
  video.mp4({ audio: false }),
  video.mp4({ audio: { bitrate: 64 } }),
  video.mp4({ audio: { normalize: true } }),
  video.mp4({ audio: { normalize: true, target: -14 } }),
  video.mp4({ clip: { durationMs: 5_000 } }),
  video.mp4({ clip: { startMs: 1, durationMs: 5_000 } }),
  video.mp4({ subtitles: 'burn' }),
  video.mp4({ codec: 'hevc' }),
  video.mp4({ codec: 'av1' }),
  video.webm(),
  video.webm({ codec: 'av1' }),
  video.preview(),
  video.preview({ format: 'gif' }),
  video.preview({ format: 'mp4' }),
  video.preview({ at: 0 }),
  video.preview({ width: 160 }),
  audio.aac(),
  audio.aac({ bitrate: 96 }),
  audio.aac({ sampleRate: 44_100 }),
  audio.aac({ normalize: true }),
  audio.aac({ normalize: true, target: -14 }),
  audio.aac({ clip: { durationMs: 30_000 } }),
  audio.opus(),
  audio.flac(),
  poster({ at: 0 }),
  poster({ at: { share: 0 } }),
  poster({ width: 640 }),
  poster({ format: 'avif' }),
  strip({ tiles: 20 }),
  strip({ width: 80 }),
  waveform({ peaks: 100 }),
  waveform({ channels: 'each' }),
  waveform({ format: 'svg' }),
  waveform({ format: 'png' }),
  ...stream().members.map(({ recipe }) => recipe),
  ...stream({ heights: [720], quality: 20, segmentSeconds: 4, audioBitrate: 96 }).members.map(({ recipe }) => recipe),
]

function digestOf(preset: string): string | undefined {
  return FIXTURES.find(({ recipe }) => recipe['preset'] === preset && Object.keys(recipe).length === 2)?.digest
}

const SOURCE = { width: null, height: null, durationMs: null, hasVideoTrack: null, contentType: null, focus: null }

describe('a recipe of version 0.1.0', () => {
  it('is read from its row, with the same form and digest', () => {
    for (const { form, digest } of FIXTURES) {
      expect(readRecipe(AV_KINDS, form)).toMatchObject({ recipe: { form, digest } })
    }
  })

  it('has a function now, with the same digest', () => {
    expect(video.mp4({ height: 720 }).digest).toBe(digestOf('web_720p'))
    expect(video.mp4().digest).toBe(digestOf('web_720p'))
    expect(video.mp4({ height: 480 }).digest).toBe(digestOf('web_480p'))
    expect(audio.aac().digest).toBe(digestOf('m4a_128k'))
    expect(audio.mp3().digest).toBe(digestOf('mp3_128k'))
    expect(poster().digest).toBe(digestOf('video_poster_scene'))
    expect(strip().digest).toBe(digestOf('video_thumbnail_strip'))
    expect(waveform().digest).toBe(digestOf('overview'))
  })
})

describe('an option', () => {
  it('changes the digest, and does not at its default', () => {
    expect(video.mp4({ quality: 23, maxBitrate: 2_500, fps: 60, subtitles: 'drop', audio: {} }).digest).toBe(
      digestOf('web_720p'),
    )
    expect(audio.mp3({ bitrate: 128, target: -16 }).digest).toBe(digestOf('mp3_128k'))
    expect(poster({ at: 'scene', width: 1280, format: 'jpeg' }).digest).toBe(digestOf('video_poster_scene'))
    expect(strip({ tiles: 100, width: 160 }).digest).toBe(digestOf('video_thumbnail_strip'))
    expect(waveform({ peaks: 1_000, channels: 'mixed', format: 'json' }).digest).toBe(digestOf('overview'))
    const all = EVERY.map(({ digest }) => digest)
    expect(new Set(all).size).toBe(all.length)
  })

  it('comes back from a row as it went in', () => {
    for (const { form, digest } of EVERY) {
      expect(readRecipe(AV_KINDS, JSON.parse(JSON.stringify(form)) as JsonObject)).toMatchObject({
        recipe: { form, digest },
      })
    }
  })
})

describe('the facts', () => {
  it('make video and sound in one pass, and previews before them', () => {
    for (const recipe of [video.mp4(), video.webm(), audio.aac(), audio.mp3(), audio.opus(), audio.flac()]) {
      expect(recipe.facts).toMatchObject({ queue: 'media', workClass: 'encode' })
    }
    for (const recipe of [poster(), strip(), waveform(), video.preview(), video.preview({ format: 'mp4' })]) {
      expect(recipe.facts).toMatchObject({ queue: 'media', workClass: 'preview' })
    }
  })

  it.each([
    ['the sound of a silent video', audio.aac(), { kind: 'video', hasAudioTrack: false, metadata: {} }, false],
    [
      'the sound of a video whose probe does not mention it',
      audio.aac(),
      { kind: 'video', hasAudioTrack: null, metadata: {} },
      true,
    ],
    ['the waveform of a silent video', waveform(), { kind: 'video', hasAudioTrack: false, metadata: {} }, false],
    [
      'the poster of a song with a cover',
      poster(),
      { kind: 'audio', hasAudioTrack: true, metadata: { hasCover: true } },
      true,
    ],
    [
      'the poster of a song without one',
      poster(),
      { kind: 'audio', hasAudioTrack: true, metadata: { hasCover: false } },
      false,
    ],
    ['the poster of a video', poster(), { kind: 'video', hasAudioTrack: null, metadata: { hasCover: false } }, true],
  ] as const)('know whether a source has what is needed: %s', (_, { facts }, source, expected) => {
    expect(facts.canBeMadeFrom?.({ ...SOURCE, ...source })).toBe(expected)
  })
})

describe('a refusal', () => {
  it.each([
    [video.mp4({ height: 2 }), 'height'],
    [video.mp4({ faststart: 1 } as never), 'faststart'],
    [audio.aac({ channels: 6 } as never), 'channels'],
    [audio.aac({ twoPass: true }), 'twoPass'],
    [poster({ at: 'end' } as never), 'at'],
    [poster({ at: { share: 2 } }), 'at.share'],
    [poster({ at: -1 }), 'at'],
    [poster({ width: 9 }), 'width'],
    [poster({ format: 'gif' } as never), 'format'],
    [video.mp4({ height: 2161 }), 'height'],
    [video.mp4({ codec: 'vp9' } as never), 'codec'],
    [video.webm({ codec: 'h264' } as never), 'codec'],
    [video.webm({ faststart: false } as never), 'faststart'],
    [video.mp4({ quality: 52 }), 'quality'],
    [video.mp4({ maxBitrate: 10 }), 'maxBitrate'],
    [video.mp4({ fps: 0 }), 'fps'],
    [video.mp4({ audio: { bitrate: 1_000 } }), 'audio.bitrate'],
    [video.webm({ audio: { target: -14 } }), 'audio.target'],
    [video.mp4({ clip: { durationMs: 10 } }), 'clip.durationMs'],
    [video.mp4({ subtitles: 'soft' } as never), 'subtitles'],
    [video.preview({ format: 'mp4', durationMs: 60_000 }), 'durationMs'],
    [video.preview({ format: 'apng' } as never), 'format'],
    [audio.mp3({ bitrate: 512 }), 'bitrate'],
    [audio.flac({ bitrate: 128 } as never), 'bitrate'],
    [audio.opus({ sampleRate: 48_000 } as never), 'sampleRate'],
    [audio.mp3({ sampleRate: 96_000 }), 'sampleRate'],
    [audio.aac({ sampleRate: 12_345 } as never), 'sampleRate'],
    [audio.aac({ target: -14 }), 'target'],
    [strip({ tiles: 1 }), 'tiles'],
    [waveform({ peaks: 5 }), 'peaks'],
    [waveform({ format: 'jpeg' } as never), 'format'],
  ])('names the option: %#', ({ problems }, path) => {
    expect(problems).toEqual([{ path, message: expect.any(String) }])
  })

  it('throws nothing for options that are null', () => {
    expect([video.preview(null as never), waveform(null as never)]).toEqual([video.preview(), waveform()])
  })

  it.each([
    [video.preview({ format: 'webm' } as never), ['webp', 'gif', 'mp4']],
    [waveform({ format: 'jpeg' } as never), ['svg', 'png', 'json']],
  ])('names every format that the function takes: %#', ({ problems: [problem] }, formats) => {
    for (const format of formats) expect(problem?.message).toContain(`"${format}"`)
  })
})
