import type { ImageRecipe } from '@rindle/core'

/** The AVIF encoder works on this for a minute and more, and cannot be interrupted. */
export const SLOW: ImageRecipe = { mode: 'crop', width: 4000, height: 4000, format: 'avif', quality: 100, effort: 9 }
