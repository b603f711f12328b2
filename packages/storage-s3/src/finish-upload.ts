import { Readable } from 'node:stream'
import { isRindleError, type StoredObject } from '@rindle/core'
import { type ResumableUpload, refill, sendPart } from './append-body.ts'
import { headObject } from './head-object.ts'
import { putObject } from './put-object.ts'
import { openSpool } from './spool.ts'

/** Makes the object from parts and tail. Finds one that any process made before. */
export async function finishUpload(upload: ResumableUpload): Promise<StoredObject> {
  try {
    return await complete(upload)
  } catch (error) {
    const mayBeDone =
      isRindleError(error, 'storage_object_missing') || isRindleError(error, 'storage_precondition_failed')
    if (!mayBeDone) throw error
    // The upload is gone, or its parts are: another call may have completed it.
    const stored = await headObject(upload.bucket, upload.key, upload.signal)
    if (stored?.byteSize !== upload.offset) throw error
    return stored
  }
}

async function complete(upload: ResumableUpload): Promise<StoredObject> {
  const { bucket, multipart, key, uploadId, notes, signal } = upload
  const options = signal === undefined ? {} : { signal }
  const etags = notes.tail === null ? notes.etags : [...notes.etags, await sendTail(upload)]
  if (etags.length > 0) {
    const parts = etags.map((etag, index) => ({ partNumber: index + 1, etag }))
    return multipart.complete(key, uploadId, parts, options)
  }
  // No store makes an object without a part.
  await multipart.abort(key, uploadId, options)
  return putObject(bucket, key, Readable.from([]), { contentType: 'application/octet-stream', byteSize: 0, ...options })
}

async function sendTail(upload: ResumableUpload): Promise<string> {
  const { memory, notes } = upload
  const spool = await openSpool(notes.partBytes)
  try {
    await refill(upload, spool)
    const lent = await memory.lend(spool.byteSize)
    try {
      await spool.drain(lent.bytes)
      return await sendPart(upload, notes.etags.length + 1, lent.bytes)
    } finally {
      lent.giveBack()
    }
  } finally {
    await spool.close()
  }
}
