import { RindleClientError } from './client-error.ts'
import { answered, errorOfResponse, urlFrom } from './connection.ts'
import { withRetries } from './retry.ts'
import { sendBlob } from './send-blob.ts'
import type { Transfer } from './transfer.ts'

// Some proxies take no body above 100 MB.
const MAX_CHUNK_BYTES = 64 * 1024 * 1024
const PROTOCOL = { 'tus-resumable': '1.0.0' }

/** Sends the bytes that the server does not have yet, by tus 1.0. Progress resets the count of failures. */
export async function sendResumable(transfer: Transfer): Promise<void> {
  const { connection, file, signal, onLoaded } = transfer
  const url = resumableUrl(transfer)
  let offset = 0
  let furthest = 0
  const hasProgressed = (): boolean => {
    const isFurther = offset > furthest
    furthest = Math.max(furthest, offset)
    return isFurther
  }
  const send = async (): Promise<void> => {
    const headers = { ...(await headersOf(transfer)), ...PROTOCOL }
    // After a failure only the server knows what has arrived.
    offset = await readOffset(transfer, url, headers)
    while (offset < file.size) {
      const end = Math.min(offset + MAX_CHUNK_BYTES, file.size)
      const start = offset
      const chunk = { 'upload-offset': String(start), 'content-type': 'application/offset+octet-stream' }
      const target = { method: 'PATCH', url, headers: { ...headers, ...chunk } }
      const onSent = (bytes: number): void => onLoaded(start + bytes)
      await sendBlob(target, file.slice(start, end), { connection, signal, onSent })
      offset = end
    }
  }
  await withRetries(signal, send, hasProgressed)
}

function resumableUrl({ connection, upload }: Transfer): string {
  const { tusUrl } = upload
  if (tusUrl === undefined) {
    throw new RindleClientError('response_invalid', { detail: 'A resumable upload needs a tusUrl.' })
  }
  return urlFrom(connection, tusUrl)
}

async function headersOf({ connection }: Transfer): Promise<Record<string, string>> {
  return Object.fromEntries(new Headers(await connection.headers()))
}

async function readOffset(
  { connection, signal }: Transfer,
  url: string,
  headers: Record<string, string>,
): Promise<number> {
  const response = await answered(signal, () => connection.fetch(url, { method: 'HEAD', headers, signal }))
  // An answer to HEAD has no problem document.
  const isGone = response.status === 404 || response.status === 410
  if (!response.ok) throw await errorOfResponse(response, isGone ? 'session_expired' : 'storage_refused')
  const offset = Number(response.headers.get('upload-offset') ?? Number.NaN)
  if (Number.isSafeInteger(offset)) return offset
  throw new RindleClientError('response_invalid', { detail: 'The server sent no Upload-Offset.' })
}
