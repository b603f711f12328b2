import { RindleError } from '@rindle/core'
import type { ResumableState } from '@rindle/core/adapter'
import { z } from 'zod'

/** The start of the names of tails. */
export const TAIL = 'tail'

/** The state of a resumable upload between two requests. A type, because it is stored as JSON. */
export type ResumableNotes = {
  /** Size of every part but the last: R2 requires one size for all. */
  readonly partBytes: number
  /** The etags of the parts, from the first. A part that somebody else has replaced fails the completion. */
  readonly etags: readonly string[]
  /** The object with the bytes after those parts, too few for a part. */
  readonly tail: { readonly key: string; readonly byteSize: number } | null
}

const notesSchema: z.ZodType<ResumableNotes> = z.strictObject({
  partBytes: z.int().positive(),
  etags: z.array(z.string()),
  tail: z.strictObject({ key: z.string(), byteSize: z.int().positive() }).nullable(),
})

/** Reads the notes of a state of this adapter. `invalid_input` for any other. */
export function readNotes(key: string, { notes }: Pick<ResumableState, 'notes'>): ResumableNotes {
  const parsed = notesSchema.safeParse(notes)
  if (parsed.success) return parsed.data
  throw new RindleError('invalid_input', `The state of the upload of "${key}" does not belong to S3 storage.`, {
    details: { key },
  })
}
