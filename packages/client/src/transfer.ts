import { type Connection, requestJson } from './connection.ts'
import type { WireRequest, WireUpload } from './wire.ts'

/** One transfer of a file into the storage. */
export interface Transfer {
  readonly connection: Connection
  readonly upload: WireUpload
  readonly file: File
  readonly signal: AbortSignal
  /** Called with the number of bytes that the storage has or is taking. */
  readonly onLoaded: (bytes: number) => void
}

/** Asks the server for the request of the whole file, or of one of its parts. */
export function signedRequest(
  { connection, upload }: Transfer,
  path: string,
  signal: AbortSignal,
): Promise<WireRequest> {
  return requestJson(connection, { method: 'POST', path: `/uploads/${upload.id}${path}`, signal })
}
