import { RindleError } from '@rindle/core'
import type { OptionsOf, ProcessedOutput } from '@rindle/core/adapter'
import { writeSubtitles } from './burn-subtitles.ts'
import { type Encoding, encodeAlone } from './encode.ts'
import { lackingParts } from './inspect-build.ts'
import { makeAudio } from './make-audio.ts'
import { makeCoverPoster, makePoster } from './make-poster.ts'
import { makePreviewPicture, makePreviewVideo } from './make-preview.ts'
import { makeStrip } from './make-strip.ts'
import { makeWaveform, makeWaveformPicture } from './make-waveform.ts'
import type { VideoTrack } from './media-facts.ts'
import { planAudio } from './plan-audio.ts'
import { planVideo } from './plan-video.ts'
import { audioKind } from './recipes/audio-kind.ts'
import { poster } from './recipes/poster-kind.ts'
import { previewPictureKind, previewVideoKind } from './recipes/preview-kinds.ts'
import { streamSoundKind, streamVideoKind } from './recipes/stream-kinds.ts'
import { strip } from './recipes/strip-kind.ts'
import { videoKind } from './recipes/video-kind.ts'
import type { NormalVideo } from './recipes/video-options.ts'
import { waveformKind, waveformPictureKind } from './recipes/waveform-kinds.ts'
import { encodersOf } from './run-ffmpeg.ts'
import { planStreamSound, planStreamVideo } from './stream/plan-stream.ts'
import type { VariantWork } from './variant-work.ts'

/** A kind of recipe that this package makes. */
export type AvKind =
  | typeof videoKind
  | typeof audioKind
  | typeof poster
  | typeof strip
  | typeof waveformKind
  | typeof waveformPictureKind
  | typeof previewPictureKind
  | typeof previewVideoKind
  | typeof streamVideoKind
  | typeof streamSoundKind

/** The kinds of recipe that this package makes. */
export const AV_KINDS: readonly AvKind[] = [
  videoKind,
  audioKind,
  poster,
  strip,
  waveformKind,
  waveformPictureKind,
  previewPictureKind,
  previewVideoKind,
  streamVideoKind,
  streamSoundKind,
]

/** The options of a recipe of one of {@link AV_KINDS}. */
export type AvRecipe = OptionsOf<AvKind>

/** Makes and verifies one output. Throws `processing_failed`, not retryable, when the source lacks the track for it. */
export async function makeVariant(recipe: AvRecipe, work: VariantWork): Promise<ProcessedOutput> {
  const { video, audio, cover } = work.facts
  switch (recipe.kind) {
    case 'video':
      return encodeAlone(await videoEncoding(recipe, video ?? missing('moving pictures', work), work), work)
    case 'preview_video':
      return makePreviewVideo(recipe, video ?? missing('moving pictures', work), work)
    case 'preview_picture':
      return makePreviewPicture(recipe, video ?? missing('moving pictures', work), work)
    case 'audio':
      return makeAudio(recipe, audio ?? missing('sound', work), work)
    case 'stream_video':
    case 'stream_sound':
      return encodeAlone(await streamEncoding(recipe, work), work)
    case 'waveform':
      return makeWaveform(recipe, audio ?? missing('sound', work), work)
    case 'waveform_picture':
      return makeWaveformPicture(recipe, audio ?? missing('sound', work), work)
    case 'strip':
      return makeStrip(recipe, video ?? missing('moving pictures', work), work)
    case 'poster':
      break
  }
  if (video !== null) return makePoster(recipe, video, work)
  return makeCoverPoster(recipe, cover ?? missing('cover picture', work), work)
}

/**
 * Returns the encoding of a variant that can share a run with others; `null` when a variant needs more than that, or an
 * encoder that the build lacks. Throws when the variant cannot be made.
 */
export async function shareableEncoding(recipe: AvRecipe, work: VariantWork): Promise<Encoding | null> {
  const encoding = await encodingOf(recipe, work)
  if (encoding === null) return null
  const needs = { encoders: encodersOf([encoding.output]) }
  return lackingParts(await work.context.toolchain.ffmpeg(), needs).length === 0 ? encoding : null
}

async function encodingOf(recipe: AvRecipe, work: VariantWork): Promise<Encoding | null> {
  const { video, audio } = work.facts
  if (recipe.kind === 'video' && video !== null) return videoEncoding(recipe, video, work)
  if (recipe.kind === 'audio' && audio !== null && !recipe.twoPass) return planAudio(recipe, audio, work, null)
  const isStream = recipe.kind === 'stream_video' || recipe.kind === 'stream_sound'
  return isStream ? streamEncoding(recipe, work) : null
}

type StreamRecipe = OptionsOf<typeof streamVideoKind | typeof streamSoundKind>

async function streamEncoding(recipe: StreamRecipe, work: VariantWork): Promise<Encoding> {
  const { context, facts } = work
  const planned = { ...work, threads: context.config.threads }
  if (recipe.kind === 'stream_video') {
    const video = facts.video ?? missing('moving pictures', work)
    return planStreamVideo(recipe, video, planned, await context.toolchain.ffmpeg())
  }
  const sound = facts.sounds[recipe.track - 1] ?? missing(recipe.track === 1 ? 'sound' : `sound ${recipe.track}`, work)
  return planStreamSound(recipe, sound, planned)
}

async function videoEncoding(recipe: NormalVideo, video: VideoTrack, work: VariantWork): Promise<Encoding> {
  const { context, facts } = work
  const isBurnt = recipe.subtitles === 'burn' && facts.subtitles !== null
  const subtitles = isBurnt ? await writeSubtitles(facts.subtitles, work) : null
  const { threads } = context.config
  return planVideo(recipe, video, { ...work, threads }, await context.toolchain.ffmpeg(), subtitles)
}

function missing(what: string, { name, input }: VariantWork): never {
  const message = `Variant ${name} cannot be made: the ${input.contentType} has no ${what}.`
  const details = { variant: name, contentType: input.contentType, missing: what }
  throw new RindleError('processing_failed', message, { details, retryable: false })
}
