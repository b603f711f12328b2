import type { Rindle } from '@rindle/core'
import type { ConsoleConfig } from './options.ts'

/** One request of an operator, and the parts that answer it. */
export interface Call {
  readonly rindle: Rindle
  readonly config: ConsoleConfig
  readonly request: Request
  /** The parameters of the query. */
  readonly query: URLSearchParams
  /** The values of the `:` segments of the path, in their order. */
  readonly params: readonly string[]
  readonly actor: unknown
  readonly actorId: string
  /** The token that every form of this operator carries. */
  readonly token: string
  /** Whether this operator may use a verb. */
  readonly can: (verb: string) => boolean | Promise<boolean>
  /** The address of a page of the console: `at('/assets')`. */
  readonly at: (path: string) => string
  readonly now: Date
  /** The version of the numbers when the request came. */
  readonly numbersVersion: number
}

/** Answers one request. */
export type Handle = (call: Call) => Response | Promise<Response>
