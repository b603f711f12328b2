import { RindleError, type SourceFile } from '@rindle/core'
import type { FfmpegOptions } from './ffmpeg-options.ts'
import { SOURCE_TYPES, type SourceType } from './source-types.ts'

/** A file, and the options that FFmpeg must open it with. */
export interface MediaInput extends Required<Omit<SourceType, 'demuxers'>> {
  readonly path: string
  readonly contentType: string
  /** Options that limit how FFmpeg opens it. */
  readonly guards: FfmpegOptions
}

/**
 * Returns how FFmpeg may open a source: only from disk, and only with the demuxers of its verified type, whatever its
 * bytes or name say. Throws `unsupported_codec` for an unknown type. Pure.
 */
export function mediaInput({ path, contentType }: Pick<SourceFile, 'path' | 'contentType'>): MediaInput {
  const type = SOURCE_TYPES[contentType]
  if (type === undefined) {
    throw new RindleError('unsupported_codec', `The AV processor does not read files of the type ${contentType}.`, {
      details: { contentType },
    })
  }
  const { demuxers, isDurationGuessed = false, areEndsGuessed = false } = type
  return { path, contentType, guards: guardsFor(demuxers), isDurationGuessed, areEndsGuessed }
}

/** Returns the same for an output, with the demuxer that reads it back. Pure. */
export function ownInput(path: string, contentType: string, demuxer: string): MediaInput {
  return { path, contentType, guards: guardsFor([demuxer]), isDurationGuessed: false, areEndsGuessed: false }
}

// The whitelist also applies to files that a demuxer opens: FFmpeg once read subtitles inside an AVI as a playlist.
function guardsFor(demuxers: readonly string[]): FfmpegOptions {
  const whitelists = { protocol_whitelist: 'file', format_whitelist: demuxers.join(',') }
  const [only, ...others] = demuxers
  return only !== undefined && others.length === 0 ? { ...whitelists, f: only } : whitelists
}
