import type { ImageRecipe } from '@rindle/core'

/** The variants that both sides make: WebP of quality 80, the encoder's own effort. */
export const VARIANTS = {
  large: { mode: 'fit', width: 2048, height: 2048, format: 'webp', quality: 80, effort: 4 },
  medium: { mode: 'fit', width: 1024, height: 1024, format: 'webp', quality: 80, effort: 4 },
  small: { mode: 'fit', width: 480, height: 480, format: 'webp', quality: 80, effort: 4 },
  thumb: { mode: 'crop', width: 160, height: 160, format: 'webp', quality: 80, effort: 4 },
} as const satisfies Record<string, ImageRecipe>

/** How the floor makes the variants of one photo. */
export type FloorPlan = 'photos_at_once' | 'variants_at_once'

/** Setup of both sides. A type, because it crosses to another process as JSON. */
export type ImagesSetup = {
  readonly directory: string
  /** The floor does without. */
  readonly databaseUrl: string
  readonly plan: FloorPlan
}

/** One round. */
export type ImagesRound = { readonly photographs: readonly string[] }
