import fluent from 'fluent-ffmpeg'
import { type FfmpegOptions, optionList } from './ffmpeg-options.ts'
import type { MediaInput } from './media-input.ts'

/** How one run reads its source. */
export interface InputSettings {
  /** Options of the input. */
  readonly options?: FfmpegOptions
  /** The position to start from, in seconds from the beginning of the source. */
  readonly seekSeconds?: number
}

/** The video of one output. */
export interface VideoSettings {
  readonly codec: string
  readonly filters: readonly string[]
  readonly options: FfmpegOptions
}

/** The sound of one output. */
export interface AudioSettings {
  readonly codec: string
  readonly bitrateKbps?: number
  readonly channels?: number
  readonly frequency?: number
  readonly filters: readonly string[]
  /** Options of the encoder. */
  readonly options?: FfmpegOptions
}

/** One output of a run. */
export interface OutputSettings {
  /** A path, or `-` for standard output. */
  readonly target: string
  /** The muxer, as FFmpeg names it. */
  readonly format: string
  /** The streams of the source to use, by index. */
  readonly streams: readonly number[]
  readonly video?: VideoSettings
  readonly audio?: AudioSettings
  /** The encoder of a subtitle track; without it there are no subtitles. */
  readonly subtitles?: string
  /** Options of the muxer, and all other options of the output. */
  readonly options?: FfmpegOptions
}

/**
 * Builds the arguments of one run of ffmpeg, without shell quoting. fluent-ffmpeg orders and spells them, but does not
 * run them: it cannot start a process group, looks up capabilities again for every run, and reads progress from
 * messages meant for people. Pure.
 */
export function ffmpegArguments(
  source: MediaInput,
  input: InputSettings,
  outputs: readonly OutputSettings[],
): readonly string[] {
  const command = fluent().input(`file:${source.path}`)
  command.inputOptions(...optionList({ ...source.guards, ...input.options }))
  if (input.seekSeconds !== undefined) command.seekInput(input.seekSeconds)
  for (const output of outputs) addOutput(command, output)
  return ['-hide_banner', '-nostdin', '-loglevel', 'level+info', '-nostats', ...command._getArguments()]
}

function addOutput(command: fluent.FfmpegCommand, { target, format, streams, ...settings }: OutputSettings): void {
  command.output(target).format(format)
  command.outputOptions(
    ...streams.flatMap((index) => ['-map', `0:${index}`]),
    ...subtitleOptions(settings.subtitles),
    '-dn',
  )
  command.outputOptions(...optionList({ ...WITHOUT_METADATA, ...settings.options }))
  addVideo(command, settings.video)
  addAudio(command, settings.audio)
}

function subtitleOptions(encoder: string | undefined): readonly string[] {
  return encoder === undefined ? ['-sn'] : ['-c:s', encoder]
}

// Drops titles, locations and chapters of the source, and the names of encoders.
const WITHOUT_METADATA: FfmpegOptions = {
  map_metadata: -1,
  map_chapters: -1,
  fflags: '+bitexact',
  'flags:v': '+bitexact',
  'flags:a': '+bitexact',
}

function addVideo(command: fluent.FfmpegCommand, video: VideoSettings | undefined): void {
  if (video === undefined) {
    command.noVideo()
    return
  }
  command.videoCodec(video.codec).videoFilters([...video.filters])
  addOptions(command, video.options)
}

function addAudio(command: fluent.FfmpegCommand, audio: AudioSettings | undefined): void {
  if (audio === undefined) {
    command.noAudio()
    return
  }
  command.audioCodec(audio.codec).audioFilters([...audio.filters])
  if (audio.bitrateKbps !== undefined) command.audioBitrate(audio.bitrateKbps)
  if (audio.channels !== undefined) command.audioChannels(audio.channels)
  if (audio.frequency !== undefined) command.audioFrequency(audio.frequency)
  addOptions(command, audio.options ?? {})
}

// Without options, fluent-ffmpeg would write the word "undefined", which is the name of an output.
function addOptions(command: fluent.FfmpegCommand, options: FfmpegOptions): void {
  const list = optionList(options)
  if (list.length > 0) command.outputOptions(...list)
}
