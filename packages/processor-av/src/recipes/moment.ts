import { z } from 'zod'

/** A moment of a source: milliseconds from its beginning, or a share of its duration, from 0 to 1. */
export type Moment = number | { readonly share: number }

/** Accepts a {@link Moment}. */
export const momentSchema: z.ZodType<Moment, Moment> = z.union(
  [z.int().min(0).max(86_400_000), z.strictObject({ share: z.number().min(0).max(1) })],
  'must be whole milliseconds from the beginning, or a share of the duration: { share: 0.5 }',
)
