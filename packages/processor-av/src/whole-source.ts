import { isRindleError, RindleError } from '@rindle/core'
import { readComplaint, readPackets } from './run-ffprobe.ts'
import { isSameDuration } from './same-duration.ts'
import type { VariantWork } from './variant-work.ts'

/** The part of a variant's work that a check of its source needs. */
export type SourceWork = Pick<VariantWork, 'input' | 'facts' | 'context'>

/**
 * Reads a source to its end, without decoding it. Throws `corrupt_media` when its packets end before the duration in
 * its header, as in a file that was cut off, or when parts of it cannot be read.
 */
export async function assertWhole({ input, facts, context }: SourceWork): Promise<void> {
  const { contentType } = input
  const { durationMs } = facts
  if (input.isDurationGuessed) {
    const complaint = await readComplaint(input, context)
    if (complaint === null) return
    throw damaged(contentType, `parts of it cannot be read (ffprobe: ${complaint})`, { complaint })
  }
  let first = Number.POSITIVE_INFINITY
  let last = 0
  for (const track of [facts.video, facts.audio]) {
    if (track === null) continue
    await readPackets(input, { stream: track.index }, context, ({ seconds, durationSeconds }) => {
      first = Math.min(first, seconds)
      last = Math.max(last, seconds + durationSeconds)
    })
  }
  const heldMs = Math.max(0, Math.round((last - first) * 1_000))
  if (heldMs >= durationMs || isSameDuration(heldMs, durationMs)) return
  throw damaged(contentType, `its header says ${durationMs} ms, but it ends after ${heldMs} ms`, {
    durationMs,
    heldMs,
  })
}

/**
 * Returns `corrupt_media` for an `output_mismatch` if the source is cut off or damaged; returns any other error
 * unchanged.
 */
export async function blameSource(error: unknown, work: SourceWork): Promise<unknown> {
  if (!isRindleError(error, 'output_mismatch')) return error
  try {
    await assertWhole(work)
    return error
  } catch (reason) {
    return isRindleError(reason, 'corrupt_media') ? reason : error
  }
}

function damaged(contentType: string, what: string, details: Readonly<Record<string, string | number>>): RindleError {
  const message = `The ${contentType} is truncated or damaged: ${what}. Upload it again.`
  return new RindleError('corrupt_media', message, { details: { contentType, ...details } })
}
