import { defineProfile, type RecipeSource } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { type StreamOptions, stream, video } from '../src/recipes/index.ts'

const accept = { types: ['video/*'], maxBytes: 1 } as const
const VIDEO: RecipeSource = {
  kind: 'video',
  contentType: 'video/mp4',
  width: 1920,
  height: 1080,
  durationMs: 1_000,
  hasVideoTrack: true,
  hasAudioTrack: true,
  metadata: { soundTracks: 1 },
  focus: null,
}

/** The parts that a stream of usual options has of a source. */
function partsOf(source: Partial<RecipeSource>, options?: StreamOptions): string {
  const made = stream(options).members.filter(({ recipe: { facts } }) => {
    const asset = { ...VIDEO, ...source }
    return facts.sources.includes(asset.kind ?? '') && facts.canBeMadeFrom?.(asset) !== false
  })
  return made.map(({ suffix }) => suffix).join(' ')
}

describe('a stream', () => {
  it('declares a variant for each size and sound track, under one name', () => {
    const profile = defineProfile({ storage: 'main', accept, variants: { film: stream({ soundTracks: 2 }) } })
    expect(Object.keys(profile.variants)).toEqual(['film_1080', 'film_720', 'film_480', 'film_sound', 'film_sound2'])
    expect(profile.streams).toEqual({
      film: {
        segmentSeconds: 6,
        members: [
          { name: 'film_1080', role: 'video' },
          { name: 'film_720', role: 'video' },
          { name: 'film_480', role: 'video' },
          { name: 'film_sound', role: 'sound' },
          { name: 'film_sound2', role: 'sound' },
        ],
      },
    })
    expect(profile.families).toEqual({})
    expect(profile.variants).toMatchObject({
      film_480: { makes: 'stream', form: { kind: 'stream_video', height: 480 } },
    })
  })

  it('takes its sizes in any order', () => {
    expect(stream({ heights: [480, 1080, 720] })).toMatchObject({
      members: stream().members.map(({ suffix }) => ({ suffix })),
    })
  })

  it.each<[string, Partial<RecipeSource>, string]>([
    ['of a large picture has every size', { width: 3840, height: 2160 }, '1080 720 480 sound'],
    ['of a small picture has the size of the source', { width: 320, height: 180 }, '480 sound'],
    ['has no size above the one that shows all', { width: 1280, height: 720 }, '720 480 sound'],
    ['has no size that is hardly larger than the next one', { width: 1300, height: 731 }, '720 480 sound'],
    ['has the size of a source between two', { width: 1600, height: 900 }, '1080 720 480 sound'],
    ['of a portrait has the sizes of its shorter side', { width: 1080, height: 1920 }, '1080 720 480 sound'],
    ['of a very wide picture has those of its width', { width: 1920, height: 804 }, '1080 720 480 sound'],
    ['of an unknown size has all', { width: null, height: null }, '1080 720 480 sound'],
    ['of a silent video has no sound', { hasAudioTrack: false }, '1080 720 480'],
    ['of sound has nothing else', { kind: 'audio', width: null, height: null, hasVideoTrack: false }, 'sound'],
    ['of three sound tracks has them all', { metadata: { soundTracks: 3 } }, '1080 720 480 sound sound2 sound3'],
    ['of an asset of an earlier version has one', { metadata: {} }, '1080 720 480 sound'],
  ])('%s', (_, source, parts) => {
    expect(partsOf(source)).toBe(parts)
  })

  it('keeps at most so many sound tracks', () => {
    expect(partsOf({ metadata: { soundTracks: 9 } }, { heights: [480], soundTracks: 0 })).toBe('480')
    expect(partsOf({ metadata: { soundTracks: 9 } }, { heights: [480], soundTracks: 2 })).toBe('480 sound sound2')
  })

  it.each<[StreamOptions, string]>([
    [{ heights: [] }, 'heights'],
    [{ heights: [720, 720] }, 'heights.1'],
    [{ heights: [40] }, 'heights.0'],
    [{ segmentSeconds: 1 }, 'segmentSeconds'],
    [{ codec: 'vp9' as 'h264' }, 'codec'],
    [{ quality: 0 }, 'quality'],
    [{ fps: 0 }, 'fps'],
    [{ audioBitrate: 8 }, 'audioBitrate'],
    [{ soundTracks: 9 }, 'soundTracks'],
    [{ height: 720 } as StreamOptions, 'height'],
  ])('refuses a wrong option by its name: %o', (options, path) => {
    expect(stream(options).problems).toEqual([{ path, message: expect.any(String) }])
  })

  it('refuses a variant that has the name of one of its parts', () => {
    const declare = () =>
      defineProfile({ storage: 'main', accept, variants: { film: stream(), film_720: video.mp4() } })
    expect(declare).toThrow(/variants\.film.*film_720/s)
  })

  it('has the usual options for no options at all', () => {
    expect(stream(null as never).members.map(({ recipe }) => recipe.digest)).toEqual(
      stream().members.map(({ recipe }) => recipe.digest),
    )
  })
})
