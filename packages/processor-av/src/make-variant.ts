import { type NormalizedImageRecipe, type NormalizedRecipe, type ProcessedOutput, RindleError } from '@rindle/core'
import { makeAudio } from './make-audio.ts'
import { makeCoverPoster, makePoster } from './make-poster.ts'
import { makeStrip } from './make-strip.ts'
import { makeVideo } from './make-video.ts'
import { makeWaveform } from './make-waveform.ts'
import type { VariantWork } from './variant-work.ts'

/** Makes and verifies one output. `processing_failed`, not to be tried again, when the source has no track for it. */
export async function makeVariant(
  recipe: Exclude<NormalizedRecipe, NormalizedImageRecipe>,
  work: VariantWork,
): Promise<ProcessedOutput> {
  const { video, audio, cover } = work.facts
  switch (recipe.kind) {
    case 'video':
      return makeVideo(recipe, video ?? missing('moving pictures', work), work)
    case 'audio':
      return makeAudio(recipe, audio ?? missing('sound', work), work)
    case 'waveform':
      return makeWaveform(audio ?? missing('sound', work), work)
    case 'image':
      break
  }
  if (recipe.preset === 'video_thumbnail_strip') return makeStrip(video ?? missing('moving pictures', work), work)
  if (video !== null) return makePoster(video, work)
  return makeCoverPoster(cover ?? missing('cover picture', work), work)
}

function missing(what: string, { name, input }: VariantWork): never {
  throw new RindleError(
    'processing_failed',
    `Variant ${name} cannot be made: the ${input.contentType} has no ${what}.`,
    {
      details: { variant: name, contentType: input.contentType, missing: what },
      retryable: false,
    },
  )
}
