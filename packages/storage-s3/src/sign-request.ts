import { GetObjectCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { RindleError, type SignedRequest } from '@rindle/core'
import type { SignGetOptions, SignPutOptions } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import type { S3StorageConfig } from './options.ts'
import { base64Of, locate, locateAny, type S3Bucket, writeSettings } from './s3-bucket.ts'
import { uploadHeaders } from './s3-connection.ts'
import { signPayloadHash } from './sign-payload-hash.ts'
import { signingWindow } from './signing-window.ts'

const MAX_PART_NUMBER = 10_000

/** Signs the reading of an object. */
export async function signGet(
  bucket: S3Bucket,
  key: string,
  { disposition, contentType, ...options }: SignGetOptions,
): Promise<SignedRequest> {
  const command = new GetObjectCommand({
    ...locateAny(bucket, key),
    ...(disposition === undefined ? {} : { ResponseContentDisposition: headerValue('disposition', disposition) }),
    ...(contentType === undefined ? {} : { ResponseContentType: headerValue('content type', contentType) }),
  })
  return sign((signing) => getSignedUrl(bucket.connection.signer, command, signing), {
    ...options,
    method: 'GET',
    key,
    headers: {},
  })
}

/**
 * Signs the writing of an object, bound to its type and, if they are declared, to its length and SHA-256. S3 cannot
 * cut a request short, so `maxBytes` has no effect here.
 */
export async function signPut(bucket: S3Bucket, key: string, options: SignPutOptions): Promise<SignedRequest> {
  const { config, connection } = bucket
  const command = new PutObjectCommand({
    ...locate(bucket, key),
    ...writeSettings(config),
    ...lengthOf(options),
    ContentType: headerValue('content type', options.contentType),
    ...(hasPayloadHash(config, options) ? {} : checksumOf(options)),
  })
  const headers = putHeaders(config, options)
  const makeUrl = async (signing: SigningOptions): Promise<string> => {
    const url = await getSignedUrl(connection.signer, command, signing)
    if (!hasPayloadHash(config, options)) return url
    const bound = { ...headers, ...(options.byteSize === undefined ? {} : { 'content-length': `${options.byteSize}` }) }
    return signPayloadHash(connection.signer, url, { ...signing, region: config.region, headers: bound })
  }
  return sign(makeUrl, { ...options, method: 'PUT', key, headers })
}

/** Signs the writing of one part, bound to its length if that is declared. */
export async function signPart(
  bucket: S3Bucket,
  key: string,
  part: { readonly uploadId: string; readonly partNumber: number },
  options: Pick<SignPutOptions, 'expiresAt' | 'byteSize' | 'signal'>,
): Promise<SignedRequest> {
  const { uploadId, partNumber } = part
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PART_NUMBER) {
    throw new RindleError('invalid_input', `Parts are numbered from 1 to ${MAX_PART_NUMBER}, not ${partNumber}.`)
  }
  const target = { ...locate(bucket, key), UploadId: uploadId, PartNumber: partNumber }
  const command = new UploadPartCommand({ ...target, ...lengthOf(options) })
  return sign((signing) => getSignedUrl(bucket.connection.signer, command, signing), {
    ...options,
    method: 'PUT',
    key,
    headers: uploadHeaders(bucket.config),
  })
}

/** The input of a signature. */
interface SigningOptions {
  readonly signingDate: Date
  readonly expiresIn: number
  readonly signableHeaders: Set<string>
  readonly unhoistableHeaders: Set<string>
}

interface SignOptions {
  readonly method: 'GET' | 'PUT'
  readonly key: string
  readonly expiresAt: Date
  readonly signal?: AbortSignal
  /** The headers that the client must send. */
  readonly headers: Readonly<Record<string, string>>
}

async function sign(
  makeUrl: (signing: SigningOptions) => Promise<string>,
  { method, key, expiresAt, signal, headers }: SignOptions,
): Promise<SignedRequest> {
  const names = Object.keys(headers)
  const url = await attempt({ operation: 'sign', key }, signal, () => {
    const { signingDate, expiresInSeconds } = signingWindow(expiresAt, new Date())
    return makeUrl({
      signingDate,
      expiresIn: expiresInSeconds,
      // The presigner omits the type unless it is named. A type that the SDK adds by itself may stay out.
      signableHeaders: new Set(names),
      // The presigner would move them into the URL: signed, but not sent.
      unhoistableHeaders: new Set(names),
    })
  })
  return { method, url, headers }
}

function putHeaders(config: S3StorageConfig, options: SignPutOptions): Readonly<Record<string, string>> {
  const { ServerSideEncryption, SSEKMSKeyId, StorageClass } = writeSettings(config)
  const { checksumSha256, contentType } = options
  const headers = {
    'content-type': contentType,
    'x-amz-checksum-sha256': hasPayloadHash(config, options) ? undefined : checksumOf(options).ChecksumSHA256,
    'x-amz-content-sha256': hasPayloadHash(config, options) ? checksumSha256 : undefined,
    'x-amz-server-side-encryption': ServerSideEncryption,
    'x-amz-server-side-encryption-aws-kms-key-id': SSEKMSKeyId,
    'x-amz-storage-class': StorageClass,
    ...uploadHeaders(config),
  }
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function hasPayloadHash({ signedChecksum }: S3StorageConfig, { checksumSha256 }: SignPutOptions): boolean {
  return checksumSha256 !== undefined && signedChecksum === 'x-amz-content-sha256'
}

function checksumOf({ checksumSha256 }: SignPutOptions): { readonly ChecksumSHA256?: string } {
  return checksumSha256 === undefined ? {} : { ChecksumSHA256: base64Of(checksumSha256) }
}

function lengthOf({ byteSize }: Pick<SignPutOptions, 'byteSize'>): { readonly ContentLength?: number } {
  if (byteSize === undefined) return {}
  if (Number.isSafeInteger(byteSize) && byteSize >= 0) return { ContentLength: byteSize }
  throw new RindleError('invalid_input', `A length of ${byteSize} bytes cannot be signed: it must be a whole number.`)
}

function headerValue(what: string, value: string): string {
  if (/^[\t\x20-\x7e]*$/.test(value)) return value
  throw new RindleError(
    'invalid_input',
    `The ${what} cannot be a header, because it contains more than printable ASCII.`,
  )
}
