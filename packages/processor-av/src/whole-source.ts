import { isRindleError, RindleError } from '@rindle/core'
import { readComplaint, readPackets } from './run-ffprobe.ts'
import { isSameDuration } from './same-duration.ts'
import type { VariantWork } from './variant-work.ts'

/** The part of a variant's work that tells whether its source is whole. */
export type SourceWork = Pick<VariantWork, 'input' | 'facts' | 'context'>

/**
 * Reads a source to its end, without decoding it. `corrupt_media` when its packets end before the time that its header
 * tells, as those of a file do that was cut off, or when parts of it cannot be read.
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
  throw damaged(contentType, `it says that it lasts ${durationMs} ms, and ends after ${heldMs} ms`, {
    durationMs,
    heldMs,
  })
}

/**
 * The error of an output that is not what its source promises: `corrupt_media` where the source does not keep what it
 * promises, else the same.
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
