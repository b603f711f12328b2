import { isRindleError, RindleError, type StorageAdapter, type StorageCapability } from '@rindle/core'
import { declaredBytes } from '@rindle/core/adapter'
import type { SendSigned } from '../storage-contract/contract-case.ts'
import { type MemoryMultipart, memoryMultipart } from './memory-multipart.ts'
import { type MemoryObjects, memoryObjects } from './memory-objects.ts'
import { memoryReading } from './memory-reading.ts'
import { type MemoryGrant, memoryRequests } from './memory-requests.ts'
import { memoryResumable } from './memory-resumable.ts'
import { memoryWriting } from './memory-writing.ts'

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

/** Options of {@link memoryStorage}. */
export interface MemoryStorageOptions {
  /**
   * The clock that stamps objects and expires signed requests.
   * @default the clock of the system
   */
  readonly now?: () => Date
}

/** A storage in memory, and the way to use its signed requests. */
export interface MemoryStorage extends StorageAdapter {
  /** Answers a signed request as a store over HTTP would. Only this function can use its `memory:` URLs. */
  readonly send: SendSigned
}

/**
 * A storage for tests: keeps the whole contract, except that it holds its objects in memory. They live as long as the
 * value; `stop` does not remove them.
 */
export function memoryStorage({ now = () => new Date() }: MemoryStorageOptions = {}): MemoryStorage {
  const objects = memoryObjects(now)
  const requests = memoryRequests(now)
  const multipart = memoryMultipart(objects, requests, now)
  return {
    name: 'memory',
    capabilities: new Set(CAPABILITIES),
    start: async () => {},
    identify: async () => {},
    stop: async () => {},
    ...memoryReading(objects),
    ...memoryWriting(objects),
    signGet: requests.signGet,
    signPut: requests.signPut,
    multipart,
    resumable: memoryResumable(objects),
    publicUrl: () => refuse('public_url'),
    localPath: () => refuse('local'),
    openToken: () => refuse('local'),
    // There is nothing to set up, so there is nothing to check.
    async *diagnose() {},
    async send(request, body = new Uint8Array()) {
      const grant = requests.open(request)
      if (grant === undefined) return new Response(null, { status: 403 })
      return grant.method === 'GET' ? deliver(objects, grant) : receive(objects, multipart, { grant, body })
    },
  }
}

function deliver(objects: MemoryObjects, grant: MemoryGrant): Response {
  const object = objects.find(grant.key)
  if (object === undefined) return new Response(null, { status: 404 })
  const headers = new Headers({
    etag: object.stored.etag,
    'content-type': grant.contentType ?? object.stored.contentType,
  })
  if (grant.disposition !== undefined) headers.set('content-disposition', grant.disposition)
  return new Response(object.bytes, { headers })
}

function receive(
  objects: MemoryObjects,
  multipart: MemoryMultipart,
  { grant, body }: { readonly grant: MemoryGrant; readonly body: Uint8Array<ArrayBuffer> },
): Response {
  try {
    const check = declaredBytes(grant.key, grant)
    check.update(body)
    check.finish()
  } catch (error) {
    if (isRindleError(error, 'checksum_mismatch')) return new Response(null, { status: 400 })
    throw error
  }
  const bytes = Buffer.from(body)
  const { key, part, contentType = 'application/octet-stream' } = grant
  const etag = part === undefined ? objects.write(key, bytes, contentType).etag : multipart.receive(part, bytes)
  return etag === undefined ? new Response(null, { status: 404 }) : new Response(null, { headers: { etag } })
}

function refuse(capability: StorageCapability): never {
  throw new RindleError('capability_unsupported', `Memory storage has no "${capability}".`, {
    details: { capability, adapter: 'memory', flow: 'delivery' },
  })
}
