import type { Rindle } from '@rindle/core'
import type { EventStreams } from './event-streams.ts'
import type { HandlerConfig } from './options.ts'

/** One request of a known actor, on its way to its route. */
export interface Call {
  readonly rindle: Rindle
  readonly config: HandlerConfig
  readonly streams: EventStreams
  readonly request: Request
  readonly actor: unknown
  readonly actorId: string
  /** The texts of the path's `:` segments. */
  readonly params: readonly string[]
}

/** Answers a call. What it throws becomes a problem. */
export type Handle = (call: Call) => Promise<Response>
