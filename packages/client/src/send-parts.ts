import { RindleClientError } from './client-error.ts'
import { requestJson } from './connection.ts'
import { withRetries } from './retry.ts'
import { sendBlob } from './send-blob.ts'
import type { Transfer } from './transfer.ts'
import type { WireUpload } from './wire.ts'

const PARTS_AT_ONCE = 4

/** A part, as offsets into the file. */
interface Part {
  readonly partNumber: number
  readonly start: number
  /** One past the last byte. */
  readonly end: number
}

/** The parts that the storage does not hold in full. Pure. */
function missingParts(upload: WireUpload, byteSize: number): readonly Part[] {
  const { partBytes, partCount, parts = [] } = upload
  if (partBytes === undefined || partCount === undefined) {
    throw new RindleClientError('response_invalid', { detail: 'A multipart upload needs partBytes and partCount.' })
  }
  const sizes = new Map(parts.map((part) => [part.partNumber, part.byteSize]))
  return Array.from({ length: partCount }, (_, index): Part => {
    const start = index * partBytes
    return { partNumber: index + 1, start, end: Math.min(start + partBytes, byteSize) }
  }).filter(({ partNumber, start, end }) => sizes.get(partNumber) !== end - start)
}

/** Sends the missing parts, a few at once. The first permanent failure ends the others. */
export async function sendParts(transfer: Transfer): Promise<void> {
  const { upload, file, onLoaded } = transfer
  const missing = missingParts(upload, file.size)
  let loaded = missing.reduce((bytes, { start, end }) => bytes - (end - start), file.size)
  onLoaded(loaded)

  const failed = new AbortController()
  const signal = AbortSignal.any([transfer.signal, failed.signal])
  const queue = missing.values()
  const work = async (): Promise<void> => {
    for (const part of queue) {
      let sent = 0
      await sendPart({ ...transfer, signal }, part, (bytes) => {
        loaded += bytes - sent
        sent = bytes
        onLoaded(loaded)
      })
    }
  }
  const workers = Array.from({ length: PARTS_AT_ONCE }, () => work().catch((error: unknown) => failed.abort(error)))
  await Promise.all(workers)
  signal.throwIfAborted()
}

function sendPart(
  transfer: Transfer,
  { partNumber, start, end }: Part,
  onSent: (bytes: number) => void,
): Promise<void> {
  const { connection, upload, file, signal } = transfer
  const params = { id: upload.id, number: partNumber }
  return withRetries(signal, async () => {
    const target = await requestJson(connection, { route: 'POST /uploads/:id/parts/:number', params, signal })
    await sendBlob(target, file.slice(start, end), { connection, signal, onSent })
  })
}
