import { RindleError, type StorageAdapter, type StorageCapability } from '@rindle/core'
import { deliverThrough, readableKey } from '@rindle/core/adapter'
import { copyFrom, placeOf } from './copy-from.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject, deleteObjects } from './delete-objects.ts'
import { diagnose } from './diagnose.ts'
import { downloadObject } from './download-object.ts'
import { getObject } from './get-object.ts'
import { headObject } from './head-object.ts'
import { listObjects } from './list-objects.ts'
import { parseOptions, type S3StorageOptions } from './options.ts'
import { putObject } from './put-object.ts'
import { encodedKey } from './s3-bucket.ts'
import { s3Connection } from './s3-connection.ts'
import { s3Multipart } from './s3-multipart.ts'
import { s3Resumable } from './s3-resumable.ts'
import { signGet, signPut } from './sign-request.ts'

const CAPABILITIES: readonly StorageCapability[] = [
  'presigned_put',
  'multipart_upload',
  'signed_url',
  'head',
  'list',
  'server_side_copy',
  'checksum_sha256',
  'resumable_upload',
  'resumable_upload_session',
  'tus_upload',
  'foreign_keys',
]

/**
 * Objects in a bucket of AWS S3 or of any store that speaks its protocol. Throws `config_invalid` with every problem of
 * the options; does no I/O, and neither does `start`: the bucket must exist, and the first call fails if it does not
 * (`storage_unavailable`). `stop` ends all connections and everything that still uses them.
 */
export function s3Storage(options: S3StorageOptions): StorageAdapter {
  const config = parseOptions(options)
  const { prefix, publicBaseUrl, delivery } = config
  const bucket = { config, connection: s3Connection(config) }
  const multipart = s3Multipart(bucket)
  const adapter: StorageAdapter = {
    name: 's3',
    place: placeOf(config),
    capabilities: new Set(publicBaseUrl === undefined ? CAPABILITIES : [...CAPABILITIES, 'public_url']),
    start: async () => {},
    // Endpoint and name identify a bucket.
    identify: async () => {},
    stop: async () => bucket.connection.close(),
    put: (key, body, putOptions) => putObject(bucket, key, body, putOptions),
    get: (key, getOptions = {}) => getObject(bucket, key, getOptions),
    download: (key, path, conditions = {}) => downloadObject(bucket, key, path, conditions),
    head: (key, { signal } = {}) => headObject(bucket, key, signal),
    delete: (key, callOptions = {}) => deleteObject(bucket, key, callOptions),
    deleteMany: (keys, callOptions = {}) => deleteObjects(bucket, keys, callOptions),
    copy: (from, to, conditions = {}) => copyObject(bucket, from, to, conditions),
    copyFrom: (place, key, copyOptions) => copyFrom(bucket, place, key, copyOptions),
    list: (keyPrefix, listOptions = {}) => listObjects(bucket, keyPrefix, listOptions),
    publicUrl(key) {
      if (publicBaseUrl !== undefined) return `${publicBaseUrl}/${encodedKey(prefix + readableKey(key))}`
      throw unsupported('public_url', 'Set publicBaseUrl, or sign URLs.')
    },
    signGet: (key, signOptions) => signGet(bucket, key, signOptions),
    signPut: (key, signOptions) => signPut(bucket, key, signOptions),
    multipart,
    resumable: s3Resumable(bucket, multipart),
    localPath() {
      throw unsupported('local', 'Download the object.')
    },
    openToken() {
      throw unsupported('local', 'The store opens its signed requests itself.')
    },
    diagnose: (context) => diagnose(bucket, context),
  }
  return deliverThrough(adapter, delivery, prefix)
}

function unsupported(capability: StorageCapability, advice: string): RindleError {
  return new RindleError('capability_unsupported', `S3 storage has no "${capability}". ${advice}`, {
    details: { capability, adapter: 's3', flow: 'delivery' },
  })
}
