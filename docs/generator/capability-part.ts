import type { StorageAdapter, StorageCapability } from '@rindle/core'
import { STORAGE_CAPABILITIES } from '@rindle/core/adapter'
import { azureStorage } from '@rindle/storage-azure'
import { localStorage } from '@rindle/storage-local'
import { s3Storage } from '@rindle/storage-s3'
import { code, table } from './markdown.ts'

const MEANINGS: Readonly<Record<StorageCapability, string>> = {
  presigned_put: 'clients upload by one signed request',
  multipart_upload: 'clients upload in parts',
  signed_url: 'private delivery',
  public_url: 'public delivery',
  head: 'returns size and type of an object',
  local: 'processors read files in place',
  list: 'orphans can be found',
  server_side_copy: 'the bytes of a copy do not pass through the application',
  checksum_sha256: 'a declared SHA-256 is checked before anything is kept',
  conditional_put: 'writes only if there is no object',
  resumable_upload: 'takes bytes a piece at a time',
  resumable_upload_session: 'uploads may continue after an interruption',
  tus_upload: 'tus clients upload to it',
  foreign_keys: 'reads objects that other programs put there, under keys of any form',
}

/** The capabilities of each storage, as the adapters declare them. */
export function capabilityPart(): string {
  const local = { directory: 'media', baseUrl: 'http://localhost', signingKey: 'x'.repeat(32) }
  const s3 = { bucket: 'media', region: 'us-east-1' }
  const azure = { account: 'media', accountKey: 'x'.repeat(16), container: 'media' }
  const plain = [localStorage(local), s3Storage(s3), azureStorage(azure)]
  const publicBaseUrl = 'http://localhost/public'
  const withPublicUrl = [
    localStorage({ ...local, publicBaseUrl }),
    s3Storage({ ...s3, publicBaseUrl }),
    azureStorage({ ...azure, publicBaseUrl }),
  ]
  const rows = STORAGE_CAPABILITIES.map((capability) => [
    code(capability),
    MEANINGS[capability],
    ...plain.map((adapter, index) => answer(capability, adapter, withPublicUrl[index])),
  ])
  return table(['capability', 'which means', 'local', 'S3', 'Azure'], rows)
}

function answer(capability: StorageCapability, plain: StorageAdapter, withUrl: StorageAdapter | undefined): string {
  if (plain.capabilities.has(capability)) return 'yes'
  return withUrl?.capabilities.has(capability) === true ? 'with `publicBaseUrl`' : 'no'
}
