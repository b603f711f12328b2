import { readFileSync } from 'node:fs'
import type { JsonObject } from '@rindle/core'
import { readRecipe } from '@rindle/core/adapter'
import { describe, expect, it } from 'vitest'
import { AV_KINDS } from '../src/make-variant.ts'
import { audio, poster, strip, video, waveform } from '../src/recipes/index.ts'

interface Fixture {
  readonly recipe: JsonObject
  readonly form: JsonObject
  readonly digest: string
}

// Recipes of version 0.1.0, as it stored them: a changed digest would make every such variant stale.
const FIXTURES = JSON.parse(
  readFileSync(new URL('./digests-0.1.0.json', import.meta.url), 'utf8'),
) as readonly Fixture[]

function digestOf(preset: string): string | undefined {
  return FIXTURES.find(({ recipe }) => recipe['preset'] === preset && Object.keys(recipe).length === 2)?.digest
}

const SOURCE = { width: null, height: null, durationMs: null, hasVideoTrack: null, contentType: null }

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

describe('the facts', () => {
  it('make video and sound in one pass, and previews before them', () => {
    for (const recipe of [video.mp4(), audio.aac(), audio.mp3()]) {
      expect(recipe.facts).toMatchObject({ queue: 'media', workClass: 'encode' })
    }
    for (const recipe of [poster(), strip(), waveform()]) {
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
    [video.mp4({ height: 2 } as never), 'height'],
    [video.mp4({ faststart: 1 } as never), 'faststart'],
    [audio.aac({ channels: 6 } as never), 'channels'],
    [audio.aac({ twoPass: true }), 'twoPass'],
    [poster({ at: 1 } as never), 'at'],
  ])('names the option: %#', ({ problems }, path) => {
    expect(problems).toEqual([{ path, message: expect.any(String) }])
  })
})
