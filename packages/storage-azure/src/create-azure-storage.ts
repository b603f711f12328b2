import type { StorageAdapter, StorageCapability } from '@rindle/core'
import { deliverThrough } from '@rindle/core/adapter'
import { anyNameOf, azureContainer, encodedName } from './azure-container.ts'
import { azureResumable } from './azure-resumable.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject, deleteObjects } from './delete-objects.ts'
import { diagnose } from './diagnose.ts'
import { downloadObject } from './download-object.ts'
import { getObject } from './get-object.ts'
import { headObject } from './head-object.ts'
import { listObjects } from './list-objects.ts'
import { type AzureStorageOptions, parseOptions } from './options.ts'
import { putObject } from './put-object.ts'
import { signGet } from './sign-get.ts'
import { unsupported, unsupportedMethods } from './unsupported.ts'

const CAPABILITIES: readonly StorageCapability[] = [
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
 * Objects as block blobs in a container of Azure Blob Storage. Throws `config_invalid` with every problem of the options;
 * does no I/O, and neither does `start`: the container must exist, and the first call fails if it does not
 * (`storage_unavailable`). Clients upload through the application, because no signed URL of Azure binds what is sent.
 */
export function azureStorage(options: AzureStorageOptions): StorageAdapter {
  const config = parseOptions(options)
  const { prefix, publicBaseUrl, delivery } = config
  const container = azureContainer(config)
  const adapter: StorageAdapter = {
    ...unsupportedMethods,
    name: 'azure',
    place: { store: config.endpoint, container: config.container, prefix },
    capabilities: new Set(publicBaseUrl === undefined ? CAPABILITIES : [...CAPABILITIES, 'public_url']),
    start: async () => {},
    // Account and name identify a container.
    identify: async () => {},
    // Idle connections end by themselves and keep no process alive.
    stop: async () => {},
    put: (key, body, putOptions) => putObject(container, key, body, putOptions),
    get: (key, getOptions = {}) => getObject(container, key, getOptions),
    download: (key, path, conditions = {}) => downloadObject(container, key, path, conditions),
    head: (key, { signal } = {}) => headObject(container, key, signal),
    delete: (key, callOptions = {}) => deleteObject(container, key, callOptions),
    deleteMany: (keys, callOptions = {}) => deleteObjects(container, keys, callOptions),
    copy: (from, to, conditions = {}) => copyObject(container, from, to, conditions),
    list: (keyPrefix, listOptions = {}) => listObjects(container, keyPrefix, listOptions),
    publicUrl(key) {
      if (publicBaseUrl !== undefined) return `${publicBaseUrl}/${encodedName(anyNameOf(container, key))}`
      throw unsupported('public_url', 'delivery', 'Set publicBaseUrl, or sign URLs.')
    },
    async signGet(key, { signal, ...signOptions }) {
      signal?.throwIfAborted()
      return signGet(container, key, signOptions)
    },
    resumable: azureResumable(container),
    diagnose: (context) => diagnose(container, context),
  }
  return deliverThrough(adapter, delivery, prefix)
}
