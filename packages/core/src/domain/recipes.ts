import { z } from 'zod'
import type { ImageFormat } from './image-formats.ts'
import { IMAGE_FORMAT_FACTS, IMAGE_FORMATS } from './image-formats.ts'
import { colour, flag, integer, oneOf, options, reporting } from './recipe-fields.ts'
import type {
  AudioPreset,
  AudioRecipe,
  AvImagePreset,
  AvImageRecipe,
  CropPosition,
  ImageMode,
  ImageRecipe,
  VideoPreset,
  VideoRecipe,
  WaveformPreset,
  WaveformRecipe,
} from './recipe-options.ts'
import {
  AUDIO_PRESETS,
  AV_IMAGE_PRESETS,
  CROP_POSITIONS,
  IMAGE_MODES,
  MAX_IMAGE_DIMENSION,
  VIDEO_PRESETS,
  WAVEFORM_PRESETS,
} from './recipe-options.ts'
import { audioProblems, imageProblems } from './recipe-rules.ts'
import { OUTPUT_KINDS } from './states.ts'

/** A variant's recipe, as an application writes it. */
export type Recipe = ImageRecipe | AvImageRecipe | VideoRecipe | AudioRecipe | WaveformRecipe

// The normalised recipes are type aliases: interfaces are not assignable to `Json`.

/**
 * An {@link ImageRecipe} with every default filled in. Options that do not apply to its mode or format hold defaults.
 */
export type NormalizedImageRecipe = {
  readonly kind: 'image'
  readonly mode: ImageMode
  readonly width: number | null
  readonly height: number | null
  readonly format: ImageFormat
  readonly quality: number
  readonly effort: number
  readonly position: CropPosition
  /** `#rrggbbaa`, lower-case. */
  readonly background: string
  readonly keepIcc: boolean
  readonly animated: boolean
}

/** An {@link AvImageRecipe} with every default filled in. */
export type NormalizedAvImageRecipe = { readonly kind: 'image'; readonly preset: AvImagePreset }

/** A {@link VideoRecipe} with every default filled in. */
export type NormalizedVideoRecipe = {
  readonly kind: 'video'
  readonly preset: VideoPreset
  readonly faststart: boolean
}

/** An {@link AudioRecipe} with every default filled in. */
export type NormalizedAudioRecipe = {
  readonly kind: 'audio'
  readonly preset: AudioPreset
  /** `null`: the number of channels of the source. */
  readonly channels: 1 | 2 | null
  readonly normalize: boolean
  readonly twoPass: boolean
}

/** A {@link WaveformRecipe} with every default filled in. */
export type NormalizedWaveformRecipe = { readonly kind: 'waveform'; readonly preset: WaveformPreset }

/** A recipe with every default filled in. It is stored with a variant, hashed, and given to a processor. */
export type NormalizedRecipe =
  | NormalizedImageRecipe
  | NormalizedAvImageRecipe
  | NormalizedVideoRecipe
  | NormalizedAudioRecipe
  | NormalizedWaveformRecipe

/** Fills in every default. Takes a recipe that {@link recipeSchema} accepts, and checks nothing itself. */
export function normalizeRecipe(recipe: Recipe): NormalizedRecipe {
  switch (recipe.kind) {
    case 'video':
      return { kind: 'video', preset: recipe.preset, faststart: recipe.faststart ?? true }
    case 'audio':
      return normalizeAudio(recipe)
    case 'waveform':
      return { kind: 'waveform', preset: recipe.preset }
    case 'image':
    case undefined:
      break
  }
  return 'preset' in recipe ? { kind: 'image', preset: recipe.preset } : normalizeImage(recipe)
}

function normalizeAudio(recipe: AudioRecipe): NormalizedAudioRecipe {
  return {
    kind: 'audio',
    preset: recipe.preset,
    channels: recipe.channels ?? null,
    normalize: recipe.normalize ?? false,
    twoPass: recipe.twoPass ?? false,
  }
}

function normalizeImage(recipe: ImageRecipe): NormalizedImageRecipe {
  const format = recipe.format ?? 'jpeg'
  return {
    kind: 'image',
    mode: recipe.mode,
    width: recipe.width ?? null,
    height: recipe.height ?? null,
    format,
    quality: recipe.quality ?? IMAGE_FORMAT_FACTS[format].defaultQuality,
    effort: recipe.effort ?? IMAGE_FORMAT_FACTS[format].defaultEffort,
    position: recipe.position ?? 'centre',
    background: normalizeColour(recipe.background ?? '#ffffff'),
    keepIcc: recipe.keepIcc ?? false,
    animated: recipe.animated ?? false,
  }
}

function normalizeColour(hex: string): string {
  const digits = hex.slice(1).toLowerCase()
  const pairs = digits.length <= 4 ? digits.replace(/./g, '$&$&') : digits
  return `#${pairs.padEnd(8, 'f')}`
}

const imageSchema = options('an image recipe', {
  kind: oneOf('kind', ['image']).optional(),
  mode: oneOf('mode', IMAGE_MODES),
  width: integer('width', 1, MAX_IMAGE_DIMENSION).optional(),
  height: integer('height', 1, MAX_IMAGE_DIMENSION).optional(),
  format: oneOf('format', IMAGE_FORMATS).optional(),
  quality: integer('quality', 1, 100).optional(),
  // Its range depends on the format.
  effort: z.number({ error: 'effort must be an integer' }).optional(),
  position: oneOf('position', CROP_POSITIONS).optional(),
  background: colour('background').optional(),
  keepIcc: flag('keepIcc').optional(),
  animated: flag('animated').optional(),
}).superRefine(reporting(imageProblems))

const avImageSchema = options('an image recipe with a preset', {
  kind: oneOf('kind', ['image']),
  preset: oneOf('preset', AV_IMAGE_PRESETS),
})

const videoSchema = options('a video recipe', {
  kind: oneOf('kind', ['video']),
  preset: oneOf('preset', VIDEO_PRESETS),
  faststart: flag('faststart').optional(),
})

const audioSchema = options('an audio recipe', {
  kind: oneOf('kind', ['audio']),
  preset: oneOf('preset', AUDIO_PRESETS),
  channels: z.literal([1, 2], { error: 'channels must be 1 or 2' }).optional(),
  normalize: flag('normalize').optional(),
  twoPass: flag('twoPass').optional(),
}).superRefine(reporting(audioProblems))

const waveformSchema = options('a waveform recipe', {
  kind: oneOf('kind', ['waveform']),
  preset: oneOf('preset', WAVEFORM_PRESETS),
})

const refusingKind = z.object({ kind: oneOf('kind', OUTPUT_KINDS) }).pipe(z.never())

/**
 * Checks an untrusted {@link Recipe}: refuses unknown options, and options that do not apply to the rest of the recipe.
 * Every problem names the option and the allowed values. Fills in nothing.
 */
export const recipeSchema: z.ZodType<Recipe> = z.unknown().transform((value, context): Recipe => {
  const parsed = schemaOf(value).safeParse(value)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue)
  return z.NEVER
})

function schemaOf(value: unknown): z.ZodType<Recipe> {
  if (typeof value !== 'object' || value === null) return imageSchema
  const kind: unknown = 'kind' in value ? value.kind : undefined
  const hasPreset = 'preset' in value
  if (kind === 'image') return hasPreset ? avImageSchema : imageSchema
  if (kind === undefined && !hasPreset) return imageSchema
  if (kind === 'video') return videoSchema
  if (kind === 'audio') return audioSchema
  return kind === 'waveform' ? waveformSchema : refusingKind
}
