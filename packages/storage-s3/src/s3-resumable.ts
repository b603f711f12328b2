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

// Each upload sends one while it collects the next; this many for all uploads together.
const PARTS_IN_MEMORY = 2

/**
 * Resumable uploads as multipart uploads. If the bytes at the end of a request are too few for a part, they become a
 * tail: a separate object beside the key. The next request, in any process, reads it back and puts it before its own
 * bytes. A tail has a new name each time: the previous state names the old one, which is deleted once the new state is
 * kept.
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

/** Deletes all tails, including those that no state names because their process was killed. */
async function deleteTails(bucket: S3Bucket, key: string, options: StorageCallOptions): Promise<void> {
  const tails: string[] = []
  for await (const tail of listObjects(bucket, companionPrefix(key, TAIL), options)) tails.push(tail.key)
  if (tails.length === 0) return
  const [failure] = await deleteObjects(bucket, tails, options)
  if (failure !== undefined) throw failure.error
}
