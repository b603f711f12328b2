import { describe, expect, it } from 'vitest'
import { rungPlaylist, textPlaylist } from '../../../src/delivery/streams/media-playlist.ts'
import { storyboardText, stripTilesOf } from '../../../src/delivery/streams/storyboard.ts'
import { type StreamIndex, streamIndexOf } from '../../../src/delivery/streams/stream-index.ts'
import type { JsonObject, Variant } from '../../../src/index.ts'

const INDEX = {
  role: 'video',
  codecs: 'avc1.64001f',
  bandwidth: 2_000,
  averageBandwidth: 1_000,
  timescale: 1_000,
  init: 700,
  segments: { bytes: [100, 50], ticks: [6_006, 3_000] },
}
const read = (stream: unknown) => streamIndexOf({ metadata: { stream } } as unknown as Variant)

describe('the index of a rung', () => {
  it('is read from the metadata of its row, and nothing that cannot be played is', () => {
    expect(read(INDEX)).toMatchObject(INDEX)
    for (const broken of [
      undefined,
      'text',
      { ...INDEX, role: 'picture' },
      { ...INDEX, codecs: 'avc1"\n#EXT-X-ENDLIST' },
      { ...INDEX, timescale: 0 },
      { ...INDEX, init: 0.5 },
      { ...INDEX, segments: { bytes: [], ticks: [] } },
      { ...INDEX, segments: { bytes: [1, 2], ticks: [1] } },
      { ...INDEX, segments: { bytes: [1], ticks: [0] } },
    ]) {
      expect(read(broken)).toBeNull()
    }
  })

  it('becomes a playlist of byte ranges under one URL', () => {
    expect(rungPlaylist(INDEX as StreamIndex, 'https://files.test/a?b=c').split('\n')).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:7',
      '#EXT-X-TARGETDURATION:6',
      '#EXT-X-MEDIA-SEQUENCE:0',
      '#EXT-X-PLAYLIST-TYPE:VOD',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MAP:URI="https://files.test/a?b=c",BYTERANGE="700@0"',
      '#EXTINF:6.006000,',
      '#EXT-X-BYTERANGE:100@700',
      'https://files.test/a?b=c',
      '#EXTINF:3.000000,',
      '#EXT-X-BYTERANGE:50@800',
      'https://files.test/a?b=c',
      '#EXT-X-ENDLIST',
      '',
    ])
    expect(textPlaylist(0.4, 'u')).toContain('#EXT-X-TARGETDURATION:1\n')
  })
})

describe('a storyboard', () => {
  const tiles = { tileCount: 3, columns: 2, rows: 2, intervalMs: 1_900_000, tileWidth: 160, tileHeight: 90 }

  it('has a cue for each tile, row by row', () => {
    expect(storyboardText(tiles, 'https://files.test/s')).toBe(
      'WEBVTT\n\n' +
        '00:00:00.000 --> 00:31:40.000\nhttps://files.test/s#xywh=0,0,160,90\n\n' +
        '00:31:40.000 --> 01:03:20.000\nhttps://files.test/s#xywh=160,0,160,90\n\n' +
        '01:03:20.000 --> 01:35:00.000\nhttps://files.test/s#xywh=0,90,160,90\n',
    )
  })

  it('is made of the metadata of a strip, and of no other', () => {
    const of = (metadata: JsonObject) => stripTilesOf({ metadata })
    expect(of(tiles)).toMatchObject({ tileCount: 3, columns: 2 })
    expect([of({}), of({ ...tiles, tileCount: 10_000_000 }), of({ ...tiles, intervalMs: '1' })]).toEqual([
      null,
      null,
      null,
    ])
  })
})
