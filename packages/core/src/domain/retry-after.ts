import { type BackOff, doubled } from './back-off.ts'
import type { Variant } from './entities.ts'
import { FILE_FAULTS } from './failures.ts'

const ASKED_AGAIN: BackOff = { first: 60, most: 86_400 }

/**
 * The seconds after which a failed variant may be made again because a page asks for it; 0: now. One minute, doubled for
 * each attempt beyond the first, and a day at most: a job makes several attempts by itself. `null`: never, because the
 * failure is a verdict about the original or the output. Pure.
 */
export function retryAfterSeconds(
  { attempt, errorReason, updatedAt }: Pick<Variant, 'attempt' | 'errorReason' | 'updatedAt'>,
  now: Date,
): number | null {
  if (VERDICTS.includes(errorReason ?? '')) return null
  const delay = doubled(ASKED_AGAIN, Math.max(0, attempt - 1))
  const passed = (now.getTime() - updatedAt.getTime()) / 1_000
  return Math.max(0, Math.ceil(delay - passed))
}

/** Reasons that the same bytes and the same recipe give again. */
const VERDICTS: readonly string[] = [...FILE_FAULTS, 'output_mismatch']
