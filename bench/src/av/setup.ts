import type { Recipe } from '@rindle/core'
import { audio, video } from '@rindle/processor-av/recipes'

/** The variants of one bench, by name. */
export type AvVariants = Readonly<Record<string, Recipe>>

/** Setup of both sides. A type, because it crosses to another process as JSON. */
export type AvSetup = {
  readonly directory: string
  /** The floor does not use it. */
  readonly databaseUrl: string
  readonly outputs: OutputsName
}

/** Which outputs are made. */
export type OutputsName = 'one' | 'several'

/** The variants that the benches make of a clip. */
export const OUTPUTS: Readonly<Record<OutputsName, AvVariants>> = {
  one: { video: video.mp4({ height: 720 }) },
  several: {
    video: video.mp4({ height: 720 }),
    small: video.mp4({ height: 480 }),
    m4a: audio.aac(),
    mp3: audio.mp3(),
  },
}

/** One round. */
export type AvRound = { readonly clip: string }
