import type { FileAnswer, FileCall } from '@rindle/core'
import type { JsonAnswer } from './json-answer.ts'

/**
 * Where a handler of `createHandler` keeps its {@link DirectServer}. A function that wraps the handler does not have it,
 * so its checks and headers are never passed by.
 */
export const DIRECT_SERVER: unique symbol = Symbol('rindle.direct-server')

/** The answers of a handler for servers that do not speak the Fetch API. */
export interface DirectServer {
  /** As the handler answers, but JSON stays text. */
  answer(request: Request): Promise<Response | JsonAnswer>
  /** Absent where the tenant of a file is read from a whole request. */
  readonly files?: FileServer
}

/** The part of a handler that sends files. */
export interface FileServer {
  /** How long a reader may stall. */
  readonly idleTimeoutMs: number
  /** Whether the path of a request is that of a file. */
  serves(path: string): boolean
  answer(call: FileCall): FileAnswer | Promise<FileAnswer>
}
