import { z } from 'zod'

/** A part of a source. */
export interface Clip {
  /** Where it begins, in milliseconds from the beginning of the source. @default 0 */
  readonly startMs?: number | undefined
  /** How long it lasts, in milliseconds: 100 to 86,400,000. A source that ends earlier gives a shorter part. */
  readonly durationMs: number
}

/** {@link Clip} with every default filled in. */
export type NormalClip = {
  readonly startMs: number
  readonly durationMs: number
}

const DAY_MS = 86_400_000

/** Accepts a {@link Clip}; `null`, the default: the whole source. */
export const clipSchema: z.ZodType<NormalClip | null, Clip | null | undefined> = z
  .strictObject({
    startMs: z.int().min(0).max(DAY_MS).default(0),
    // Shorter ones may fall between two pictures.
    durationMs: z.int().min(100).max(DAY_MS),
  })
  .nullable()
  .default(null)
