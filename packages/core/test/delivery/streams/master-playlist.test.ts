import { describe, expect, it } from 'vitest'
import { type ListedRung, masterPlaylist } from '../../../src/delivery/streams/master-playlist.ts'
import type { SoundFacts, StreamIndex } from '../../../src/delivery/streams/stream-index.ts'

const INDEX: StreamIndex = {
  role: 'video',
  codecs: 'avc1.64001f',
  bandwidth: 1_000,
  averageBandwidth: 900,
  frameRate: 29.97,
  timescale: 1,
  init: 1,
  segments: { bytes: [1], ticks: [1] },
}
const rung = (height: number, averageBandwidth: number): ListedRung => ({
  name: `film_${height}`,
  width: height * 2,
  height,
  index: { ...INDEX, averageBandwidth, bandwidth: averageBandwidth + 100 },
})
const sound = (name: string, facts: Partial<SoundFacts> = {}): ListedRung => ({
  name,
  width: null,
  height: null,
  index: {
    ...INDEX,
    role: 'sound',
    codecs: 'mp4a.40.2',
    frameRate: undefined,
    sound: { channels: 2, sampleRate: 48_000, index: 0, ...facts },
  },
})
const text = (id: string, lang: string, label: string, isDefault = false) =>
  ({ id, kind: 'subtitles', lang, label, isDefault }) as const
const linesOf = (tag: string, master: string) => master.split('\n').filter((line) => line.startsWith(`#${tag}`))
const uris = (master: string) => master.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe('the master playlist of a stream', () => {
  it('begins with the size nearest to 2 Mbit/s, then the best, with the sound alone at the end', () => {
    const pictures = [rung(1080, 5_000_000), rung(720, 2_500_000), rung(480, 1_000_000)]
    const master = masterPlaylist({ pictures, sounds: [sound('film_sound')], texts: [] })
    expect(uris(master)).toEqual(['film_720.m3u8', 'film_1080.m3u8', 'film_480.m3u8', 'film_sound.m3u8'])
    expect(masterPlaylist({ pictures: pictures.toReversed(), sounds: [sound('film_sound')], texts: [] })).toBe(master)
  })

  it('adds the rate and the codec of the sound to those of each size', () => {
    const master = masterPlaylist({ pictures: [rung(90, 900)], sounds: [sound('film_sound')], texts: [] })
    expect(linesOf('EXT-X-STREAM-INF', master)[0]).toBe(
      '#EXT-X-STREAM-INF:BANDWIDTH=2000,AVERAGE-BANDWIDTH=1800,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=180x90,' +
        'FRAME-RATE=29.970,AUDIO="sound",CLOSED-CAPTIONS=NONE',
    )
  })

  it('needs no group for a film without sound, and none for sound alone', () => {
    expect(masterPlaylist({ pictures: [rung(90, 900)], sounds: [], texts: [] })).not.toContain('AUDIO')
    const alone = masterPlaylist({ pictures: [], sounds: [sound('film_sound')], texts: [] })
    expect(alone).not.toContain('AUDIO')
    expect(uris(alone)).toEqual(['film_sound.m3u8'])
    const two = masterPlaylist({ pictures: [], sounds: [sound('a'), sound('b', { language: 'deu' })], texts: [] })
    expect(linesOf('EXT-X-MEDIA', two)).toHaveLength(2)
  })

  it('names the languages of sounds as they name themselves, each name once, with nothing of a source that ends a line', () => {
    const sounds = [
      sound('a', { language: 'eng' }),
      sound('b', { language: 'deu' }),
      sound('c', { language: 'deu', name: 'Dir"\n#EXT-X-ENDLIST' }),
      sound('d', { language: 'not a language' }),
      sound('e', { language: 'und' }),
    ]
    const master = masterPlaylist({ pictures: [rung(90, 900)], sounds, texts: [] })
    const found = linesOf('EXT-X-MEDIA', master).map((line) => [
      /NAME="([^"]*)"/.exec(line)?.[1],
      /LANGUAGE="([^"]*)"/.exec(line)?.[1],
      /DEFAULT=(\w+),AUTOSELECT=(\w+)/.exec(line)?.slice(1).join(),
    ])
    expect(found).toEqual([
      ['English', 'en', 'YES,YES'],
      ['Deutsch', 'de', 'NO,YES'],
      ['Dir  #EXT-X-ENDLIST', 'de', 'NO,NO'],
      ['Sound', undefined, 'NO,YES'],
      ['Sound 2', undefined, 'NO,NO'],
    ])
  })

  it('has one default among its texts, and a player chooses one of each language and kind', () => {
    const texts = [text('1', 'en', 'English'), text('2', 'en', 'English', true), text('3', 'pt-BR', 'Português')]
    const master = masterPlaylist({ pictures: [rung(90, 900)], sounds: [], texts })
    const found = linesOf('EXT-X-MEDIA', master).map((line) =>
      /NAME="([^"]*)".*DEFAULT=(\w+),AUTOSELECT=(\w+)/.exec(line)?.slice(1).join(),
    )
    expect(found).toEqual(['English,YES,YES', 'English 2,NO,NO', 'Português,NO,YES'])
  })
})
