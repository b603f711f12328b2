import { type ErrorCode, isRindleError, type RindleError } from '../domain/errors.ts'
import type { Runtime } from '../runtime.ts'
import { wrapMethods } from '../wrap-methods.ts'

/** The detail that says what exactly was refused, by code: one of few words, never an id. */
const MODES: Partial<Readonly<Record<ErrorCode, string>>> = {
  capability_unsupported: 'capability',
  not_deliverable: 'state',
  invalid_transition: 'to',
  upload_rejected: 'reason',
  session_expired: 'state',
  // Without a reason it is a lost race.
  conflict: 'reason',
}

const SURFACES: readonly (readonly [surface: string, methods: RegExp])[] = [
  ['storage', /^(store|storeVariant|download|head|delete)$/],
  ['delivery', /^urlForKey$/],
  ['attachment', /^(attach|append|reorder|detach)/],
  ['upload', /^(upload|receive|register|sign|presigned)|Upload|Resumable|Completion/],
]

/** Called a thousand times for one page: these announce for themselves what they refuse. */
const DELIVERY = /^(url|variantUrl|urlsFor|picture|video|audio)$/

/**
 * The same instance, which announces what its methods refuse: by `rindle.runtime.refusal`, and a transition that the
 * state machine does not allow in the log as well. What an authorizer refuses is nobody's business, and not announced.
 */
export function announcingRefusals<T extends object>(runtime: Runtime, instance: T): T {
  return wrapMethods(instance, {
    isFor: (name) => !DELIVERY.test(name),
    wrap: (name, call) => {
      const result = call()
      if (!(result instanceof Promise)) return result
      return result.catch((error: unknown) => {
        const surface = SURFACES.find(([, methods]) => methods.test(name))?.[0] ?? 'operation'
        if (isRindleError(error)) announceRefusal(runtime, surface, error)
        throw error
      })
    },
  })
}

/** Announces an error that is a refusal, once; any other is left alone. */
export function announceRefusal(runtime: Runtime, surface: string, { code, details, message }: RindleError): void {
  const detail = MODES[code]
  if (detail === undefined) return
  const mode = details[detail]
  if (code === 'conflict' && mode === undefined) return
  runtime.events.emit({
    name: 'rindle.runtime.refusal',
    metadata: { surface, reason: code, mode: typeof mode === 'string' ? mode : 'none' },
    measurements: { count: 1 },
  })
  if (code !== 'invalid_transition') return
  const { machine, id = null, from = null, to = null } = details
  const name = typeof machine === 'string' ? `${machine}Id` : 'id'
  runtime.logger.warn({ [name]: id, from, to, code }, `A transition was refused. ${message}`)
}
