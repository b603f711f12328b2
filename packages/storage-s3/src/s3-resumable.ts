import { RindleError, type StorageCallOptions } from '@rindle/core'
import {
  companionPrefix,
  type MultipartStorage,
  type ResumableState,
  type ResumableStorage,
} from '@rindle/core/adapter'
import { appendBody, type ResumableUpload } from './append-body.ts'
import { deleteObjects } from './delete-objects.ts'
import { finishUpload } from './finish-upload.ts'
import { listObjects } from './list-objects.ts'
import { partMemory } from './part-memory.ts'
import { leastPartBytes } from './put-object.ts'
import { readNotes, TAIL } from './resumable-notes.ts'
import type { S3Bucket } from './s3-bucket.ts'

// One is sent while the next is collected, of each upload; so many of all uploads together.
const PARTS_IN_MEMORY = 2

/**
 * Resumable uploads as multipart uploads. Objects there are besides the parts: bytes at the end of a request that are
 * too few for a part become a tail, an object of its own beside the key, which the next request reads back, on whatever
 * process, and puts before its own bytes. A tail has a new name each time: the state before it names the old one, which
 * goes when the new state is kept.
 */
export function s3Resumable(bucket: S3Bucket, multipart: MultipartStorage): ResumableStorage {
  const memory = partMemory(PARTS_IN_MEMORY)
  const uploadOf = (key: string, state: ResumableState, { signal }: StorageCallOptions): ResumableUpload => {
    const { offset, uploadId } = state
    if (uploadId === null) throw new RindleError('invalid_input', `The upload of "${key}" has no upload id.`)
    return { bucket, multipart, memory, key, uploadId, offset, notes: readNotes(key, state), signal }
  }
  return {
    async begin(key, { maxBytes, ...options }) {
      const { uploadId } = await multipart.create(key, options)
      const partBytes = Math.max(bucket.config.partBytes, leastPartBytes(maxBytes))
      return { offset: 0, uploadId, notes: { partBytes, etags: [], tail: null } }
    },
    append: (key, state, body, options = {}) => appendBody(uploadOf(key, state, options), body, options),
    async finish(key, state, options = {}) {
      const stored = await finishUpload(uploadOf(key, state, options))
      await deleteTails(bucket, key, options)
      return stored
    },
    async abort(key, { uploadId }, options = {}) {
      if (uploadId !== null) await multipart.abort(key, uploadId, options)
      await deleteTails(bucket, key, options)
    },
  }
}

/** Also those that no state names, because the process was killed that made them. */
async function deleteTails(bucket: S3Bucket, key: string, options: StorageCallOptions): Promise<void> {
  const tails: string[] = []
  for await (const tail of listObjects(bucket, companionPrefix(key, TAIL), options)) tails.push(tail.key)
  if (tails.length === 0) return
  const [failure] = await deleteObjects(bucket, tails, options)
  if (failure !== undefined) throw failure.error
}
