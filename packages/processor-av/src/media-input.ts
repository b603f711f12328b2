import { RindleError, type SourceFile } from '@rindle/core'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { SOURCE_TYPES, type SourceType } from './source-types.ts'

/** A file, and the options without which FFmpeg must not open it. */
export interface MediaInput extends Required<Omit<SourceType, 'demuxers'>> {
  readonly path: string
  readonly contentType: string
  /** Options without which it must not be opened. */
  readonly guards: FfmpegOptions
}

/**
 * How FFmpeg may open a source: from the disk alone, and by no demuxer but those of its verified type, whatever its
 * bytes or name say. `unsupported_codec` for a type that it is never given. Pure.
 */
export function mediaInput({ path, contentType }: Pick<SourceFile, 'path' | 'contentType'>): MediaInput {
  const type = SOURCE_TYPES[contentType]
  if (type === undefined) {
    throw new RindleError('unsupported_codec', `FFmpeg is not given files of the type ${contentType}.`, {
      details: { contentType },
    })
  }
  const { demuxers, isDurationGuessed = false, areEndsGuessed = false } = type
  return { path, contentType, guards: guardsFor(demuxers), isDurationGuessed, areEndsGuessed }
}

/** The same for a file that was made here, by the demuxer that reads it back. Pure. */
export function ownInput(path: string, contentType: string, demuxer: string): MediaInput {
  return { path, contentType, guards: guardsFor([demuxer]), isDurationGuessed: false, areEndsGuessed: false }
}

// The whitelist also holds for what a demuxer opens in turn: subtitles inside an AVI were once read as a playlist.
function guardsFor(demuxers: readonly string[]): FfmpegOptions {
  const whitelists = { protocol_whitelist: 'file', format_whitelist: demuxers.join(',') }
  const [only, ...others] = demuxers
  return only !== undefined && others.length === 0 ? { ...whitelists, f: only } : whitelists
}
