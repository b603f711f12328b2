import type { TenantRindle } from '@rindle/core'
import type { EventStreams } from './event-streams.ts'
import type { JsonAnswer } from './json-answer.ts'
import type { HandlerConfig } from './options.ts'

/** The verbs that routes need. */
export type CalledRindle = Omit<TenantRindle, 'tenant'>

/** One request of a known actor, for its route. */
export interface Call {
  /** The instance, for the tenant of the request if there are tenants. */
  readonly rindle: CalledRindle
  readonly config: HandlerConfig
  readonly streams: EventStreams
  readonly request: Request
  readonly actor: unknown
  readonly actorId: string
  /** The values of the path's `:` segments. */
  readonly params: readonly string[]
}

/** Answers a call. An error that it throws becomes a problem response. */
export type Handle = (call: Call) => Promise<Response | JsonAnswer>
