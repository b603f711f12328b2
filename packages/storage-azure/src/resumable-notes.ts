import { RindleError } from '@rindle/core'
import type { ResumableState } from '@rindle/core/adapter'
import { z } from 'zod'
import { blockNames, MAX_BLOCKS } from './blocks.ts'

/** The state of a resumable upload between two requests. A type, because it is stored as JSON. */
export type ResumableNotes = {
  readonly contentType: string
  /** Size of every block but the last of a request. */
  readonly blockBytes: number
  /** The blocks in order, as runs of one request each: the token of their names, and their number. */
  readonly runs: readonly (readonly [token: string, count: number])[]
}

const notesSchema: z.ZodType<ResumableNotes> = z.strictObject({
  contentType: z.string(),
  blockBytes: z.int().positive(),
  runs: z.array(z.tuple([z.string().regex(/^[0-9a-f]{16}$/), z.int().positive().max(MAX_BLOCKS)])),
})

/** Reads the notes of a state of this adapter. `invalid_input` for any other. */
export function readNotes(key: string, { notes }: Pick<ResumableState, 'notes'>): ResumableNotes {
  const parsed = notesSchema.safeParse(notes)
  if (parsed.success) return parsed.data
  throw new RindleError('invalid_input', `The state of the upload of "${key}" does not belong to Azure storage.`, {
    details: { key },
  })
}

/** The names of all blocks, in order. Pure. */
export function blockNamesOf({ runs }: ResumableNotes): string[] {
  return runs.flatMap(([token, count]) => {
    const names = blockNames(token)
    return Array.from({ length: count }, (_, index) => names.nameOf(index + 1))
  })
}

/** How many blocks there are. Pure. */
export function countBlocks({ runs }: ResumableNotes): number {
  return runs.reduce((sum, [, count]) => sum + count, 0)
}
