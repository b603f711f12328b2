import { createHash } from 'node:crypto'
import { RindleError, type UploadedPart } from '@rindle/core'
import { type MultipartStorage, normalizeKey } from '@rindle/core/adapter'
import type { MemoryObjects } from './memory-objects.ts'
import type { MemoryGrant, MemoryRequests } from './memory-requests.ts'

interface Upload {
  readonly key: string
  readonly contentType: string
  readonly initiatedAt: Date
  readonly parts: Map<number, { readonly bytes: Buffer<ArrayBuffer>; readonly etag: string }>
}

/** Multipart uploads in memory. */
export interface MemoryMultipart extends MultipartStorage {
  /** Takes the body of a signed part. Returns its etag, or `undefined` if there is no such upload. */
  receive(part: NonNullable<MemoryGrant['part']>, bytes: Buffer<ArrayBuffer>): string | undefined
}

/** Makes the uploads, none yet. Completed ones become objects of `objects`. */
export function memoryMultipart(objects: MemoryObjects, requests: MemoryRequests, now: () => Date): MemoryMultipart {
  const uploads = new Map<string, Upload>()
  let createCount = 0

  return {
    async create(key, { contentType, signal }) {
      signal?.throwIfAborted()
      createCount += 1
      const uploadId = `memory-upload-${createCount}`
      uploads.set(uploadId, { key: normalizeKey(key), contentType, initiatedAt: now(), parts: new Map() })
      return { uploadId }
    },
    async signPart(key, uploadId, partNumber, { signal, ...grant }) {
      signal?.throwIfAborted()
      return requests.sign({ ...grant, method: 'PUT', key: normalizeKey(key), part: { uploadId, partNumber } })
    },
    async listParts(key, uploadId, { signal } = {}) {
      signal?.throwIfAborted()
      return partsOf(requireUpload(uploads, key, uploadId))
    },
    async complete(key, uploadId, parts, { signal } = {}) {
      signal?.throwIfAborted()
      const upload = requireUpload(uploads, key, uploadId)
      const stored = objects.write(key, joinParts(upload, parts), upload.contentType)
      uploads.delete(uploadId)
      return stored
    },
    async abort(key, uploadId, { signal } = {}) {
      signal?.throwIfAborted()
      if (uploads.get(uploadId)?.key === key) uploads.delete(uploadId)
    },
    async *listUploads(prefix, { limit = Number.POSITIVE_INFINITY, signal } = {}) {
      const matching = [...uploads].filter(([, { key }]) => key.startsWith(prefix))
      for (const [uploadId, { key, initiatedAt }] of matching.slice(0, limit)) {
        signal?.throwIfAborted()
        yield { key, uploadId, initiatedAt }
      }
    },
    receive({ uploadId, partNumber }, bytes) {
      const upload = uploads.get(uploadId)
      if (upload === undefined) return undefined
      const etag = createHash('sha256').update(bytes).digest('hex')
      upload.parts.set(partNumber, { bytes, etag })
      return etag
    },
  }
}

function requireUpload(uploads: ReadonlyMap<string, Upload>, key: string, uploadId: string): Upload {
  const upload = uploads.get(uploadId)
  if (upload?.key === key) return upload
  throw new RindleError('storage_object_missing', `Memory storage has no upload "${uploadId}" of "${key}".`, {
    details: { key, uploadId },
  })
}

function partsOf({ parts }: Upload): readonly UploadedPart[] {
  return [...parts]
    .map(([partNumber, { bytes, etag }]) => ({ partNumber, etag, byteSize: bytes.byteLength }))
    .toSorted((left, right) => left.partNumber - right.partNumber)
}

function joinParts(upload: Upload, wanted: readonly Pick<UploadedPart, 'partNumber' | 'etag'>[]): Buffer<ArrayBuffer> {
  const ordered = wanted.toSorted((left, right) => left.partNumber - right.partNumber)
  return Buffer.concat(
    ordered.map(({ partNumber, etag }) => {
      const part = upload.parts.get(partNumber)
      if (part?.etag === etag) return part.bytes
      throw new RindleError(
        'storage_precondition_failed',
        `Part ${partNumber} of the upload of "${upload.key}" differs from the one that was sent; list the parts again.`,
        { details: { key: upload.key, partNumber } },
      )
    }),
  )
}
