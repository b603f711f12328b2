import type { FileAnswer, FileCall } from '@rindle/core'

/**
 * Where a handler of `createHandler` keeps its {@link FileServer}. A function that wraps the handler does not have it, so
 * its checks and headers are never passed by.
 */
export const FILE_SERVER: unique symbol = Symbol('rindle.file-server')

/** The part of a handler that sends files, for servers that do not speak the Fetch API. */
export interface FileServer {
  /** How long a reader may stall. */
  readonly idleTimeoutMs: number
  /** Whether the path of a request is that of a file. */
  serves(path: string): boolean
  answer(call: FileCall): Promise<FileAnswer>
}
