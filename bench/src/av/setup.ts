import type { Recipe } from '@rindle/core'

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
  one: { video: { kind: 'video', preset: 'web_720p' } },
  several: {
    video: { kind: 'video', preset: 'web_720p' },
    small: { kind: 'video', preset: 'web_480p' },
    m4a: { kind: 'audio', preset: 'm4a_128k' },
    mp3: { kind: 'audio', preset: 'mp3_128k' },
  },
}

/** One round. */
export type AvRound = { readonly clip: string }
