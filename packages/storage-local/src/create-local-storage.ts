import { resolve } from 'node:path'
import type { StorageAdapter, StorageCapability } from '@rindle/core'
import { deliverThrough } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject, deleteObjects } from './delete-object.ts'
import { diagnose } from './diagnose.ts'
import { downloadObject } from './download-object.ts'
import { fileUrls } from './file-urls.ts'
import { getObject } from './get-object.ts'
import { listObjects } from './list-objects.ts'
import { localResumable } from './local-resumable.ts'
import { openFile } from './open-file.ts'
import { type LocalStorageOptions, parseOptions } from './options.ts'
import { putObject } from './put-object.ts'
import { storageRoot } from './storage-root.ts'
import { statObject } from './stored-file.ts'
import { unsupportedMultipart } from './unsupported.ts'

const CAPABILITIES: readonly StorageCapability[] = [
  'presigned_put',
  'signed_url',
  'head',
  'local',
  'list',
  'server_side_copy',
  'checksum_sha256',
  'resumable_upload',
  'resumable_upload_session',
  'tus_upload',
  'foreign_keys',
]

/**
 * Objects as files below a root directory. Throws `config_invalid` with every problem of the options; does no I/O
 * before `start`, which creates the root. Many processes of one machine may use one root at once.
 *
 * Keeps no content type, cache control or disposition: the key's extension determines the content type. A signed
 * request opens `{baseUrl}/files/{token}`, which the application serves; `openToken` returns the grant of a token.
 */
export function localStorage(options: LocalStorageOptions): StorageAdapter {
  const config = parseOptions(options)
  const root = storageRoot(config)
  const adapter: StorageAdapter = {
    name: 'local',
    place: { store: 'file', container: resolve(config.directory), prefix: '' },
    capabilities: new Set(config.publicBaseUrl === undefined ? CAPABILITIES : [...CAPABILITIES, 'public_url']),
    start: (known) => attempt(root, { operation: 'start' }, undefined, () => root.open(known)),
    identify: () => attempt(root, { operation: 'identify' }, undefined, () => root.identify()),
    // Nothing is held open between calls.
    stop: async () => {},
    put: (key, body, putOptions) => putObject(root, config, { ...putOptions, key, body }),
    get: (key, getOptions = {}) =>
      attempt(root, { operation: 'get', key }, getOptions.signal, () => getObject(root, key, getOptions)),
    download: (key, path, conditions = {}) =>
      attempt(root, { operation: 'download', key }, conditions.signal, () =>
        downloadObject(root, key, path, conditions),
      ),
    head: (key, { signal } = {}) => attempt(root, { operation: 'head', key }, signal, () => statObject(root, key)),
    delete: (key, { signal } = {}) =>
      attempt(root, { operation: 'delete', key }, signal, () => deleteObject(root, key)),
    deleteMany: (keys, callOptions = {}) => deleteObjects(root, keys, callOptions),
    copy: (from, to, conditions = {}) =>
      attempt(root, { operation: 'copy', key: from }, conditions.signal, () =>
        copyObject(root, config, { ...conditions, from, to }),
      ),
    list: (prefix, listOptions = {}) => listObjects(root, prefix, listOptions),
    ...fileUrls(config),
    multipart: unsupportedMultipart,
    resumable: localResumable(root, config),
    localPath: (key) => root.pathOf(key),
    openFile: (key) => attempt(root, { operation: 'get', key }, undefined, () => openFile(root, key)),
    diagnose: (context) => diagnose(root, config, context),
  }
  return deliverThrough(adapter, config.delivery)
}
