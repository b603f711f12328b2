import type { Asset } from './entities.ts'
import { IMAGE_FORMAT_FACTS } from './image-formats.ts'
import type { AudioPreset, AvImagePreset, VideoPreset, WaveformPreset } from './recipe-options.ts'
import type { NormalizedRecipe } from './recipes.ts'
import type { AssetKind, OutputKind } from './states.ts'

/** The processor that does the work: one without FFmpeg, or one that needs it. */
export const LANES = ['image', 'av'] as const

/** One of {@link LANES}. */
export type Lane = (typeof LANES)[number]

/** Classes of work on one asset's variants: one job makes all variants of a class, with one read of the source. */
export const WORK_CLASSES = ['fast', 'slow', 'preview', 'encode'] as const

/** One of {@link WORK_CLASSES}. */
export type WorkClass = (typeof WORK_CLASSES)[number]

/** The lane that makes `recipe`. An image with a preset is made from video or audio, so it is AV work. */
export function lane(recipe: NormalizedRecipe): Lane {
  return 'format' in recipe ? 'image' : 'av'
}

/**
 * The class of work of `recipe`. Images: AVIF is `slow`, because it costs sixteen times the others (`fast`) and would
 * hold them back. AV: video and sound are `encode`, one pass over the whole source for all of them; posters, strips and
 * waveforms are `preview`, done long before an encoder finishes.
 */
export function workClass(recipe: NormalizedRecipe): WorkClass {
  if ('format' in recipe) return recipe.format === 'avif' ? 'slow' : 'fast'
  return recipe.kind === 'video' || recipe.kind === 'audio' ? 'encode' : 'preview'
}

/**
 * The capability that a processor needs for `recipe`: `image/webp`, `av-image/video_poster_scene`, `video/web_720p`,
 * `audio/m4a_128k`, `waveform/overview`.
 */
export function recipeCapability(recipe: NormalizedRecipe): string {
  if ('format' in recipe) return `image/${recipe.format}`
  return recipe.kind === 'image' ? `av-image/${recipe.preset}` : `${recipe.kind}/${recipe.preset}`
}

/** The package to install for a capability that {@link recipeCapability} named. */
export function packageFor(capability: string): '@rindle/processor-image' | '@rindle/processor-av' {
  return capability.startsWith('image/') ? '@rindle/processor-image' : '@rindle/processor-av'
}

/** The kind of the variant. */
export function outputKind(recipe: NormalizedRecipe): OutputKind {
  return recipe.kind
}

/** The content type of the variant's object. */
export function outputContentType(recipe: NormalizedRecipe): string {
  return factsOf(recipe).contentType
}

/** The extension of the variant's object, with its dot. */
export function outputExtension(recipe: NormalizedRecipe): string {
  return factsOf(recipe).extension
}

/** The kinds of asset that `recipe` can be made from. */
export function acceptedSourceKinds(recipe: NormalizedRecipe): readonly AssetKind[] {
  return factsOf(recipe).sourceKinds
}

/**
 * Whether `recipe` can be made from this source, as far as its probe tells: sound needs an audio track, and an audio
 * file's poster needs a cover. A track that the probe does not mention counts as present.
 */
export function canBeMadeFrom(
  recipe: NormalizedRecipe,
  { kind, hasAudioTrack, metadata }: Pick<Asset, 'kind' | 'hasAudioTrack' | 'metadata'>,
): boolean {
  if (kind === null || !acceptedSourceKinds(recipe).includes(kind)) return false
  if (recipe.kind === 'audio' || recipe.kind === 'waveform') return hasAudioTrack !== false
  return kind !== 'audio' || metadata['hasCover'] !== false
}

interface RecipeFacts {
  readonly contentType: string
  readonly extension: string
  readonly sourceKinds: readonly AssetKind[]
}

const PRESET_FACTS: Readonly<Record<AvImagePreset | VideoPreset | AudioPreset | WaveformPreset, RecipeFacts>> = {
  // An audio file's poster is its cover art.
  video_poster_scene: { contentType: 'image/jpeg', extension: '.jpg', sourceKinds: ['video', 'audio'] },
  video_thumbnail_strip: { contentType: 'image/jpeg', extension: '.jpg', sourceKinds: ['video'] },
  web_720p: { contentType: 'video/mp4', extension: '.mp4', sourceKinds: ['video'] },
  web_480p: { contentType: 'video/mp4', extension: '.mp4', sourceKinds: ['video'] },
  m4a_128k: { contentType: 'audio/mp4', extension: '.m4a', sourceKinds: ['audio', 'video'] },
  mp3_128k: { contentType: 'audio/mpeg', extension: '.mp3', sourceKinds: ['audio', 'video'] },
  overview: { contentType: 'application/json', extension: '.json', sourceKinds: ['audio', 'video'] },
}

function factsOf(recipe: NormalizedRecipe): RecipeFacts {
  if ('preset' in recipe) return PRESET_FACTS[recipe.preset]
  return { ...IMAGE_FORMAT_FACTS[recipe.format], sourceKinds: ['image'] }
}
