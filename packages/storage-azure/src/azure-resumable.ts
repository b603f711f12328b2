import { randomBytes } from 'node:crypto'
import { isRindleError, RindleError, type StorageCallOptions, type StoredObject } from '@rindle/core'
import { companionKey, type ResumableState, type ResumableStorage } from '@rindle/core/adapter'
import { appendBody, type ResumableUpload } from './append-body.ts'
import { attempt } from './attempt.ts'
import { type AzureContainer, blobOf } from './azure-container.ts'
import { MAX_BLOCKS } from './blocks.ts'
import { deleteObject } from './delete-objects.ts'
import { headObject, readProperties } from './head-object.ts'
import { blockNamesOf, readNotes } from './resumable-notes.ts'
import { objectMissing, quoteEtag, readEtag, settingsOf } from './stored-object.ts'

// The metadata that tells which upload made an object: a second `finish` finds it.
const UPLOAD = 'rindle_upload'
// Half of the blocks are for requests that end early.
const FULL_BLOCKS = MAX_BLOCKS / 2
const MEBIBYTE = 1024 * 1024

/**
 * Resumable uploads as blocks that wait under the key, where nobody sees them, and one commit. A marker beside the key,
 * an empty object, says that the upload exists. The service drops blocks that wait for a week.
 */
export function azureResumable(container: AzureContainer): ResumableStorage {
  const uploadOf = (key: string, state: ResumableState, { signal }: StorageCallOptions): ResumableUpload => {
    const { offset, uploadId } = state
    if (uploadId === null) throw new RindleError('invalid_input', `The upload of "${key}" has no upload id.`)
    return { container, key, uploadId, offset, notes: readNotes(key, state), signal }
  }
  return {
    async begin(key, { maxBytes, contentType, signal }) {
      const uploadId = randomBytes(8).toString('hex')
      const least = Math.ceil(maxBytes / FULL_BLOCKS / MEBIBYTE) * MEBIBYTE
      const blockBytes = Math.max(container.config.blockBytes, least)
      const marker = blobOf(container, markerOf(key, uploadId))
      await attempt(container, { operation: 'resumable.begin', key }, signal, (abortSignal) =>
        marker.upload('', 0, { abortSignal }),
      )
      return { offset: 0, uploadId, notes: { contentType, blockBytes, runs: [] } }
    },
    async *append(key, state, body, options = {}) {
      try {
        const upload = uploadOf(key, state, options)
        await assertBegun(upload)
        yield* appendBody(upload, body, options)
      } finally {
        body.destroy()
      }
    },
    async finish(key, state, options = {}) {
      const upload = uploadOf(key, state, options)
      const stored = (await finished(upload)) ?? (await commit(upload))
      await deleteObject(container, markerOf(key, upload.uploadId), options)
      return stored
    },
    async abort(key, { uploadId }, options = {}) {
      if (uploadId === null) return
      await deleteObject(container, markerOf(key, uploadId), options)
      await dropBlocks(container, key, options)
    },
  }
}

function markerOf(key: string, uploadId: string): string {
  return companionKey(key, `upload-${uploadId}`)
}

async function assertBegun({ container, key, uploadId, signal }: ResumableUpload): Promise<void> {
  if ((await headObject(container, markerOf(key, uploadId), signal)) !== undefined) return
  const message = `Azure storage has no such upload of "${key}": it was finished, aborted, or never begun.`
  throw new RindleError('storage_object_missing', message, { details: { key } })
}

/** The object, if an earlier call has made it. */
async function finished(upload: ResumableUpload): Promise<StoredObject | undefined> {
  const { container, key, uploadId, offset, signal } = upload
  const properties = await readProperties(container, key, signal)
  if (properties?.metadata?.[UPLOAD] !== uploadId || properties.contentLength !== offset) return undefined
  return headObject(container, key, signal)
}

async function commit(upload: ResumableUpload): Promise<StoredObject> {
  const { container, key, uploadId, offset, notes, signal } = upload
  await assertBegun(upload)
  const { contentType } = notes
  const { etag, lastModified = new Date() } = await attempt(
    container,
    { operation: 'resumable.finish', key },
    signal,
    (abortSignal) =>
      blobOf(container, key).commitBlockList(blockNamesOf(notes), {
        ...settingsOf({ contentType }, undefined, { [UPLOAD]: uploadId }),
        abortSignal,
      }),
  )
  return { byteSize: offset, contentType, etag: readEtag(key, etag), lastModified }
}

/** Drops the blocks that wait under a key, unless there is an object: a commit of no blocks, which is then deleted. */
async function dropBlocks(container: AzureContainer, key: string, { signal }: StorageCallOptions): Promise<void> {
  const call = { operation: 'resumable.abort', key }
  const blob = blobOf(container, key)
  try {
    const { etag } = await attempt(container, call, signal, (abortSignal) =>
      blob.commitBlockList([], { abortSignal, conditions: { ifNoneMatch: '*' } }),
    )
    if (etag === undefined) throw objectMissing(key)
    await attempt(container, call, signal, (abortSignal) =>
      blob.delete({ abortSignal, conditions: { ifMatch: quoteEtag(readEtag(key, etag)) } }),
    )
  } catch (error) {
    const isDone = isRindleError(error, 'storage_precondition_failed') || isRindleError(error, 'storage_object_missing')
    if (!isDone) throw error
  }
}
