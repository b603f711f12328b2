import type { Recipe } from '@rindle/core'
import { type EncodeOptions, image } from '../src/recipes/index.ts'

/** Options of an AVIF that takes long. */
export const SLOW_OPTIONS: EncodeOptions = { format: 'avif', quality: 100, effort: 9 }

/** The AVIF encoder works on this for a minute and more, and cannot be interrupted. */
export const SLOW: Recipe = image.crop(4000, 4000, SLOW_OPTIONS)
