import type { Readable } from 'node:stream'

/** An open source, with its own name and type. */
export interface OpenedSource {
  readonly body: Readable
  /** The body's chunks have no other owner. */
  readonly disposeChunks: boolean
  readonly filename?: string
  readonly contentType?: string
}
