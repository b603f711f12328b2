import type { FfprobeReport, StreamReport } from './ffprobe-report.ts'

/** A video track. */
export interface VideoTrack {
  readonly index: number
  readonly codec: string
  readonly profile: string | null
  readonly pixelFormat: string
  /** Pixels as stored. */
  readonly codedWidth: number
  readonly codedHeight: number
  /** Pixels as displayed: square, and rotated as the file asks. */
  readonly width: number
  readonly height: number
  /** Degrees by which players rotate the stored picture. */
  readonly rotation: number
  /** Width over height of one stored pixel. */
  readonly pixelAspect: number
  /** The average number of frames per second; `null` when the header does not say. */
  readonly frameRate: number | null
  /** The lowest rate that represents every timestamp; `null` when the header does not say. */
  readonly finestFrameRate: number | null
  readonly isInterlaced: boolean
  /** In FFmpeg's names; `null` when the file does not say. */
  readonly colorMatrix: string | null
  readonly colorTransfer: string | null
  readonly isHdr: boolean
  /** When its last frame ends, from the beginning of the file; `null` when the header does not say. */
  readonly endMs: number | null
}

/** An audio track. */
export interface AudioTrack {
  readonly index: number
  readonly codec: string
  readonly sampleRate: number
  readonly channels: number
  /** Whether its samples have more than 16 bits without loss. */
  readonly isFine: boolean
  /** Whether the file says which position each channel has. */
  readonly hasLayout: boolean
  /** Leading silence that FFmpeg drops when it reads this track alone. */
  readonly forgottenMs: number
  /** When its last sample ends, from the beginning of the file; `null` when the header does not say. */
  readonly endMs: number | null
  /** As the file says it: `eng`; `null` when it does not. */
  readonly language: string | null
  /** As the file says it; `null` when it does not. */
  readonly title: string | null
}

/** A subtitle track of text. */
export interface SubtitleTrack {
  readonly index: number
}

/** The cover art of an audio file. */
export interface Cover {
  readonly index: number
  readonly width: number
  readonly height: number
}

/** The facts about a file that decide how it is processed. */
export interface MediaFacts {
  /** `null` when the file has neither video nor sound. */
  readonly kind: 'video' | 'audio' | null
  readonly video: VideoTrack | null
  /** The first of `sounds`. */
  readonly audio: AudioTrack | null
  /** Every sound track that can be played: the default one first. */
  readonly sounds: readonly AudioTrack[]
  readonly cover: Cover | null
  /** `null` also when there are only pictures of text. */
  readonly subtitles: SubtitleTrack | null
  /** Whether there is a video or audio track that FFmpeg cannot decode. */
  readonly hasUnknownTrack: boolean
  /** The duration in the header; `null` when the header does not say. */
  readonly durationMs: number | null
}

/** Returns the tracks that players play: video and sound, where present. Pure. */
export function tracksOf({ video, audio }: Pick<MediaFacts, 'video' | 'audio'>): readonly (VideoTrack | AudioTrack)[] {
  return [video, audio].filter((track) => track !== null)
}

const HDR_TRANSFERS = ['smpte2084', 'arib-std-b67']

/** Reads the facts out of a report. Of each kind it takes the default track, else the first. Pure. */
export function factsOf({ streams = [], format }: FfprobeReport): MediaFacts {
  const pictures = streams.filter(({ codec_type }) => codec_type === 'video')
  const videoStream = preferred(pictures.filter((stream) => !isStill(stream) && isDecodable(stream)))
  const startSeconds = Number(format?.start_time ?? 0)
  const video = videoStream === undefined ? null : videoTrack(videoStream, startSeconds)
  const sounds = defaultFirst(streams.filter(isPlayableSound)).map((stream) => audioTrack(stream, startSeconds))
  const audio = sounds[0] ?? null
  const subtitleStream = preferred(streams.filter(isText))
  const coverStream = pictures.find((stream) => isStill(stream) && hasSize(stream))
  return {
    kind: video !== null ? 'video' : audio !== null ? 'audio' : null,
    video,
    audio,
    sounds,
    cover: coverStream === undefined ? null : coverOf(coverStream),
    subtitles: subtitleStream === undefined ? null : { index: subtitleStream.index },
    hasUnknownTrack: streams.some(isUnknownTrack),
    durationMs: milliseconds(format?.duration) ?? longest([video?.endMs, audio?.endMs]),
  }
}

function preferred(streams: readonly StreamReport[]): StreamReport | undefined {
  return defaultFirst(streams)[0]
}

function defaultFirst(streams: readonly StreamReport[]): readonly StreamReport[] {
  const first = streams.find(({ disposition }) => disposition?.['default'] === 1)
  return first === undefined ? streams : [first, ...streams.filter((stream) => stream !== first)]
}

// Cover art and chapter pictures are tracks of one picture each.
function isStill({ disposition }: StreamReport): boolean {
  return disposition?.['attached_pic'] === 1 || disposition?.['timed_thumbnails'] === 1
}

function hasSize({ width = 0, height = 0 }: StreamReport): boolean {
  return width > 0 && height > 0
}

// Names that ffprobe gives to subtitles of text.
const TEXT_CODECS = ['subrip', 'srt', 'ass', 'ssa', 'webvtt', 'mov_text', 'text']

/** Whether a stream is subtitles of text, not of pictures. Pure. */
export function isText({ codec_type: type, codec_name: codec = '' }: StreamReport): boolean {
  return type === 'subtitle' && TEXT_CODECS.includes(codec)
}

function isDecodable(stream: StreamReport): boolean {
  return stream.codec_name !== undefined && hasSize(stream)
}

function isPlayableSound({ codec_type, codec_name, sample_rate, channels = 0 }: StreamReport): boolean {
  return codec_type === 'audio' && codec_name !== undefined && Number(sample_rate) > 0 && channels > 0
}

// A track of a known codec without a size or a rate is damaged.
function isUnknownTrack({ codec_type: type, codec_name: codec }: StreamReport): boolean {
  return (type === 'audio' || type === 'video') && codec === undefined
}

function videoTrack(stream: StreamReport, startSeconds: number): VideoTrack {
  const { width: codedWidth = 0, height: codedHeight = 0, field_order: fieldOrder = 'unknown' } = stream
  const rotation = rotationOf(stream)
  const pixelAspect = ratio(stream.sample_aspect_ratio) ?? 1
  const squared = { width: Math.max(1, Math.round(codedWidth * pixelAspect)), height: codedHeight }
  const isSideways = Math.abs(Math.round(rotation / 90)) % 2 === 1
  return {
    index: stream.index,
    codec: stream.codec_name ?? 'unknown',
    profile: stream.profile ?? null,
    pixelFormat: stream.pix_fmt ?? 'unknown',
    codedWidth,
    codedHeight,
    width: isSideways ? squared.height : squared.width,
    height: isSideways ? squared.width : squared.height,
    rotation,
    pixelAspect,
    frameRate: ratio(stream.avg_frame_rate),
    finestFrameRate: ratio(stream.r_frame_rate),
    isInterlaced: ['tt', 'bb', 'tb', 'bt'].includes(fieldOrder),
    colorMatrix: known(stream.color_space),
    colorTransfer: known(stream.color_transfer),
    isHdr: HDR_TRANSFERS.includes(stream.color_transfer ?? ''),
    endMs: endOf(stream, startSeconds),
  }
}

function audioTrack(stream: StreamReport, startSeconds: number): AudioTrack {
  return {
    index: stream.index,
    codec: stream.codec_name ?? 'unknown',
    sampleRate: Number(stream.sample_rate),
    channels: stream.channels ?? 1,
    isFine: stream.sample_fmt?.startsWith('s32') === true,
    hasLayout: isLayout(stream.channel_layout),
    forgottenMs: 0,
    endMs: endOf(stream, startSeconds),
    language: languageOf(stream),
    title: stream.tags?.['title'] ?? null,
  }
}

// `und` is what a file says that does not know it.
function languageOf({ tags }: StreamReport): string | null {
  const language = tags?.['language'] ?? 'und'
  return language === 'und' ? null : language
}

// Newer programs list the channels one by one, including those with an unknown position ("FL+FR+UNSD") or with none
// (sound fields, "ambisonic 1").
function isLayout(layout: string | undefined): boolean {
  return known(layout) !== null && !/UNSD|UNK|USR|NONE|ambisonic/.test(layout ?? '')
}

function coverOf({ index, width = 0, height = 0 }: StreamReport): Cover {
  return { index, width, height }
}

function rotationOf({ side_data_list: sideData = [], tags }: StreamReport): number {
  const matrix = sideData.find(({ rotation }) => rotation !== undefined)
  // ffprobe before 5 reports the rotation in a tag, clockwise.
  const degrees = matrix?.rotation ?? -Number(tags?.['rotate'] ?? 0)
  return Number.isFinite(degrees) && degrees !== 0 ? degrees : 0
}

/** Parses "30000/1001" or "64:45"; `null` when the value is unknown or makes no sense. */
function ratio(text: string | undefined): number | null {
  const [over = '', under = ''] = (text ?? '').split(/[/:]/)
  const value = Number(over) / Number(under)
  return Number.isFinite(value) && value > 0 ? value : null
}

function milliseconds(seconds: string | undefined): number | null {
  const value = Math.round(Number(seconds ?? Number.NaN) * 1_000)
  return Number.isFinite(value) && value > 0 ? value : null
}

function endOf({ start_time, duration }: StreamReport, startSeconds: number): number | null {
  const durationMs = milliseconds(duration)
  const delayMs = Math.round((Number(start_time ?? startSeconds) - startSeconds) * 1_000)
  return durationMs === null || Number.isNaN(delayMs) ? null : delayMs + durationMs
}

/**
 * Returns how long an output of these tracks must last: until the last track ends, or as long as the whole file when
 * the header does not say when they end. Pure.
 */
export function durationOf(tracks: readonly Pick<AudioTrack, 'endMs'>[], wholeMs: number): number {
  const ends = tracks.map(({ endMs }) => endMs)
  return ends.includes(null) ? wholeMs : (longest(ends) ?? wholeMs)
}

/** Returns the longest known duration; `null` when none is known. Pure. */
export function longest(durations: readonly (number | null | undefined)[]): number | null {
  const told = durations.filter((duration) => typeof duration === 'number')
  return told.length === 0 ? null : Math.max(...told)
}

function known(value: string | undefined): string | null {
  return value === undefined || value === 'unknown' || value === 'reserved' ? null : value
}
