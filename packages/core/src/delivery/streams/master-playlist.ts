import { attributeList, quoted, shown } from './attribute-list.ts'
import type { StreamIndex } from './stream-index.ts'

/** One rung of a stream, or one of its sounds. */
export interface ListedRung {
  /** The name of its variant, and of its playlist. */
  readonly name: string
  /** Pixels; `null` for sound. */
  readonly width: number | null
  /** Pixels; `null` for sound. */
  readonly height: number | null
  readonly index: StreamIndex
}

/** Captions or subtitles of a stream. */
export interface ListedText {
  /** The name of its playlist. */
  readonly id: string
  readonly kind: 'captions' | 'subtitles'
  /** A BCP 47 tag. */
  readonly lang: string
  readonly label: string
  readonly isDefault: boolean
}

/** The parts of a stream that can be played now. */
export interface ListedStream {
  readonly pictures: readonly ListedRung[]
  /** The default one first. */
  readonly sounds: readonly ListedRung[]
  readonly texts: readonly ListedText[]
}

const SOUND = 'sound'
const TEXT = 'text'
// Apple's authoring rules begin with this rate on Wi-Fi: players start with the rung that is listed first.
const FIRST_BITS_PER_SECOND = 2_000_000
const CAPTIONS = 'public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound'

/**
 * The master playlist (RFC 8216, 4.3.4) of what can be played now. The URIs of its playlists are relative to its own:
 * `{name}.m3u8`. Equal streams give equal text. Pure.
 */
export function masterPlaylist(stream: ListedStream): string {
  const { sounds, texts } = stream
  const variants = [...bestFirst(stream.pictures), ...sounds.slice(0, 1)]
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(hasGroup(stream) ? soundLines(sounds) : []),
    ...textLines(texts),
    ...variants.flatMap((rung) => [`#EXT-X-STREAM-INF:${variantAttributes(rung, stream)}`, playlistOf(rung.name)]),
    '',
  ].join('\n')
}

/** The rung to start with, and then the best one first. */
function bestFirst(pictures: readonly ListedRung[]): readonly ListedRung[] {
  const distance = ({ index }: ListedRung): number => Math.abs(index.averageBandwidth - FIRST_BITS_PER_SECOND)
  const [first] = pictures.toSorted((a, b) => distance(a) - distance(b) || byRate(a, b))
  return first === undefined ? [] : [first, ...pictures.filter((each) => each !== first).toSorted(byRate)]
}

function byRate(a: ListedRung, b: ListedRung): number {
  return b.index.bandwidth - a.index.bandwidth || (a.name < b.name ? -1 : 1)
}

/** One sound without a picture needs no choice. */
function hasGroup({ pictures, sounds }: ListedStream): boolean {
  return sounds.length > (pictures.length > 0 ? 0 : 1)
}

function variantAttributes({ width, height, index }: ListedRung, stream: ListedStream): string {
  const { codecs, frameRate, role } = index
  const sounds = role === 'video' ? stream.sounds.map((each) => each.index) : []
  const most = (rate: 'bandwidth' | 'averageBandwidth'): number => Math.max(0, ...sounds.map((each) => each[rate]))
  return attributeList({
    BANDWIDTH: index.bandwidth + most('bandwidth'),
    'AVERAGE-BANDWIDTH': index.averageBandwidth + most('averageBandwidth'),
    CODECS: quoted([...new Set([codecs, ...sounds.map((each) => each.codecs)])].join(',')),
    RESOLUTION: width === null || height === null ? undefined : `${width}x${height}`,
    'FRAME-RATE': frameRate?.toFixed(3),
    AUDIO: hasGroup(stream) ? quoted(SOUND) : undefined,
    SUBTITLES: stream.texts.length > 0 ? quoted(TEXT) : undefined,
    // All variants have it, or none.
    'CLOSED-CAPTIONS': 'NONE',
  })
}

function soundLines(sounds: readonly ListedRung[]): readonly string[] {
  const names = distinctNames(sounds.map(({ index: { sound } }) => sound?.name ?? nameOfLanguage(sound?.language)))
  const languages = sounds.map(({ index }) => languageOf(index.sound?.language))
  return sounds.map(({ name, index }, place) => {
    const attributes = attributeList({
      TYPE: 'AUDIO',
      'GROUP-ID': quoted(SOUND),
      NAME: quoted(names[place] ?? name),
      LANGUAGE: languages[place] === undefined ? undefined : quoted(languages[place]),
      DEFAULT: place === 0 ? 'YES' : 'NO',
      // Of equals, a player that chooses by itself takes the first.
      AUTOSELECT: languages.indexOf(languages[place]) === place ? 'YES' : 'NO',
      CHANNELS: index.sound === undefined ? undefined : quoted(String(index.sound.channels)),
      URI: quoted(playlistOf(name)),
    })
    return `#EXT-X-MEDIA:${attributes}`
  })
}

function textLines(texts: readonly ListedText[]): readonly string[] {
  const inOrder = texts.toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault))
  const names = distinctNames(inOrder.map(({ label, lang }) => shown(label) || nameOfLanguage(lang)))
  const kinds = inOrder.map(({ kind, lang }) => `${kind} ${lang}`)
  return inOrder.map(({ id, kind, lang, isDefault }, place) => {
    const attributes = attributeList({
      TYPE: 'SUBTITLES',
      'GROUP-ID': quoted(TEXT),
      NAME: quoted(names[place] ?? id),
      LANGUAGE: quoted(lang),
      DEFAULT: isDefault ? 'YES' : 'NO',
      AUTOSELECT: kinds.indexOf(kinds[place] ?? '') === place ? 'YES' : 'NO',
      FORCED: 'NO',
      CHARACTERISTICS: kind === 'captions' ? quoted(CAPTIONS) : undefined,
      URI: quoted(playlistOf(id)),
    })
    return `#EXT-X-MEDIA:${attributes}`
  })
}

/** The names with a number from the second of its kind on: a group may have each name once. */
function distinctNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  return names.map((given) => {
    const name = shown(given)
    let distinct = name
    for (let number = 2; taken.has(distinct); number++) distinct = `${name} ${number}`
    taken.add(distinct)
    return distinct
  })
}

/** A BCP 47 tag of the language that a source names, such as `ger`. */
function languageOf(given: string | undefined): string | undefined {
  if (given === undefined || !/^[A-Za-z]{2,3}(?:-[A-Za-z\d]{2,8})*$/.test(given)) return undefined
  try {
    const [tag] = Intl.getCanonicalLocales(given)
    return tag === 'und' ? undefined : tag
  } catch {
    // A tag of the right form can still be none, by the order of its parts.
    return undefined
  }
}

/** The name of a language in itself: `Deutsch`. */
function nameOfLanguage(given: string | undefined): string {
  const tag = languageOf(given)
  if (tag === undefined) return 'Sound'
  return new Intl.DisplayNames([tag], { type: 'language', fallback: 'code' }).of(tag) ?? tag
}

function playlistOf(name: string): string {
  return `${name}.m3u8`
}
