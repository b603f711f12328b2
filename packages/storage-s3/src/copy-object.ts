import { type CompletedPart, CopyObjectCommand, UploadPartCopyCommand } from '@aws-sdk/client-s3'
import { isRindleError, type StoredObject } from '@rindle/core'
import { type CopyOptions, etagDiffers, shareWork } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { deleteObject } from './delete-objects.ts'
import { headObject, readHeaders } from './head-object.ts'
import { type UploadHeaders, type UploadTarget, writeInParts } from './multipart-writer.ts'
import { encodedKey, locate, locateAny, type S3Bucket, writeSettings } from './s3-bucket.ts'
import { describeObject, type ObjectHeaders, objectMissing, quoteEtag, readEtag } from './stored-object.ts'

const MAX_PARTS = 10_000
const PARTS_AT_ONCE = 4

/** The state of one copy. */
interface Copy {
  readonly bucket: S3Bucket
  readonly from: string
  readonly to: string
  readonly source: StoredObject
  /** The headers of the copy. */
  readonly headers: ObjectHeaders
  readonly signal: AbortSignal | undefined
}

/** The source of every request of a copy: the described bytes, or none. */
interface CopySource {
  readonly CopySource: string
  readonly CopySourceIfMatch: string
}

/**
 * Copies inside the store, in parts if the object is too large for one request; the copy appears whole or not at all.
 */
export async function copyObject(
  bucket: S3Bucket,
  from: string,
  to: string,
  { ifMatch, contentType, signal }: CopyOptions,
): Promise<StoredObject> {
  locate(bucket, to)
  const found = await readHeaders(bucket, from, signal)
  if (found === undefined) throw objectMissing(from)
  const source = describeObject(from, found)
  if (ifMatch !== undefined && source.etag !== ifMatch) throw etagDiffers(from)
  const headers = contentType === undefined ? found : { ...found, ContentType: contentType }
  const copy = { bucket, from, to, source, headers, signal }
  const copied = await unlessReplaced(copy, ifMatch, () =>
    source.byteSize > bucket.config.maxCopyBytes ? copyParts(copy) : copyWhole(copy),
  )
  return { byteSize: source.byteSize, contentType: contentType ?? source.contentType, ...copied }
}

/** Binds the copy to the described source. A caller that named no etag may simply try again. */
async function unlessReplaced<T>({ from }: Copy, ifMatch: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isRindleError(error, 'storage_precondition_failed')) throw error
    throw etagDiffers(from, ifMatch === undefined)
  }
}

async function copyWhole(copy: Copy): Promise<Pick<StoredObject, 'etag' | 'lastModified'>> {
  const { bucket, from, to, signal } = copy
  const command = new CopyObjectCommand({
    ...locate(bucket, to),
    ...sourceOf(copy),
    ...replacedHeaders(copy),
    ...writeSettings(bucket.config),
  })
  const { CopyObjectResult } = await attempt({ operation: 'copy', key: from }, signal, (sendOptions) =>
    bucket.connection.client.send(command, sendOptions),
  )
  const etag = readEtag(to, CopyObjectResult?.ETag)
  if (etag !== copy.source.etag) await keepIfSourceStays(copy)
  return { etag, lastModified: CopyObjectResult?.LastModified ?? new Date() }
}

/**
 * For stores that ignore the condition of a copy, such as Ceph 16. A copy with the same etag is right without another
 * look. If it has another one, as an encrypted copy or one in parts always has, only an unchanged source proves that
 * the right bytes were copied.
 */
async function assertSourceStays({ bucket, from, source, signal }: Copy): Promise<void> {
  const now = await headObject(bucket, from, signal)
  if (now === undefined) throw objectMissing(from)
  if (now.etag !== source.etag) throw etagDiffers(from)
}

async function keepIfSourceStays(copy: Copy): Promise<void> {
  try {
    await assertSourceStays(copy)
  } catch (error) {
    await deleteObject(copy.bucket, copy.to, {})
    throw error
  }
}

async function copyParts(copy: Copy): Promise<Pick<StoredObject, 'etag' | 'lastModified'>> {
  const { bucket, from, to, source, headers } = copy
  const cancel = new AbortController()
  const signal = copy.signal === undefined ? cancel.signal : AbortSignal.any([copy.signal, cancel.signal])
  const send = async (target: UploadTarget, { partNumber, range }: CopyRange): Promise<CompletedPart> => {
    const part = { PartNumber: partNumber, CopySourceRange: range }
    const command = new UploadPartCopyCommand({ ...target, ...sourceOf(copy), ...part })
    const { CopyPartResult } = await attempt({ operation: 'copy', key: from }, signal, (sendOptions) =>
      bucket.connection.client.send(command, sendOptions),
    )
    return { PartNumber: partNumber, ETag: readEtag(to, CopyPartResult?.ETag) }
  }
  const etag = await writeInParts(bucket, to, {
    operation: 'copy',
    headers: headersOf(headers),
    signal,
    writeParts: async (target) => {
      const ranges = copyRanges(source.byteSize, bucket.config.maxCopyBytes)
      const work = (range: CopyRange): Promise<CompletedPart> => send(target, range)
      const parts = await shareWork(ranges, { atOnce: PARTS_AT_ONCE, cancel, work })
      await assertSourceStays(copy)
      return parts
    },
  })
  return { etag, lastModified: new Date() }
}

interface CopyRange {
  readonly partNumber: number
  readonly range: string
}

function* copyRanges(byteSize: number, maxCopyBytes: number): Generator<CopyRange, void> {
  const partBytes = Math.max(Math.ceil(byteSize / MAX_PARTS), Math.min(maxCopyBytes, 256 * 1024 * 1024))
  for (let start = 0, partNumber = 1; start < byteSize; start += partBytes, partNumber += 1) {
    yield { partNumber, range: `bytes=${start}-${Math.min(start + partBytes, byteSize) - 1}` }
  }
}

function sourceOf({ bucket, from, source }: Copy): CopySource {
  const { Bucket, Key } = locateAny(bucket, from)
  return { CopySource: `${Bucket}/${encodedKey(Key)}`, CopySourceIfMatch: quoteEtag(source.etag) }
}

/** A copy either takes over all headers of its source, or gets all of them explicitly. */
function replacedHeaders({
  headers,
  source,
}: Copy): Partial<UploadHeaders> & { readonly MetadataDirective?: 'REPLACE' } {
  return headers.ContentType === source.contentType ? {} : { MetadataDirective: 'REPLACE', ...headersOf(headers) }
}

function headersOf({ ContentType, CacheControl, ContentDisposition }: ObjectHeaders): UploadHeaders {
  return { ContentType, CacheControl, ContentDisposition }
}
