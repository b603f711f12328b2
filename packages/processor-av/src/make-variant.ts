import { RindleError } from '@rindle/core'
import type { OptionsOf, ProcessedOutput } from '@rindle/core/adapter'
import { type Encoding, encodeAlone } from './encode.ts'
import { makeAudio } from './make-audio.ts'
import { makeCoverPoster, makePoster } from './make-poster.ts'
import { makeStrip } from './make-strip.ts'
import { makeWaveform } from './make-waveform.ts'
import { planAudio } from './plan-audio.ts'
import { planVideo } from './plan-video.ts'
import { audioKind } from './recipes/audio-kind.ts'
import { poster, strip, waveform } from './recipes/preview-kinds.ts'
import { videoKind } from './recipes/video-kind.ts'
import type { VariantWork } from './variant-work.ts'

/** A kind of recipe that this package makes. */
export type AvKind = typeof videoKind | typeof audioKind | typeof poster | typeof strip | typeof waveform

/** The kinds of recipe that this package makes. */
export const AV_KINDS: readonly AvKind[] = [videoKind, audioKind, poster, strip, waveform]

/** The options of a recipe of one of {@link AV_KINDS}. */
export type AvRecipe = OptionsOf<AvKind>

/** Makes and verifies one output. Throws `processing_failed`, not retryable, when the source lacks the track for it. */
export async function makeVariant(recipe: AvRecipe, work: VariantWork): Promise<ProcessedOutput> {
  const { video, audio, cover } = work.facts
  switch (recipe.kind) {
    case 'video': {
      const build = await work.context.toolchain.ffmpeg()
      return encodeAlone(planVideo(recipe, video ?? missing('moving pictures', work), work, build), work)
    }
    case 'audio':
      return makeAudio(recipe, audio ?? missing('sound', work), work)
    case 'waveform':
      return makeWaveform(audio ?? missing('sound', work), work)
    case 'strip':
      return makeStrip(video ?? missing('moving pictures', work), work)
    case 'poster':
      if (video !== null) return makePoster(video, work)
      return makeCoverPoster(cover ?? missing('cover picture', work), work)
  }
}

/** Returns the encoding of a variant that can share a run with others; `null` when a variant needs more than that. */
export async function shareableEncoding(recipe: AvRecipe, work: VariantWork): Promise<Encoding | null> {
  const { video, audio } = work.facts
  if (recipe.kind === 'video' && video !== null) {
    return planVideo(recipe, video, work, await work.context.toolchain.ffmpeg())
  }
  if (recipe.kind === 'audio' && audio !== null && !recipe.twoPass) return planAudio(recipe, audio, work, null)
  return null
}

function missing(what: string, { name, input }: VariantWork): never {
  const message = `Variant ${name} cannot be made: the ${input.contentType} has no ${what}.`
  const details = { variant: name, contentType: input.contentType, missing: what }
  throw new RindleError('processing_failed', message, { details, retryable: false })
}
