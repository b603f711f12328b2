import {
  normalizeKey,
  type OpenedToken,
  type SignedRequest,
  type StorageAdapter,
  type StorageCapability,
} from '@rindle/core'
import { attempt } from './attempt.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject, deleteObjects } from './delete-object.ts'
import { downloadObject } from './download-object.ts'
import { fileTokens } from './file-tokens.ts'
import { getObject } from './get-object.ts'
import { listObjects } from './list-objects.ts'
import { mapError } from './map-error.ts'
import { type LocalStorageOptions, parseOptions } from './options.ts'
import { putObject } from './put-object.ts'
import { storageRoot } from './storage-root.ts'
import { statObject } from './stored-file.ts'
import { unsupported, unsupportedMultipart } from './unsupported.ts'

const CAPABILITIES: readonly StorageCapability[] = [
  'presigned_put',
  'signed_url',
  'head',
  'local',
  'list',
  'server_side_copy',
  'checksum_sha256',
]

/**
 * Objects as files below a root directory. Throws `config_invalid` with every problem of the options; does no I/O
 * before `start`, which makes the root. Many processes of one machine may use one root at once.
 *
 * Keeps no content type, cache control or disposition: the content type is the one of the key's extension. A signed
 * request opens `{baseUrl}/files/{token}`, which the application serves; `openToken` says what a token permits.
 */
export function localStorage(options: LocalStorageOptions): StorageAdapter {
  const config = parseOptions(options)
  const { baseUrl, publicBaseUrl } = config
  const root = storageRoot(config)
  const tokens = fileTokens(config.signingKeys)

  const sign = async (grant: OpenedToken, signal: AbortSignal | undefined): Promise<SignedRequest> => {
    signal?.throwIfAborted()
    const token = tokens.sign({ ...grant, key: normalizeKey(grant.key) })
    const headers: Record<string, string> = {}
    if (grant.method === 'PUT' && grant.contentType !== undefined) headers['content-type'] = grant.contentType
    return { method: grant.method, url: `${baseUrl}/files/${token}`, headers }
  }

  return {
    name: 'local',
    capabilities: new Set(publicBaseUrl === undefined ? CAPABILITIES : [...CAPABILITIES, 'public_url']),
    start: () => attempt({ operation: 'start' }, undefined, () => root.create()),
    // Nothing is held open between calls.
    stop: async () => {},
    put: (key, body, putOptions) => putObject(root, config, { ...putOptions, key, body }),
    get: (key, getOptions = {}) =>
      attempt({ operation: 'get', key }, getOptions.signal, () => getObject(root, key, getOptions)),
    download: (key, path, conditions = {}) =>
      attempt({ operation: 'download', key }, conditions.signal, () => downloadObject(root, key, path, conditions)),
    head: (key, { signal } = {}) => attempt({ operation: 'head', key }, signal, () => statObject(root, key)),
    delete: (key, { signal } = {}) => attempt({ operation: 'delete', key }, signal, () => deleteObject(root, key)),
    deleteMany: (keys, callOptions = {}) => deleteObjects(root, keys, callOptions),
    copy: (from, to, conditions = {}) =>
      attempt({ operation: 'copy', key: from }, conditions.signal, () =>
        copyObject(root, config, { ...conditions, from, to }),
      ),
    async *list(prefix, listOptions = {}) {
      try {
        yield* listObjects(root, prefix, listOptions)
      } catch (error) {
        throw mapError(error, { operation: 'list' })
      }
    },
    publicUrl(key) {
      if (publicBaseUrl !== undefined) return `${publicBaseUrl}/${normalizeKey(key)}`
      throw unsupported('public_url', 'delivery', 'Give it publicBaseUrl, or sign URLs.')
    },
    signGet: (key, { signal, ...grant }) => sign({ ...grant, method: 'GET', key }, signal),
    signPut: (key, { signal, ...grant }) => sign({ ...grant, method: 'PUT', key }, signal),
    multipart: unsupportedMultipart,
    localPath: (key) => root.pathOf(key),
    openToken: (token, method, now) => tokens.open(token, method, now),
  }
}
