/** A file of a stream, as its server says. */
export interface ServedFile {
  readonly byteSize: number
  /** Its first bytes: at least the head that a playlist names. */
  read(start: number, byteSize: number): Promise<Buffer>
}

/** The playlists of one stream, by the URIs in its master. */
export interface Playlists {
  readonly master: string
  readonly media: ReadonlyMap<string, string>
  /** The file of a URL; `undefined`: its ranges and its head are not looked at. */
  readonly fileOf?: (url: string) => Promise<ServedFile>
}

type Attributes = Readonly<Record<string, string>>

/** One tag of a master playlist, with the URI below it where it has one. */
interface Tagged {
  readonly attributes: Attributes
  readonly uri: string
}

interface Segment {
  readonly seconds: number
  readonly url: string
  readonly range: { readonly byteSize: number; readonly start: number } | undefined
}

interface MediaPlaylist {
  readonly target: number
  readonly segments: readonly Segment[]
  readonly map: { readonly url: string; readonly byteSize: number; readonly start: number } | undefined
}

/** The rules of RFC 8216, and of Apple where it says so, that the playlists of one stream break: none, if all is right. */
export async function brokenRules(playlists: Playlists): Promise<readonly string[]> {
  const { master, media, fileOf } = playlists
  const wrong = [...textRules('master', master), ...masterRules(master, new Set(media.keys()))]
  const parsed = new Map<string, MediaPlaylist>()
  for (const [uri, text] of media) {
    const playlist = mediaOf(text)
    parsed.set(uri, playlist)
    wrong.push(...textRules(uri, text), ...mediaRules(text, playlist).map((rule) => `${uri}: ${rule}`))
    if (fileOf !== undefined) wrong.push(...(await fileRules(playlist, fileOf)).map((rule) => `${uri}: ${rule}`))
  }
  return [...wrong, ...rulesBetween(master, parsed)]
}

/** The URLs of files in a media playlist, without repetitions. */
export function urlsIn(text: string): readonly string[] {
  const { map, segments } = mediaOf(text)
  return [...new Set([...(map === undefined ? [] : [map.url]), ...segments.map(({ url }) => url)])]
}

/** The URIs of playlists in a master, without repetitions. */
export function playlistsIn(master: string): readonly string[] {
  const media = tagsOf(master, 'EXT-X-MEDIA').map(({ attributes }) => unquoted(attributes['URI']))
  return [...new Set([...media, ...variantsOf(master).map(({ uri }) => uri)])]
}

function textRules(name: string, text: string): readonly string[] {
  return broken([
    [
      `${name}: 4.1 is UTF-8 without a byte order mark, and without control characters`,
      !/[\uFEFF\p{Cc}]/u.test(text.replaceAll('\n', '')),
    ],
    [`${name}: 4.3.1.1 begins with #EXTM3U`, text.startsWith('#EXTM3U\n')],
    [
      `${name}: 4.3.1.2 has one EXT-X-VERSION, of at least 6 for EXT-X-MAP`,
      /^(?:6|7)$/.test(only(text, 'EXT-X-VERSION') ?? ''),
    ],
  ])
}

function masterRules(master: string, media: ReadonlySet<string>): readonly string[] {
  const variants = variantsOf(master)
  const renditions = tagsOf(master, 'EXT-X-MEDIA').map(({ attributes }) => attributes)
  const pictures = variants.filter(({ attributes }) => 'RESOLUTION' in attributes)
  const integer = (text: string | undefined): boolean => /^[1-9]\d*$/.test(text ?? '')
  const hasGroup = (type: string, { attributes }: Tagged): boolean =>
    !(type in attributes) || renditions.some((each) => each['TYPE'] === type && each['GROUP-ID'] === attributes[type])
  const captions = variants.filter(({ attributes }) => attributes['CLOSED-CAPTIONS'] === 'NONE')
  return broken([
    [
      '4.3.4.2 has a variant, each with a URI on the next line',
      variants.length > 0 && variants.every(({ uri }) => uri !== '' && !uri.startsWith('#')),
    ],
    ['4.3.4.2 BANDWIDTH is in each variant', variants.every(({ attributes }) => integer(attributes['BANDWIDTH']))],
    [
      '4.3.4.2 AVERAGE-BANDWIDTH is not above BANDWIDTH',
      variants.every(
        ({ attributes }) =>
          integer(attributes['AVERAGE-BANDWIDTH']) &&
          Number(attributes['AVERAGE-BANDWIDTH']) <= Number(attributes['BANDWIDTH']),
      ),
    ],
    [
      '4.3.4.2 CODECS is in each variant',
      variants.every(({ attributes }) => /^"[\w.-]+(?:,[\w.-]+)*"$/.test(attributes['CODECS'] ?? '')),
    ],
    [
      '4.3.4.2 CODECS names every format of the groups',
      variants.every((variant) => !('AUDIO' in variant.attributes) || /mp4a/.test(variant.attributes['CODECS'] ?? '')),
    ],
    [
      '4.3.4.2 RESOLUTION and FRAME-RATE with three decimals are in each variant with pictures',
      variants.every(({ attributes }) => /avc1/.test(attributes['CODECS'] ?? '') === 'RESOLUTION' in attributes) &&
        pictures.every(
          ({ attributes }) =>
            /^[1-9]\d*x[1-9]\d*$/.test(attributes['RESOLUTION'] ?? '') &&
            /^\d+\.\d{3}$/.test(attributes['FRAME-RATE'] ?? ''),
        ),
    ],
    [
      '4.3.4.2 AUDIO and SUBTITLES name a group that exists',
      variants.every((variant) => hasGroup('AUDIO', variant) && hasGroup('SUBTITLES', variant)),
    ],
    [
      '4.3.4.2 CLOSED-CAPTIONS=NONE is in all variants or in none',
      captions.length === 0 || captions.length === variants.length,
    ],
    [
      '4.3.4.1.1 NAME is unique in its group',
      isDistinct(renditions.map((each) => `${each['GROUP-ID']} ${each['NAME']}`)),
    ],
    [
      '4.3.4.1.1 a group has at most one DEFAULT',
      isDistinct(renditions.filter((each) => each['DEFAULT'] === 'YES').map((each) => String(each['GROUP-ID']))),
    ],
    [
      '4.3.4.1 DEFAULT=YES comes with AUTOSELECT=YES',
      renditions.every((each) => each['DEFAULT'] !== 'YES' || each['AUTOSELECT'] === 'YES'),
    ],
    [
      '4.3.4.1.1 those with AUTOSELECT=YES differ in language or characteristics',
      isDistinct(
        renditions
          .filter((each) => each['AUTOSELECT'] === 'YES')
          .map((each) => `${each['GROUP-ID']} ${each['LANGUAGE']} ${each['CHARACTERISTICS']}`),
      ),
    ],
    [
      '4.3.4.1 SUBTITLES have a URI, and no rendition an empty NAME',
      renditions.every(
        (each) => (each['TYPE'] !== 'SUBTITLES' || 'URI' in each) && /^"[^"]+"$/.test(each['NAME'] ?? ''),
      ),
    ],
    [
      '4.3.4.1 LANGUAGE is a tag of BCP 47',
      renditions.every((each) => !('LANGUAGE' in each) || isLanguage(unquoted(each['LANGUAGE']))),
    ],
    ['6.2.4 every playlist exists', playlistsIn(master).every((uri) => media.has(uri))],
  ])
}

function mediaRules(text: string, { target, segments, map }: MediaPlaylist): readonly string[] {
  const ranges = segments.flatMap(({ range }) => (range === undefined ? [] : [range]))
  const begin = map === undefined ? 0 : map.start + map.byteSize
  return broken([
    ['4.3.3.1 has one EXT-X-TARGETDURATION, an integer', /^[1-9]\d*$/.test(only(text, 'EXT-X-TARGETDURATION') ?? '')],
    [
      '4.3.3.1 every EXTINF, rounded, is not above the target',
      segments.every(({ seconds }) => Math.round(seconds) <= target),
    ],
    [
      '4.3.2.1 has segments, each with a duration above 0',
      segments.length > 0 && segments.every(({ seconds }) => seconds > 0),
    ],
    [
      '4.3.2.2 byte ranges follow each other without a gap',
      ranges.length === 0 ||
        (ranges.length === segments.length &&
          ranges.every(
            ({ start }, place) =>
              start === (place === 0 ? begin : (ranges[place - 1]?.start ?? 0) + (ranges[place - 1]?.byteSize ?? 0)),
          )),
    ],
    [
      '4.3.2.5 EXT-X-MAP comes before the first segment',
      ranges.length === 0 || (map !== undefined && text.indexOf('#EXT-X-MAP') < text.indexOf('#EXTINF')),
    ],
    ['4.3.3.4 ends with EXT-X-ENDLIST', text.endsWith('#EXT-X-ENDLIST\n') && text.split('#EXT-X-ENDLIST').length === 2],
    ['4.3.3.5 is of the type VOD', only(text, 'EXT-X-PLAYLIST-TYPE') === 'VOD'],
    ['4.3.4 holds no tag of a master', !/^#EXT-X-(?:STREAM-INF|MEDIA):/m.test(text)],
  ])
}

async function fileRules(
  { map, segments }: MediaPlaylist,
  fileOf: NonNullable<Playlists['fileOf']>,
): Promise<readonly string[]> {
  const [first] = segments
  if (map === undefined || first?.range === undefined) return []
  const file = await fileOf(map.url)
  const head = boxTypes(await file.read(map.start, map.byteSize))
  const last = segments.at(-1)?.range
  const begins = await Promise.all(
    segments.map(async ({ range }) => (range === undefined ? [] : startOf(await file.read(range.start, 16)))),
  )
  return broken([
    ['4.3.2.2 ranges lie in the file', last !== undefined && last.start + last.byteSize <= file.byteSize],
    ['4.3.2.5 EXT-X-MAP holds ftyp and moov, and no media', head.join(' ') === 'ftyp moov'],
    [
      '3.3 every segment begins with a fragment',
      begins.every(([type]) => ['moof', 'sidx', 'styp'].includes(type ?? '')),
    ],
    ['4.3.2.2 a file has one URL', new Set([map.url, ...segments.map(({ url }) => url)]).size === 1],
  ])
}

function rulesBetween(master: string, parsed: ReadonlyMap<string, MediaPlaylist>): readonly string[] {
  const groups = tagsOf(master, 'EXT-X-MEDIA').filter(({ attributes }) => attributes['TYPE'] === 'AUDIO')
  const sounds = groups.flatMap(({ attributes }) => parsed.get(unquoted(attributes['URI'])) ?? [])
  const most = Math.max(0, ...sounds.map(peakOf))
  const variants = variantsOf(master).flatMap(({ attributes, uri }) => {
    const playlist = parsed.get(uri)
    return playlist === undefined ? [] : [{ attributes, playlist, hasPicture: 'RESOLUTION' in attributes }]
  })
  const pictures = variants.filter(({ hasPicture }) => hasPicture).map(({ playlist }) => playlist)
  const bounds = pictures.map(({ segments }) => segments.map(({ seconds }) => seconds.toFixed(3)).join())
  const durations = [...variants.map(({ playlist }) => playlist), ...sounds].map(durationOf)
  return broken([
    [
      '4.3.4.2 BANDWIDTH is not below the peak of any segment, with that of the sound',
      variants.every(
        ({ attributes, playlist, hasPicture }) =>
          Number(attributes['BANDWIDTH']) >= Math.floor(peakOf(playlist)) + (hasPicture ? Math.floor(most) : 0),
      ),
    ],
    ['6.2.4 all sizes have the same bounds', new Set(bounds).size <= 1],
    [
      '6.2.4 all have the same duration, sound to a few frames',
      durations.every((each) => Math.abs(each - (durations[0] ?? 0)) < 0.2),
    ],
  ])
}

function peakOf({ segments }: MediaPlaylist): number {
  // By the RFC, of segments of half to one and a half targets; the last one may be a rest of a few frames.
  const longest = Math.max(...segments.map(({ seconds }) => seconds))
  const counted = segments.filter(({ seconds }) => seconds >= longest / 2)
  return Math.max(...counted.map(({ range, seconds }) => ((range?.byteSize ?? 0) * 8) / seconds))
}

function durationOf({ segments }: MediaPlaylist): number {
  return segments.reduce((sum, { seconds }) => sum + seconds, 0)
}

function mediaOf(text: string): MediaPlaylist {
  const segments: Segment[] = []
  let seconds = Number.NaN
  let range: Segment['range']
  for (const line of text.split('\n')) {
    const [, duration] = /^#EXTINF:([\d.]+),/.exec(line) ?? []
    const [, byteSize, start] = /^#EXT-X-BYTERANGE:(\d+)@(\d+)$/.exec(line) ?? []
    if (duration !== undefined) seconds = Number(duration)
    else if (byteSize !== undefined) range = { byteSize: Number(byteSize), start: Number(start) }
    else if (line !== '' && !line.startsWith('#')) {
      segments.push({ seconds, url: line, range })
      seconds = Number.NaN
      range = undefined
    }
  }
  const [, url, byteSize, start] = /^#EXT-X-MAP:URI="([^"]*)",BYTERANGE="(\d+)@(\d+)"$/m.exec(text) ?? []
  const map = url === undefined ? undefined : { url, byteSize: Number(byteSize), start: Number(start) }
  return { target: Number(only(text, 'EXT-X-TARGETDURATION')), segments, map }
}

function variantsOf(master: string): readonly Tagged[] {
  return tagsOf(master, 'EXT-X-STREAM-INF')
}

function tagsOf(master: string, tag: string): readonly Tagged[] {
  const lines = master.split('\n')
  return lines.flatMap((line, place) =>
    line.startsWith(`#${tag}:`)
      ? [{ attributes: attributesOf(line.slice(tag.length + 2)), uri: lines[place + 1] ?? '' }]
      : [],
  )
}

function attributesOf(list: string): Attributes {
  return Object.fromEntries(
    [...list.matchAll(/([A-Z0-9-]+)=("[^"]*"|[^",]*)(?:,|$)/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

function only(text: string, tag: string): string | undefined {
  const [value, ...more] = [...text.matchAll(new RegExp(`^#${tag}:(.*)$`, 'gm'))].map(([, given]) => given)
  return more.length === 0 ? value : undefined
}

function boxTypes(bytes: Buffer): readonly string[] {
  const types: string[] = []
  for (let start = 0; start + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(start)
    types.push(bytes.toString('latin1', start + 4, start + 8))
    if (size < 8 || start + size > bytes.length) return [...types, 'cut']
    start += size
  }
  return types
}

function startOf(bytes: Buffer): readonly string[] {
  return [bytes.toString('latin1', 4, 8)]
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

function unquoted(text = ''): string {
  return text.slice(1, -1)
}

function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length
}

function broken(rules: readonly (readonly [string, boolean])[]): readonly string[] {
  return rules.filter(([, holds]) => !holds).map(([rule]) => rule)
}
