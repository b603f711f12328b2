import type { Recipe } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'

/** The variants that both sides make: WebP of quality 80, the encoder's own effort. */
export const VARIANTS = {
  large: image.fit(2048, 2048, { format: 'webp', quality: 80, effort: 4 }),
  medium: image.fit(1024, 1024, { format: 'webp', quality: 80, effort: 4 }),
  small: image.fit(480, 480, { format: 'webp', quality: 80, effort: 4 }),
  thumb: image.crop(160, 160, { format: 'webp', quality: 80, effort: 4 }),
} satisfies Record<string, Recipe<'image'>>

/** The same as bare numbers, for code without recipes: fitted inside a square, or cropped to it. */
export const INSIDES = { large: 2048, medium: 1024, small: 480 } as const

/** See {@link INSIDES}. */
export const CROPS = { thumb: 160 } as const

/**
 * How a bare script makes the variants: with one decode for all of a photo's variants, several photos at once or the
 * variants of one photo at once, or, as most scripts do, with a decode for each.
 */
export type FloorPlan = 'photos_at_once' | 'variants_at_once' | 'decode_for_each'

/** A bucket of an S3 server on this machine. */
export type BucketSetup = {
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Setup of all sides. A type, because it crosses to another process as JSON. */
export type ImagesSetup = {
  readonly directory: string
  /** Bare scripts do not use it. */
  readonly databaseUrl: string
  readonly plan: FloorPlan
  /** The bucket of originals and variants; `null` is the disk. */
  readonly bucket: BucketSetup | null
}

/** Setup of Payload's side. */
export type PayloadSetup = {
  readonly directory: string
  /** The module that exports the installed package. */
  readonly entry: string
}

/** One round. */
export type ImagesRound = { readonly photographs: readonly string[] }
