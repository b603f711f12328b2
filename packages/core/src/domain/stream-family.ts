import type { InvalidOption } from './option-problems.ts'
import type { Recipe } from './recipe.ts'

/** The parts of a stream: its pictures, or its sound. A player takes one of each. */
export type StreamRole = 'video' | 'sound'

/** One part of a stream: its pictures in one size, or one of its sound tracks. */
export interface StreamRecipe {
  /** The end of its variant's name: `720`, `sound`. */
  readonly suffix: string
  readonly role: StreamRole
  readonly recipe: Recipe<'stream'>
}

/**
 * The same film in several sizes, with its sound apart, under one name: the plain value that a function such as `stream`
 * of `@rindle/processor-av/recipes` returns. Goes into the `variants` of a profile.
 */
export interface StreamFamily {
  readonly makes: 'stream_family'
  /** The usual duration of a segment, in seconds. */
  readonly segmentSeconds: number
  /** The pictures first, larger ones before smaller ones; then the sound tracks, the default one first. */
  readonly members: readonly StreamRecipe[]
  /** The problems of the options; `defineProfile` reports them with the variant's path. Usually empty. */
  readonly problems: readonly InvalidOption[]
}
