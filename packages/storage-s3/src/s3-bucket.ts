import type { StorageClass } from '@aws-sdk/client-s3'
import { RindleError } from '@rindle/core'
import { normalizeKey, readableKey } from '@rindle/core/adapter'
import type { S3StorageConfig } from './options.ts'
import type { S3Connection } from './s3-connection.ts'

/** The bucket of one storage: its connection, and the place of its keys. */
export interface S3Bucket {
  readonly config: S3StorageConfig
  readonly connection: S3Connection
}

/** The place of an object, as every command takes it. Throws `storage_key_invalid` for an invalid key. */
export function locate({ config }: S3Bucket, key: string): { readonly Bucket: string; readonly Key: string } {
  return { Bucket: config.bucket, Key: config.prefix + normalizeKey(key) }
}

/** The place of an object that is to be read or deleted, whoever put it there. Throws `storage_key_invalid`. */
export function locateAny({ config }: S3Bucket, key: string): { readonly Bucket: string; readonly Key: string } {
  return { Bucket: config.bucket, Key: config.prefix + readableKey(key) }
}

/** A key as the path of a URL, and as the source of a copy. */
export function encodedKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

/** The settings of every write for the new object. */
export function writeSettings({ serverSideEncryption, kmsKeyId, storageClass }: S3StorageConfig): {
  readonly ServerSideEncryption?: 'AES256' | 'aws:kms' | 'aws:kms:dsse'
  readonly SSEKMSKeyId?: string
  readonly StorageClass?: StorageClass
} {
  return {
    ...(serverSideEncryption === undefined ? {} : { ServerSideEncryption: serverSideEncryption }),
    ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }),
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
  }
}

/** The checksum that every upload of this process carries, if the options ask for one. */
export function uploadChecksum({ checksums }: S3StorageConfig): { readonly ChecksumAlgorithm?: 'CRC32' } {
  return checksums === 'when_supported' ? { ChecksumAlgorithm: 'CRC32' } : {}
}

/** A SHA-256 in lower-case hex as headers take it. Throws `invalid_input` if it is malformed. */
export function base64Of(checksumSha256: string): string {
  if (/^[0-9a-f]{64}$/.test(checksumSha256)) return Buffer.from(checksumSha256, 'hex').toString('base64')
  throw new RindleError('invalid_input', 'A SHA-256 must be 64 lower-case hex digits.')
}
