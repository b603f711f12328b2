import type { DeliverySigner } from '@rindle/core'
import { checkOptions, isDeliverySigner } from '@rindle/core/adapter'
import { z } from 'zod'

const MEBIBYTE = 1024 * 1024
const MIN_PART_BYTES = 5 * MEBIBYTE
const MAX_SINGLE_BYTES = 5 * 1024 * MEBIBYTE

/** Keys of an account: permanent or, with `sessionToken`, temporary. */
export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** When they expire; the function that returned them is called again before that. */
  readonly expiration?: Date
}

/** Options of {@link s3Storage}. */
export interface S3StorageOptions {
  /** A bucket that exists. */
  readonly bucket: string
  /** The region of the bucket; stores without regions take `us-east-1`, R2 takes `auto`. */
  readonly region: string
  /**
   * Where the store is, as an absolute http or https URL.
   * @default AWS, in `region`
   */
  readonly endpoint?: string
  /**
   * Whether the bucket is the first part of the path instead of the host name.
   * @default true with `endpoint`, false without
   */
  readonly forcePathStyle?: boolean
  /**
   * Keys, or a function that returns them.
   * @default the chain of the AWS SDK: environment, profile, container, instance
   */
  readonly credentials?: S3Credentials | (() => Promise<S3Credentials>)
  /** The start of all keys of this storage in the bucket, followed by a slash: letters, digits, `.`, `_`, `-`, `/`. */
  readonly prefix?: string
  /**
   * The store's URL as clients reach it; used only in signed requests.
   * @default `endpoint`
   */
  readonly publicEndpoint?: string
  /**
   * The address at which anyone can fetch the objects, for instance a CDN: the start of public URLs. Without it there
   * is no `public_url`.
   */
  readonly publicBaseUrl?: string
  /**
   * Signs URLs of a CDN in front of the bucket, for instance `cloudFrontDelivery` of `@rindle/delivery-cdn`.
   * @default URLs of the store, signed with `credentials`
   */
  readonly delivery?: DeliverySigner
  /**
   * How the store encrypts the objects of this storage; uploads by signed requests are bound to it.
   * @default the bucket's setting
   */
  readonly serverSideEncryption?: 'AES256' | 'aws:kms' | 'aws:kms:dsse'
  /** The key for `aws:kms` and `aws:kms:dsse`. */
  readonly kmsKeyId?: string
  /**
   * The storage class of the objects of this storage.
   * @default that of the store
   */
  readonly storageClass?: string
  /**
   * How long it may take to open a connection.
   * @default 5000
   */
  readonly connectTimeoutMs?: number
  /**
   * How long a connection may carry no bytes while an answer is awaited or a body is read.
   * @default 60000
   */
  readonly idleTimeoutMs?: number
  /**
   * How often a request is sent in all before its failure is reported.
   * @default 3
   */
  readonly maxAttempts?: number
  /**
   * `when_supported` adds a CRC-32 to the uploads that this process sends, which buckets with an object lock require.
   * Every upload is signed with the SHA-256 of its bytes anyway, and some stores refuse the header.
   * @default 'when_required'
   */
  readonly checksums?: 'when_required' | 'when_supported'
  /**
   * The header by which the store checks the declared SHA-256 of a signed upload. AWS, MinIO and R2 check the first;
   * stores that ignore it, such as Ceph before 19, check the second, the payload hash of the signature itself.
   * @default 'x-amz-checksum-sha256'
   */
  readonly signedChecksum?: 'x-amz-checksum-sha256' | 'x-amz-content-sha256'
  /**
   * How the store treats a signed upload to which its holder adds an `x-amz-` header. AWS refuses it. Stores that
   * accept it (MinIO of 2023 and Ceph 16 do) would let the holder copy, by `x-amz-copy-source`, any object that the
   * credentials may read into the upload; for them every signed upload gets one more header, which makes any copy fail.
   * @default 'accepted' with `endpoint`, 'refused' without
   */
  readonly unsignedHeaders?: 'accepted' | 'refused'
  /**
   * Bodies longer than this are sent in parts of this size, of which `put` holds three in memory; 5 MiB to 5 GiB. A
   * body of undeclared length can have 10,000 of them.
   * @default 5242880
   */
  readonly partBytes?: number
  /**
   * Objects larger than this are copied in parts, a few at once; 5 MiB to 5 GiB.
   * @default 1073741824
   */
  readonly maxCopyBytes?: number
}

/** {@link S3StorageOptions}, checked and complete. */
export interface S3StorageConfig {
  readonly bucket: string
  readonly region: string
  readonly endpoint: string | undefined
  readonly forcePathStyle: boolean
  readonly credentials: S3Credentials | (() => Promise<S3Credentials>) | undefined
  /** Empty, or with a slash at its end. */
  readonly prefix: string
  readonly publicEndpoint: string | undefined
  /** Has no slash at its end. */
  readonly publicBaseUrl: string | undefined
  readonly delivery: DeliverySigner | undefined
  readonly serverSideEncryption: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined
  readonly kmsKeyId: string | undefined
  readonly storageClass: string | undefined
  readonly connectTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly maxAttempts: number
  readonly checksums: 'when_required' | 'when_supported'
  readonly signedChecksum: 'x-amz-checksum-sha256' | 'x-amz-content-sha256'
  readonly unsignedHeaders: 'accepted' | 'refused'
  readonly partBytes: number
  readonly maxCopyBytes: number
}

const url = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .refine((text) => !/[?#@]/.test(text), 'must have no user, no query and no fragment')
  .transform((text) => text.replace(/\/+$/, ''))

const credentials: z.ZodType<S3Credentials | (() => Promise<S3Credentials>)> = z.union(
  [
    // Not strict, because the SDK adds its own properties to given credentials.
    z.object({
      accessKeyId: z.string().min(1),
      secretAccessKey: z.string().min(1),
      sessionToken: z.string().min(1).exactOptional(),
      expiration: z.date().exactOptional(),
    }),
    z.custom<() => Promise<S3Credentials>>((value) => typeof value === 'function'),
  ],
  'must be { accessKeyId, secretAccessKey, sessionToken? } or a function that returns them',
)

// Not z.int(), whose failure would silence the rule about two options below.
const integer = (least: number, most: number): z.ZodType<number> =>
  z.number().min(least).max(most).refine(Number.isInteger, 'must be an integer')

const partBytes = integer(MIN_PART_BYTES, MAX_SINGLE_BYTES)

const schema = z
  .strictObject({
    // AWS's own rule; a name outside of it would change the host name or the path of a request.
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
    region: z.string().regex(/^[a-z0-9-]+$/, 'must be the name of a region'),
    endpoint: url.optional(),
    forcePathStyle: z.boolean().optional(),
    credentials: credentials.optional(),
    // With the longest key, 900 bytes, it stays within the 1,024 of S3.
    prefix: z
      .string()
      .max(120)
      .regex(
        /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/?$/,
        'must be names with slashes between',
      )
      .transform((text) => (text.endsWith('/') ? text : `${text}/`))
      .default(''),
    publicEndpoint: url.optional(),
    publicBaseUrl: url.optional(),
    delivery: z.custom<DeliverySigner>(isDeliverySigner, 'must be a signer, such as cloudFrontDelivery(…)').optional(),
    serverSideEncryption: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).optional(),
    kmsKeyId: z.string().min(1).optional(),
    storageClass: z
      .string()
      .regex(/^[A-Z_]+$/, 'must be the name of a storage class')
      .optional(),
    connectTimeoutMs: integer(1, 600_000).default(5000),
    idleTimeoutMs: integer(1, 3_600_000).default(60_000),
    maxAttempts: integer(1, 20).default(3),
    checksums: z.enum(['when_required', 'when_supported']).default('when_required'),
    signedChecksum: z.enum(['x-amz-checksum-sha256', 'x-amz-content-sha256']).default('x-amz-checksum-sha256'),
    unsignedHeaders: z.enum(['accepted', 'refused']).optional(),
    partBytes: partBytes.default(MIN_PART_BYTES),
    maxCopyBytes: partBytes.default(1024 * MEBIBYTE),
  })
  .refine((options) => options.kmsKeyId === undefined || options.serverSideEncryption?.startsWith('aws:kms'), {
    path: ['kmsKeyId'],
    error: 'needs serverSideEncryption "aws:kms" or "aws:kms:dsse"',
    // Without this the rule would stay silent if another option is wrong, too.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })

/** Checks the options, without I/O. Throws `config_invalid` with every problem and its path. */
export function parseOptions(options: S3StorageOptions): S3StorageConfig {
  const { forcePathStyle, unsignedHeaders, ...rest } = checkOptions('s3Storage', schema, options)
  const isAws = rest.endpoint === undefined
  return {
    ...rest,
    endpoint: rest.endpoint,
    forcePathStyle: forcePathStyle ?? !isAws,
    unsignedHeaders: unsignedHeaders ?? (isAws ? 'refused' : 'accepted'),
    credentials: rest.credentials,
    publicEndpoint: rest.publicEndpoint,
    publicBaseUrl: rest.publicBaseUrl,
    delivery: rest.delivery,
    serverSideEncryption: rest.serverSideEncryption,
    kmsKeyId: rest.kmsKeyId,
    storageClass: rest.storageClass,
  }
}
