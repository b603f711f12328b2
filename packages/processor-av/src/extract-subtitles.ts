import { join } from 'node:path'
import { isRindleError, type SourceFile } from '@rindle/core'
import type { ExtractedSubtitles, ExtractOptions } from '@rindle/core/adapter'
import { throwIfCancelled } from './cancellation.ts'
import type { StreamReport } from './ffprobe-report.ts'
import { assertWithinLimits } from './limits.ts'
import { factsOf, isText } from './media-facts.ts'
import { type MediaInput, mediaInput } from './media-input.ts'
import type { RunContext } from './run-context.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import { readHeader } from './run-ffprobe.ts'

// More text than any film has.
const MAX_TEXT_BYTES = 32 * 1024 ** 2
// More languages than any film has: core keeps as many.
const MAX_TRACKS = 100

/** Implements `Processor.extractSubtitles`; see the port for its contract. */
export async function extractSubtitles(
  source: SourceFile,
  { limits, directory }: Pick<ExtractOptions, 'limits' | 'directory'>,
  context: RunContext,
): Promise<readonly ExtractedSubtitles[]> {
  throwIfCancelled(context.signal)
  const input = mediaInput(source)
  const report = await readHeader(input, context)
  assertWithinLimits(factsOf(report), source.contentType, limits)
  const streams = (report.streams ?? []).filter(isText).slice(0, MAX_TRACKS)
  if (streams.length === 0) return []
  const texts = streams.map((stream) => ({ stream, path: join(directory, `subtitles-${stream.index}.srt`) }))
  try {
    // All of them in one run, which reads the film once.
    await writeTexts(texts, input, limits.maxPixels, context)
    return texts.map(({ stream, path }) => ({ ...factsOfText(stream), path }))
  } catch (error) {
    throwIfCancelled(context.signal)
    if (!isRindleError(error)) throw error
  }
  return eachAlone(texts, input, limits.maxPixels, context)
}

/** The text of one stream, and the file that it is written to. */
interface Text {
  readonly stream: StreamReport
  readonly path: string
}

/** One damaged track must not take the others with it. */
async function eachAlone(
  texts: readonly Text[],
  input: MediaInput,
  maxPixels: number,
  context: RunContext,
): Promise<readonly ExtractedSubtitles[]> {
  const found: ExtractedSubtitles[] = []
  for (const text of texts) {
    const facts = factsOfText(text.stream)
    try {
      await writeTexts([text], input, maxPixels, context)
      found.push({ ...facts, path: text.path })
    } catch (error) {
      throwIfCancelled(context.signal)
      if (!isRindleError(error)) throw error
      found.push({ ...facts, error })
    }
  }
  return found
}

async function writeTexts(
  texts: readonly Text[],
  input: MediaInput,
  maxPixels: number,
  context: RunContext,
): Promise<void> {
  const outputs = texts.map(({ stream: { index }, path }) => ({
    target: path,
    format: 'srt',
    streams: [index],
    subtitles: 'srt',
  }))
  const run = { input, settings: {}, outputs, maxFileBytes: MAX_TEXT_BYTES, maxPixels, variant: 'subtitles' }
  await runFfmpeg(run, context)
}

function factsOfText({ index, disposition, tags }: StreamReport): Omit<ExtractedSubtitles, 'path' | 'error'> {
  const is = (name: string): boolean => disposition?.[name] === 1
  return {
    index,
    lang: tags?.['language'] ?? null,
    title: tags?.['title'] ?? null,
    isDefault: is('default'),
    isForced: is('forced'),
    isCaptions: is('hearing_impaired') || is('captions'),
  }
}
