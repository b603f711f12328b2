import type { Recipe } from '@rindle/core'
import { audio, poster, stream, video } from '@rindle/processor-av/recipes'

/** The variants of one bench, by name. */
export type AvVariants = Readonly<Record<string, Recipe>>

/** Setup of both sides. A type, because it crosses to another process as JSON. */
export type AvSetup = {
  readonly directory: string
  /** The floor does not use it. */
  readonly databaseUrl: string
  readonly outputs: OutputsName
  /** Whether the floor makes all outputs of one decode in one run of ffmpeg, as Rindle does, or each in its own. */
  readonly isTogether: boolean
}

/** Which outputs are made. */
export type OutputsName = 'one' | 'several' | 'stream'

/** The variants that the benches make of a clip. */
export const OUTPUTS: Readonly<Record<OutputsName, AvVariants>> = {
  one: { video: video.mp4({ height: 720 }) },
  several: {
    video: video.mp4({ height: 720 }),
    small: video.mp4({ height: 480 }),
    m4a: audio.aac(),
    mp3: audio.mp3(),
  },
  stream: {
    ...Object.fromEntries(stream({ soundTracks: 1 }).members.map(({ suffix, recipe }) => [`film_${suffix}`, recipe])),
    video: video.mp4({ height: 720 }),
    poster: poster(),
  },
}

/** One round. */
export type AvRound = { readonly clip: string }
