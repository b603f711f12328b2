import { RindleError } from '@rindle/core'
import type { ProcessedOutput } from '@rindle/core/adapter'
import { mixFilters } from './audio-settings.ts'
import { encodeAlone } from './encode.ts'
import { type Loudness, measureLoudness, parseLoudness } from './loudness.ts'
import { type AudioTrack, durationOf } from './media-facts.ts'
import { outputChannels, partOfAudio, planAudio } from './plan-audio.ts'
import type { NormalAudio } from './recipes/audio-kind.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import { endOfPart, partOfSound } from './source-part.ts'
import type { VariantWork } from './variant-work.ts'

/** Makes an audio file from an audio track, in one pass, or in a second pass after one that measures. */
export async function makeAudio(recipe: NormalAudio, audio: AudioTrack, work: VariantWork): Promise<ProcessedOutput> {
  if (!recipe.twoPass) return encodeAlone(planAudio(recipe, audio, work, null), work)
  const measured = await loudnessOf(recipe, audio, work)
  return encodeAlone(planAudio(recipe, audio, work, measured), work, 0.5)
}

async function loudnessOf(recipe: NormalAudio, audio: AudioTrack, work: VariantWork): Promise<Loudness> {
  const { context, facts, input, name, maxPixels, onProgress } = work
  const part = partOfAudio(recipe, audio, work)
  const durationMs = part?.durationMs ?? durationOf([audio], facts.durationMs)
  const channels = outputChannels(recipe, audio)
  const filters = [
    ...(part === null ? [] : partOfSound(part, audio)),
    ...mixFilters(audio, channels),
    measureLoudness(recipe.target),
  ]
  const messages = await runFfmpeg(
    {
      input,
      settings: part?.settings ?? {},
      outputs: [
        {
          target: '-',
          format: 'null',
          streams: [audio.index],
          audio: { codec: 'pcm_s16le', filters },
          options: endOfPart(part),
        },
      ],
      maxPixels,
      variant: name,
      onProgress: (seconds) => onProgress((0.5 * seconds * 1_000) / durationMs),
    },
    context,
  )
  const measured = parseLoudness(messages)
  if (measured !== null) return measured
  throw new RindleError('program_failed', `FFmpeg did not report the loudness of the source of ${name}.`, {
    details: { variant: name },
  })
}
