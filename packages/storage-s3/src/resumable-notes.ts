import { RindleError } from '@rindle/core'
import type { ResumableState } from '@rindle/core/adapter'
import { z } from 'zod'

/** What the names of tails begin with. */
export const TAIL = 'tail'

/** What is remembered of a resumable upload between two requests. A type, because it is kept as JSON. */
export type ResumableNotes = {
  /** Of every part but the last: R2 wants one size for all. */
  readonly partBytes: number
  /** The etags of the parts, from the first. One that somebody else has replaced fails the completion. */
  readonly etags: readonly string[]
  /** The object with the bytes after those parts, too few for a part. */
  readonly tail: { readonly key: string; readonly byteSize: number } | null
}

const notesSchema: z.ZodType<ResumableNotes> = z.strictObject({
  partBytes: z.int().positive(),
  etags: z.array(z.string()),
  tail: z.strictObject({ key: z.string(), byteSize: z.int().positive() }).nullable(),
})

/** Reads the notes of a state that this adapter gave. `invalid_input` for any other. */
export function readNotes(key: string, { notes }: Pick<ResumableState, 'notes'>): ResumableNotes {
  const parsed = notesSchema.safeParse(notes)
  if (parsed.success) return parsed.data
  throw new RindleError('invalid_input', `The state of the upload of "${key}" is none of S3 storage.`, {
    details: { key },
  })
}
