import type { Connection } from './connection.ts'
import type { WireUpload } from './wire.ts'

/** One transfer of a file into the storage. */
export interface Transfer {
  readonly connection: Connection
  readonly upload: WireUpload
  readonly file: File
  readonly signal: AbortSignal
  /** Called with the number of bytes that the storage has or is receiving. */
  readonly onLoaded: (bytes: number) => void
}
