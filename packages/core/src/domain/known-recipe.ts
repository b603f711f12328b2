import { recipeDigest } from './digest.ts'
import { IMAGE_FORMATS } from './image-formats.ts'
import {
  AUDIO_PRESETS,
  AV_IMAGE_PRESETS,
  CROP_POSITIONS,
  IMAGE_MODES,
  VIDEO_PRESETS,
  WAVEFORM_PRESETS,
} from './recipe-options.ts'
import { type NormalizedRecipe, normalizeRecipe, type Recipe } from './recipes.ts'

/**
 * Whether this version makes the same output of a stored recipe as the version that wrote it: it knows the kind, every
 * value that shapes the output, and every option. An unknown option may still have its default: digests leave such
 * options out, so the digest tells. Pure.
 */
export function isKnownRecipe(stored: NormalizedRecipe, digest: string): boolean {
  if (!hasKnownValues(stored)) return false
  const known = normalizeRecipe(stored as Recipe)
  const hasUnknownOption = Object.keys(stored).some((option) => !(option in known))
  return !hasUnknownOption || recipeDigest(known) === digest
}

function hasKnownValues(stored: NormalizedRecipe): boolean {
  const recipe: Readonly<Record<string, unknown>> = stored
  const knows = (option: string, values: readonly unknown[]): boolean => values.includes(recipe[option])
  switch (recipe['kind']) {
    case 'video':
      return knows('preset', VIDEO_PRESETS)
    case 'audio':
      return knows('preset', AUDIO_PRESETS)
    case 'waveform':
      return knows('preset', WAVEFORM_PRESETS)
    case 'image':
      if ('preset' in recipe) return knows('preset', AV_IMAGE_PRESETS)
      return knows('mode', IMAGE_MODES) && knows('format', IMAGE_FORMATS) && knows('position', CROP_POSITIONS)
    default:
      return false
  }
}
