import { describe, expect, it } from 'vitest'
import { brokenRules, type Playlists } from './validate-playlists.ts'

const SOUND =
  '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="sound.m3u8"'
const TEXT =
  '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="text.m3u8"'
const VARIANT =
  '#EXT-X-STREAM-INF:BANDWIDTH=9000,AVERAGE-BANDWIDTH=9000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=160x90,FRAME-RATE=25.000,AUDIO="sound",SUBTITLES="text",CLOSED-CAPTIONS=NONE'
const MASTER = `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n${SOUND}\n${TEXT}\n${VARIANT}\n90.m3u8\n`
const HEAD = '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n'
const RUNG = `${HEAD}#EXT-X-MAP:URI="f",BYTERANGE="24@0"\n#EXTINF:6.000000,\n#EXT-X-BYTERANGE:3000@24\nf\n#EXTINF:4.000000,\n#EXT-X-BYTERANGE:2000@3024\nf\n#EXT-X-ENDLIST\n`
const CAPTIONS = `${HEAD.replace('TION:6', 'TION:10')}#EXTINF:10.000000,\nt\n#EXT-X-ENDLIST\n`
/** Goes before the tag of a master, to add another one. */
const TEXT_TAG = '#EXT-X-MEDIA:TYPE=SUB'
const VARIANT_TAG = '#EXT-X-STREAM-INF:'

const box = (type: string, size = 8): Buffer => {
  const bytes = Buffer.alloc(size)
  bytes.writeUInt32BE(size)
  bytes.write(type, 4, 'latin1')
  return bytes
}
const FILE = Buffer.concat([box('ftyp'), box('moov', 16), box('moof', 3_000), box('moof', 2_000)])

/** The rules that a right stream breaks after a text of its master and of the playlist of its picture was replaced. */
async function afterwards(from: string | RegExp, to: string, file = FILE): Promise<readonly string[]> {
  const change = (text: string): string => text.replaceAll(from, to)
  const media = new Map([
    ['sound.m3u8', RUNG],
    ['text.m3u8', CAPTIONS],
    ['90.m3u8', change(RUNG)],
  ])
  const fileOf: Playlists['fileOf'] = async () => ({
    byteSize: file.length,
    read: async (start, size) => file.subarray(start, start + size),
  })
  return brokenRules({ master: change(MASTER), media, fileOf })
}

describe('the validator of playlists', () => {
  it('finds nothing wrong with a right stream', async () => {
    expect(await afterwards('nothing of it', '')).toEqual([])
  })

  it.each<[string, string | RegExp, string]>([
    ['4.1 is UTF-8 without a byte order mark', '#EXT-X-VERSION:7\n', '#EXT-X-VERSION:7\r\n'],
    ['4.3.1.1 begins with #EXTM3U', '#EXTM3U\n', '\n#EXTM3U\n'],
    ['4.3.1.2 has one EXT-X-VERSION', 'VERSION:7', 'VERSION:3'],
    ['4.3.4.2 has a variant, each with a URI', '\n90.m3u8', '\n#90.m3u8'],
    ['4.3.4.2 BANDWIDTH is in each variant', 'INF:BANDWIDTH=9000,', 'INF:'],
    ['4.3.4.2 AVERAGE-BANDWIDTH is not above', 'AVERAGE-BANDWIDTH=9000', 'AVERAGE-BANDWIDTH=9001'],
    ['4.3.4.2 CODECS is in each variant', 'CODECS="avc1.64001f,mp4a.40.2",', ''],
    ['4.3.4.2 CODECS names every format', 'avc1.64001f,mp4a.40.2', 'avc1.64001f'],
    ['4.3.4.2 RESOLUTION and FRAME-RATE', 'RATE=25.000', 'RATE=25'],
    ['4.3.4.2 RESOLUTION and FRAME-RATE', 'RESOLUTION=160x90,', ''],
    ['4.3.4.2 AUDIO and SUBTITLES name a group', 'AUDIO="sound"', 'AUDIO="other"'],
    [
      '4.3.4.2 CLOSED-CAPTIONS=NONE is in all',
      VARIANT_TAG,
      `${VARIANT.replace(',CLOSED-CAPTIONS=NONE', '')}\n90.m3u8\n${VARIANT_TAG}`,
    ],
    ['4.3.4.1.1 NAME is unique', TEXT_TAG, `${TEXT.replace('"en"', '"de"')}\n${TEXT_TAG}`],
    [
      '4.3.4.1.1 a group has at most one DEFAULT',
      TEXT_TAG,
      `${SOUND.replace('"en"', '"de"').replace('"English"', '"German"')}\n${TEXT_TAG}`,
    ],
    ['4.3.4.1 DEFAULT=YES comes with AUTOSELECT', 'YES,AUTOSELECT=YES', 'YES,AUTOSELECT=NO'],
    ['4.3.4.1.1 those with AUTOSELECT=YES differ', TEXT_TAG, `${TEXT.replace('"English"', '"Other"')}\n${TEXT_TAG}`],
    ['4.3.4.1 SUBTITLES have a URI', ',URI="text.m3u8"', ''],
    ['4.3.4.1 LANGUAGE is a tag', 'LANGUAGE="en"', 'LANGUAGE="e n"'],
    ['6.2.4 every playlist exists', 'sound.m3u8', 'none.m3u8'],
    ['4.3.3.1 has one EXT-X-TARGETDURATION', 'TION:6', 'TION:6.5'],
    ['4.3.3.1 every EXTINF, rounded', 'TION:6', 'TION:5'],
    ['4.3.2.1 has segments, each with a duration', 'INF:4.000000', 'INF:0.000000'],
    ['4.3.2.2 byte ranges follow each other', '2000@3024', '2000@3025'],
    ['4.3.2.5 EXT-X-MAP comes before', /#EXT-X-MAP.*\n/g, ''],
    ['4.3.3.4 ends with EXT-X-ENDLIST', '#EXT-X-ENDLIST\n', ''],
    ['4.3.3.5 is of the type VOD', 'TYPE:VOD', 'TYPE:EVENT'],
    ['4.3.4 holds no tag of a master', '#EXT-X-MAP', '#EXT-X-MEDIA:TYPE=AUDIO\n#EXT-X-MAP'],
    ['4.3.2.2 a file has one URL', '@3024\nf', '@3024\ng'],
    ['4.3.4.2 BANDWIDTH is not below the peak', /BANDWIDTH=9000/g, 'BANDWIDTH=7999'],
    ['6.2.4 all have the same duration', 'INF:4.000000', 'INF:3.000000'],
  ])('finds: %s', async (rule, from, to) => {
    const rules = await afterwards(from, to)
    expect(rules.filter((each) => each.includes(rule))).not.toEqual([])
  })

  it('finds: 6.2.4 all sizes have the same bounds', async () => {
    const master = MASTER.replace(VARIANT_TAG, `${VARIANT}\n120.m3u8\n${VARIANT_TAG}`)
    const media = new Map([
      ['sound.m3u8', RUNG],
      ['text.m3u8', CAPTIONS],
      ['90.m3u8', RUNG],
      ['120.m3u8', RUNG.replace('INF:4.000000', 'INF:4.100000')],
    ])
    expect(await brokenRules({ master, media })).toEqual(['6.2.4 all sizes have the same bounds'])
  })

  it.each([
    ['4.3.2.2 ranges lie in the file', FILE.subarray(0, -1)],
    ['4.3.2.5 EXT-X-MAP holds ftyp and moov', Buffer.concat([box('moov', 24), FILE.subarray(24)])],
    ['3.3 every segment begins with a fragment', Buffer.concat([FILE.subarray(0, 24), box('mdat', 5_000)])],
  ])('finds in a file: %s', async (rule, file) => {
    const rules = await afterwards('nothing of it', '', file)
    expect(rules.filter((each) => each.includes(rule))).not.toEqual([])
  })
})
