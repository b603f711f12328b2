import { RindleClientError } from './client-error.ts'
import { requestJson } from './connection.ts'
import { withRetries } from './retry.ts'
import { sendBlob } from './send-blob.ts'
import { sendParts } from './send-parts.ts'
import { sendResumable } from './send-resumable.ts'
import type { Transfer } from './transfer.ts'

/** Sends the bytes that the storage does not have yet, by the session's strategy. */
export async function sendFile(transfer: Transfer): Promise<void> {
  const { strategy } = transfer.upload
  if (strategy === 'presigned_put') return sendWhole(transfer)
  if (strategy === 'multipart') return sendParts(transfer)
  if (strategy === 'resumable') return sendResumable(transfer)
  throw new RindleClientError('strategy_unsupported', { detail: `The server chose "${strategy}" for the upload.` })
}

async function sendWhole(transfer: Transfer): Promise<void> {
  const { connection, file, signal, onLoaded } = transfer
  let { request } = transfer.upload
  const { id } = transfer.upload
  await withRetries(signal, async () => {
    const target =
      request ?? (await requestJson(connection, { route: 'POST /uploads/:id/sign', params: { id }, signal }))
    // The next try gets a new signature, because this one may be the problem.
    request = undefined
    await sendBlob(target, file, { connection, signal, onSent: onLoaded })
  })
}
