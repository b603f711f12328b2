import { Readable } from 'node:stream'
import { canonicalContentType } from '../../domain/content-types.ts'
import type { RindleError } from '../../domain/errors.ts'
import { uploadRejected } from '../../domain/upload-rejected.ts'
import { isDisposable } from '../../kernel/disposable-chunks.ts'
import type { OpenedToken, StorageAdapter, StoredObject } from '../../ports/storage.ts'
import type { BodyLimits } from '../../uploads/body-pace.ts'
import { capped } from '../../uploads/capped.ts'
import { bodyChunks } from './body-chunks.ts'

/**
 * Takes the body of a `PUT` to a signed URL of local storage, exactly as its token permits: type, size and checksum are
 * the signed ones, and an undeclared size ends at the profile's limit. Stores nothing of a refused body, or of one that
 * is too slow. `upload_rejected`, `checksum_mismatch`.
 */
export async function receivePut(
  storage: StorageAdapter,
  token: OpenedToken,
  request: Request,
  limits: BodyLimits,
): Promise<StoredObject> {
  const contentType = token.contentType ?? 'application/octet-stream'
  assertType(request, contentType)
  const length = request.headers.get('content-length')
  const limit = token.byteSize ?? token.maxBytes
  if (length !== null && limit !== undefined && Number(length) > limit) throw bodyTooLarge(limit)
  const chunks = request.body === null ? [] : bodyChunks(request.body, limits)
  return storage.put(token.key, Readable.from(capped(chunks, limit, bodyTooLarge)), {
    contentType,
    disposeChunks: isDisposable(request.body),
    signal: request.signal,
    ...(token.byteSize === undefined ? {} : { byteSize: token.byteSize }),
    ...(token.checksumSha256 === undefined ? {} : { checksumSha256: token.checksumSha256 }),
  })
}

function assertType(request: Request, expected: string): void {
  const given = request.headers.get('content-type')
  if (given !== null && canonicalContentType(given) === canonicalContentType(expected)) return
  const message = `This URL takes only ${expected}: send it as the Content-Type.`
  throw uploadRejected({ reason: 'declared_mime_mismatch', message })
}

function bodyTooLarge(limit: number): RindleError {
  const message = `The body is larger than the ${limit} bytes that this URL takes.`
  return uploadRejected({ reason: 'max_bytes_exceeded', message })
}
