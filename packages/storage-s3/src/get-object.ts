import { addAbortSignal, PassThrough, Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { isRindleError, RindleError } from '@rindle/core'
import { assertByteRange, type ByteRange, etagDiffers, type GetOptions, type StoredBody } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { headObject } from './head-object.ts'
import { mapError } from './map-error.ts'
import { locateAny, type S3Bucket } from './s3-bucket.ts'
import { describeObject, objectMissing, quoteEtag } from './stored-object.ts'

const RANGE_NOT_SATISFIABLE = 416

/** Opens an object, or a range of it, as a stream that returns its connection at its end or when it is destroyed. */
export async function getObject(bucket: S3Bucket, key: string, options: GetOptions): Promise<StoredBody> {
  const { range, ifMatch, signal } = options
  const command = new GetObjectCommand({
    ...locateAny(bucket, key),
    ...(range === undefined ? {} : { Range: rangeHeader(range) }),
    ...(ifMatch === undefined ? {} : { IfMatch: quoteEtag(ifMatch) }),
  })
  try {
    const answer = await attempt({ operation: 'get', key }, signal, (sendOptions) =>
      bucket.connection.client.send(command, sendOptions),
    )
    return openAnswer(answer, key, signal)
  } catch (error) {
    if (!isRindleError(error) || error.details.status !== RANGE_NOT_SATISFIABLE) throw error
    return getNothing(bucket, key, options)
  }
}

/** The answer to a range that begins at or past the end of the object. */
async function getNothing(bucket: S3Bucket, key: string, { ifMatch, signal }: GetOptions): Promise<StoredBody> {
  const stored = await headObject(bucket, key, signal)
  if (stored === undefined) throw objectMissing(key)
  if (ifMatch !== undefined && stored.etag !== ifMatch) throw etagDiffers(key)
  return { ...stored, body: Readable.from([]) }
}

function openAnswer(answer: GetObjectCommandOutput, key: string, signal: AbortSignal | undefined): StoredBody {
  const { Body: source } = answer
  if (!(source instanceof Readable)) {
    throw new RindleError('storage_unavailable', `The store's answer for "${key}" has no body.`)
  }
  const body = new PassThrough()
  // The reader gets a broken connection as an error of Rindle, and a reader that leaves frees the connection.
  source.on('error', (error) => body.destroy(mapError(error, { operation: 'get', key }) as Error))
  body.on('close', () => source.destroy())
  // Without a listener, a connection that breaks before the reading begins would end the process. The reader sees it.
  body.on('error', () => {})
  source.pipe(body)
  try {
    return { ...describeObject(key, answer), body: signal === undefined ? body : addAbortSignal(signal, body) }
  } catch (error) {
    body.destroy()
    throw error
  }
}

function rangeHeader(range: ByteRange): string {
  assertByteRange(range)
  return `bytes=${range.start}-${range.end ?? ''}`
}
