import { GetObjectCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { RindleError, type SignedRequest, type SignGetOptions, type SignPutOptions } from '@rindle/core'
import { attempt } from './attempt.ts'
import { base64Of, locate, type S3Bucket, writeSettings } from './s3-bucket.ts'
import { signingWindow } from './signing-window.ts'

const MAX_PART_NUMBER = 10_000

/** Signs the reading of an object. */
export async function signGet(
  bucket: S3Bucket,
  key: string,
  { expiresAt, disposition, contentType, signal }: SignGetOptions,
): Promise<SignedRequest> {
  const command = new GetObjectCommand({
    ...locate(bucket, key),
    ...(disposition === undefined ? {} : { ResponseContentDisposition: headerValue('disposition', disposition) }),
    ...(contentType === undefined ? {} : { ResponseContentType: headerValue('content type', contentType) }),
  })
  return sign((options) => getSignedUrl(bucket.connection.signer, command, options), {
    method: 'GET',
    key,
    expiresAt,
    signal,
    headers: {},
  })
}

/**
 * Signs the writing of an object, bound to its type and, where they are declared, to its length and SHA-256. S3 cannot
 * cut a request short, so `maxBytes` has no effect here.
 */
export async function signPut(
  bucket: S3Bucket,
  key: string,
  { expiresAt, contentType, byteSize, checksumSha256, signal }: SignPutOptions,
): Promise<SignedRequest> {
  const settings = writeSettings(bucket.config)
  const checksum = checksumSha256 === undefined ? undefined : base64Of(checksumSha256)
  const command = new PutObjectCommand({
    ...locate(bucket, key),
    ...settings,
    ContentType: headerValue('content type', contentType),
    ...(byteSize === undefined ? {} : { ContentLength: byteSize }),
    ...(checksum === undefined ? {} : { ChecksumSHA256: checksum }),
  })
  const headers = withoutUndefined({
    'content-type': contentType,
    'x-amz-checksum-sha256': checksum,
    'x-amz-server-side-encryption': settings.ServerSideEncryption,
    'x-amz-server-side-encryption-aws-kms-key-id': settings.SSEKMSKeyId,
    'x-amz-storage-class': settings.StorageClass,
  })
  return sign((options) => getSignedUrl(bucket.connection.signer, command, options), {
    method: 'PUT',
    key,
    expiresAt,
    signal,
    headers,
  })
}

/** Signs the writing of one part, bound to its length where that is declared. */
export async function signPart(
  bucket: S3Bucket,
  key: string,
  part: { readonly uploadId: string; readonly partNumber: number },
  { expiresAt, byteSize, signal }: Pick<SignPutOptions, 'expiresAt' | 'byteSize' | 'signal'>,
): Promise<SignedRequest> {
  const { uploadId, partNumber } = part
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PART_NUMBER) {
    throw new RindleError('invalid_input', `Parts are numbered from 1 to ${MAX_PART_NUMBER}, not ${partNumber}.`)
  }
  const command = new UploadPartCommand({
    ...locate(bucket, key),
    UploadId: uploadId,
    PartNumber: partNumber,
    ...(byteSize === undefined ? {} : { ContentLength: byteSize }),
  })
  return sign((options) => getSignedUrl(bucket.connection.signer, command, options), {
    method: 'PUT',
    key,
    expiresAt,
    signal,
    headers: {},
  })
}

type SigningOptions = NonNullable<Parameters<typeof getSignedUrl>[2]>

interface SignOptions {
  readonly method: 'GET' | 'PUT'
  readonly key: string
  readonly expiresAt: Date
  readonly signal: AbortSignal | undefined
  /** What the client must send. */
  readonly headers: Readonly<Record<string, string>>
}

async function sign(
  makeUrl: (options: SigningOptions) => Promise<string>,
  { method, key, expiresAt, signal, headers }: SignOptions,
): Promise<SignedRequest> {
  const names = Object.keys(headers)
  const url = await attempt({ operation: 'sign', key }, signal, () => {
    const { signingDate, expiresInSeconds } = signingWindow(expiresAt, new Date())
    return makeUrl({
      signingDate,
      expiresIn: expiresInSeconds,
      // The SDK would leave type and length out of the signature. A type that it thought up itself it may.
      signableHeaders: new Set([...names, 'content-length']),
      // Left in the URL, they would be signed and not sent.
      unhoistableHeaders: new Set(names),
    })
  })
  return { method, url, headers }
}

function headerValue(what: string, value: string): string {
  if (/^[\t\x20-\x7e]*$/.test(value)) return value
  throw new RindleError('invalid_input', `The ${what} cannot be a header: it holds more than printable ASCII.`)
}

function withoutUndefined(headers: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
