import type { FileAnswer, FileCall } from '@rindle/core'
import type { JsonAnswer } from './json-answer.ts'

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

type Handler = (request: Request) => Promise<Response>

// By the very function that `createHandler` made: one that wraps it is not here, so its checks and headers are never passed
// by.
const servers = new WeakMap<Handler, DirectServer>()

/** Gives a handler its direct answers. */
export function serveDirectly(handler: Handler, server: DirectServer): void {
  servers.set(handler, server)
}

/** The direct answers of a handler that has any. */
export function directServerOf(handler: Handler): DirectServer | undefined {
  return servers.get(handler)
}
