import type { CodedLogger, LogFields } from '../../ports/logger.ts'
import type { Settled } from '../settle.ts'

/** An attempt at a variant that made nothing. */
export interface FailedAttempt {
  /** What became of the variant. */
  readonly settled: Settled
  /** Its worker stops, or the job was cancelled or taken over: what was thrown says nothing about the work. */
  readonly isAborted: boolean
}

/**
 * Tells the log how an attempt ended, by what became of the variant: what was cancelled meanwhile is not tried again, and
 * what a worker gives back when it stops has not failed.
 */
export function tellFailure(
  logger: CodedLogger,
  { settled, isAborted }: FailedAttempt,
  fields: LogFields & { readonly code: string },
): void {
  if (settled === 'failed') logger.warn(fields, 'A variant failed.')
  else if (settled !== 'queued')
    logger.info({ ...fields, code: settled }, `Work on a variant has ended: ${ENDS[settled]}.`)
  else if (isAborted) logger.info(fields, 'Work on a variant was given back, and begins again.')
  else logger.warn(fields, 'A variant failed and will be tried again.')
}

const ENDS: Readonly<Record<Exclude<Settled, 'failed' | 'queued'>, string>> = {
  ready: 'it was made',
  cancelled: 'its asset was replaced, quarantined or purged meanwhile',
  asset_gone: 'its asset was purged meanwhile',
  claim_lost: 'it was cancelled, or another worker had taken it over',
}
