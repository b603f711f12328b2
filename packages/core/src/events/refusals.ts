import type { ErrorCode, RindleError } from '../domain/errors.ts'
import type { CodedLogger } from '../ports/logger.ts'
import type { EventBus } from './event-bus.ts'

/** The detail that names the exact refusal, by code: one of few words, never an id. */
const MODES: Partial<Readonly<Record<ErrorCode, string>>> = {
  capability_unsupported: 'capability',
  not_deliverable: 'state',
  invalid_transition: 'to',
  upload_rejected: 'reason',
  session_expired: 'state',
  // A conflict without a reason is a lost race.
  conflict: 'reason',
}

/** Announces an error that is a refusal, once; ignores any other. */
export function announceRefusal(
  { events, logger }: { readonly events: EventBus; readonly logger: CodedLogger },
  surface: string,
  { code, details, message }: RindleError,
): void {
  const detail = MODES[code]
  if (detail === undefined) return
  const mode = details[detail]
  if (code === 'conflict' && mode === undefined) return
  events.emit({
    name: 'rindle.runtime.refusal',
    metadata: { surface, reason: code, mode: typeof mode === 'string' ? mode : 'none' },
    measurements: { count: 1 },
  })
  if (code !== 'invalid_transition') return
  const { machine, id = null, from = null, to = null } = details
  const name = typeof machine === 'string' ? `${machine}Id` : 'id'
  logger.warn({ [name]: id, from, to, code }, `A transition was refused. ${message}`)
}
