import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { RindleError } from '@rindle/core'
import type { SubtitleTrack } from './media-facts.ts'
import { ownInput } from './media-input.ts'
import type { RunContext } from './run-context.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import type { SourcePart } from './source-part.ts'
import type { VariantWork } from './variant-work.ts'

// More text than any film has.
const MAX_TEXT_BYTES = 32 * 1024 ** 2
// The system's list of fonts may be written once.
const MAX_FONT_CACHE_BYTES = 64 * 1024 ** 2

/**
 * Writes a subtitle track to a file beside the output, as plain text, and returns the file's name; `null` when it has no
 * text. The filter that draws subtitles would open the source itself, without the guards that a source needs, and load
 * the fonts in it. Throws `processor_capability_missing` when this FFmpeg finds no font to draw with.
 */
export async function writeSubtitles(track: SubtitleTrack, work: VariantWork): Promise<string | null> {
  const { context, input, name, path, maxPixels } = work
  await assertCanDrawText(context)
  const target = `${path}.srt`
  await runFfmpeg(
    {
      input,
      settings: {},
      outputs: [{ target, format: 'srt', streams: [track.index], subtitles: 'srt' }],
      maxFileBytes: MAX_TEXT_BYTES,
      maxPixels,
      variant: name,
    },
    context,
  )
  return (await stat(target)).size === 0 ? null : basename(target)
}

/**
 * Filters that draw subtitles into a part of a source, which begins at 0. The name needs no quoting: a run works in the
 * directory of its outputs, and names of variants are plain. Pure.
 */
export function drawnSubtitles(file: string | null, part: SourcePart | null): readonly string[] {
  if (file === null) return []
  const draw = `subtitles=filename=${file}`
  const seconds = part?.sourceSeconds ?? 0
  return seconds === 0 ? [draw] : [`setpts=PTS+${seconds}/TB`, draw, `setpts=PTS-${seconds}/TB`]
}

// Without a font, FFmpeg draws nothing, and succeeds. It names each font that it uses.
const USES_FONT = /fontselect: .* -> /

async function assertCanDrawText(context: RunContext): Promise<void> {
  const own = await mkdtemp(join(context.directory, 'rindle-text-'))
  try {
    await writeFile(join(own, 'black'), Buffer.concat([Buffer.from('P6 64 64 255\n'), Buffer.alloc(64 * 64 * 3)]))
    await writeFile(join(own, 'text'), '1\n00:00:00,000 --> 00:00:09,000\nA\n')
    const filters = [`subtitles=filename=${basename(own)}/text`]
    const messages = await runFfmpeg(
      {
        input: ownInput(join(own, 'black'), 'image/x-portable-pixmap', 'ppm_pipe'),
        settings: {},
        outputs: [
          { target: '-', format: 'null', streams: [0], video: { codec: 'wrapped_avframe', filters, options: {} } },
        ],
        maxFileBytes: MAX_FONT_CACHE_BYTES,
        maxPixels: 64 * 64,
        variant: 'a test of its fonts',
      },
      context,
    )
    if (USES_FONT.test(messages)) return
  } finally {
    await rm(own, { recursive: true, force: true })
  }
  const message = 'FFmpeg finds no font to draw subtitles with; install fonts, and fontconfig if the build uses it.'
  throw new RindleError('processor_capability_missing', message, { details: { missing: ['fonts'] } })
}
