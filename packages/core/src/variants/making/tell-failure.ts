import type { CodedLogger, LogFields } from '../../ports/logger.ts'
import type { Settled } from '../settle.ts'

/** An attempt that made no variant. */
export interface FailedAttempt {
  /** The result of settling the variant. */
  readonly settled: Settled
  /** Whether its worker stops, or the job was cancelled or taken over: the error then says nothing about the work. */
  readonly isAborted: boolean
}

/**
 * Logs the end of an attempt by the variant's new state: a variant that was cancelled meanwhile is not retried, and
 * work that a stopping worker returns has not failed.
 */
export function tellFailure(
  logger: CodedLogger,
  { settled, isAborted }: FailedAttempt,
  fields: LogFields & { readonly code: string },
): void {
  if (settled === 'failed') logger.warn(fields, 'A variant failed.')
  else if (settled !== 'queued')
    logger.info({ ...fields, code: settled }, `Work on a variant has ended: ${ENDS[settled]}.`)
  else if (isAborted) logger.info(fields, 'Work on a variant returned to its queue.')
  else logger.warn(fields, 'A variant failed and will be tried again.')
}

const ENDS: Readonly<Record<Exclude<Settled, 'failed' | 'queued'>, string>> = {
  ready: 'it was made',
  cancelled: 'its asset was replaced, quarantined or purged in the meantime',
  asset_gone: 'its asset was purged in the meantime',
  claim_lost: 'it was cancelled, or another worker had taken it over',
}
