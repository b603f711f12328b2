import { type Connection, requestJson } from './connection.ts'
import type { WireRequest, WireUpload } from './wire.ts'

/** One transfer of a file into the storage. */
export interface Transfer {
  readonly connection: Connection
  readonly upload: WireUpload
  readonly file: File
  readonly signal: AbortSignal
  /** Called with the number of bytes that the storage has or is receiving. */
  readonly onLoaded: (bytes: number) => void
}

/** Gets the signed request for the whole file, or for one of its parts. */
export function signedRequest(
  { connection, upload }: Transfer,
  path: string,
  signal: AbortSignal,
): Promise<WireRequest> {
  return requestJson(connection, { method: 'POST', path: `/uploads/${upload.id}${path}`, signal })
}
