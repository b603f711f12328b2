import { z } from 'zod'

/** The usual level of normalised sound, in LUFS: podcasts and web players agree on it. */
export const DEFAULT_TARGET = -16

/** The options of loudness that sound and the sound of videos have in common. */
export const loudnessOptions: {
  readonly normalize: z.ZodDefault<z.ZodBoolean>
  readonly target: z.ZodDefault<z.ZodNumber>
} = {
  normalize: z.boolean().default(false),
  target: z.number().min(-31).max(-5).default(DEFAULT_TARGET),
}
