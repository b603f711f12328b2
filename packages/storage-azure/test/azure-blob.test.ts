import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { BlobServiceClient, type ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { isRindleError, type StorageAdapter } from '@rindle/core'
import type { Finding } from '@rindle/core/adapter'
import { type AzureStorageOptions, azureStorage } from '@rindle/storage-azure'
import { useAzureServer } from '@rindle/test-azure'
import { describe, expect, test } from 'vitest'
import { azureOptionsOf, azureStorageOn } from './azure-subject.ts'

const server = await useAzureServer()

const KEY = 'album/film.bin'
const TYPE = { contentType: 'video/mp4' }
const MEBIBYTE = 1024 * 1024
const LARGE = randomBytes(5 * MEBIBYTE + 17)

/** A storage, and the vendor's own client for its container. */
async function subject(options: Partial<AzureStorageOptions> = {}) {
  const own = azureOptionsOf(server, await server.createContainer())
  const credential = new StorageSharedKeyCredential(server.account, server.accountKey)
  const client = new BlobServiceClient(server.endpoint, credential).getContainerClient(own.container)
  return { storage: azureStorage({ ...own, ...options }), again: azureStorage({ ...own, ...options }), client }
}

describe('a body', () => {
  test.each([
    ['that fits into one block', 1000, {}],
    ['of unknown length', LARGE.byteLength, {}],
    ['of known length and SHA-256', LARGE.byteLength, { byteSize: LARGE.byteLength, checksumSha256: sha256(LARGE) }],
  ])('%s is one blob with its type, its SHA-256 and nothing beside it', async (_what, byteSize, declared) => {
    const { storage, client } = await subject()
    const bytes = LARGE.subarray(0, byteSize)
    const stored = await storage.put(KEY, chunked(bytes), { ...TYPE, cacheControl: 'no-store', ...declared })
    const { etag, contentType, contentLength, cacheControl, metadata } = await client.getBlobClient(KEY).getProperties()
    expect({ contentType, contentLength, cacheControl }).toEqual({
      contentType: 'video/mp4',
      contentLength: byteSize,
      cacheControl: 'no-store',
    })
    expect(metadata).toEqual({ rindle_sha256: sha256(bytes) })
    expect(stored).toMatchObject({ byteSize, etag: etag?.replaceAll('"', ''), checksumSha256: sha256(bytes) })
    expect(await storage.head(KEY)).toMatchObject({ checksumSha256: sha256(bytes), etag: stored.etag })
    expect(bytes.equals(await client.getBlobClient(KEY).downloadToBuffer())).toBe(true)
    expect(await namesOf(client)).toEqual([KEY])
  })

  test.each([
    ['with other bytes than declared', { checksumSha256: sha256(Buffer.from('other')) }],
    ['shorter than declared', { byteSize: LARGE.byteLength + 1 }],
    ['longer than declared', { byteSize: LARGE.byteLength - 1 }],
  ])('that is streamed %s leaves the previous object', async (_what, declared) => {
    const { storage, client } = await subject()
    await storage.put(KEY, Readable.from(['the old film']), TYPE)
    const put = storage.put(KEY, chunked(LARGE), { ...TYPE, byteSize: LARGE.byteLength, ...declared })
    await expect(put).rejects.toMatchObject({ code: 'checksum_mismatch' })
    expect(await text((await storage.get(KEY)).body)).toBe('the old film')
    expect(await namesOf(client)).toEqual([KEY])
  })

  test('of unknown length that fails leaves no block behind', async () => {
    const { storage, client } = await subject()
    const broken = new Error('The disk is gone.')
    async function* chunks(): AsyncGenerator<Buffer> {
      yield LARGE
      yield LARGE
      throw broken
    }
    const put = storage.put(KEY, Readable.from(chunks(), { objectMode: false }), TYPE)
    await expect(put).rejects.toBe(broken)
    expect(await namesOf(client)).toEqual([])
  })
})

describe('an object', () => {
  test('is deleted with its snapshots, alone and among many', async () => {
    const { storage, client } = await subject()
    for (const remove of [() => storage.delete(KEY), () => storage.deleteMany([KEY])]) {
      await storage.put(KEY, Readable.from(['film']), TYPE)
      await client.getBlobClient(KEY).createSnapshot()
      await remove()
      expect(await namesOf(client)).toEqual([])
    }
  })

  test('keeps its headers and metadata when it is copied, whether its type changes or not', async () => {
    const { storage, client } = await subject()
    const headers = { cacheControl: 'no-store', contentDisposition: 'attachment' }
    await storage.put(KEY, Readable.from(['film']), { ...TYPE, ...headers })
    await storage.copy(KEY, 'copy/one.mp4')
    await storage.copy(KEY, 'copy/two.webm', { contentType: 'video/webm' })
    for (const [name, contentType] of [
      ['copy/one.mp4', 'video/mp4'],
      ['copy/two.webm', 'video/webm'],
    ] as const) {
      const metadata = { rindle_sha256: sha256(Buffer.from('film')) }
      expect(await client.getBlobClient(name).getProperties()).toMatchObject({ ...headers, contentType, metadata })
    }
  })

  test('that somebody leases or archives is refused in words', async () => {
    const { storage, client } = await subject()
    await storage.put(KEY, Readable.from(['film']), TYPE)
    await client.getBlobClient(KEY).getBlobLeaseClient().acquireLease(15)
    const leased = expect.stringContaining('lease') as string
    await expect(storage.delete(KEY)).rejects.toMatchObject({ code: 'storage_denied', message: leased })
    await storage.put('cold.mp4', Readable.from(['film']), TYPE)
    await client.getBlobClient('cold.mp4').setAccessTier('Archive')
    const archived = expect.stringContaining('rehydrate') as string
    await expect(storage.get('cold.mp4')).rejects.toMatchObject({ code: 'storage_denied', message: archived })
  })
})

describe('a signed URL', () => {
  test('is the same for the same expiry, and holds disposition and type to its signature', async () => {
    const { storage } = await subject()
    await storage.put(KEY, Readable.from(['film']), TYPE)
    const options = { expiresAt: new Date(Date.now() + 60_000), disposition: 'attachment', contentType: 'text/plain' }
    const { url } = await storage.signGet(KEY, options)
    expect((await storage.signGet(KEY, options)).url).toBe(url)
    const response = await fetch(url)
    expect([response.status, await response.text()]).toEqual([200, 'film'])
    expect(response.headers.get('content-disposition')).toBe('attachment')
    expect(response.headers.get('content-type')).toBe('text/plain')
    for (const altered of [
      url.replace('rscd=attachment', 'rscd=inline'),
      url.replace('rsct=text%2Fplain', 'rsct=text%2Fhtml'),
      url.replace('film.bin', 'other.bin'),
      url.replace('sp=r', 'sp=rw'),
    ]) {
      expect(altered).not.toBe(url)
      expect((await fetch(altered)).status).toBe(403)
    }
  })

  test('that expires in a fraction of a second does not outlive it', async () => {
    const { storage } = await subject()
    await storage.put(KEY, Readable.from(['film']), TYPE)
    const { url } = await storage.signGet(KEY, { expiresAt: new Date(Math.floor(Date.now() / 1000) * 1000 + 999) })
    expect((await fetch(url)).status).toBe(403)
  })
})

describe('a resumable upload', () => {
  test('continues in another process from the state that was kept, and can be finished by both', async () => {
    const { storage, again, client } = await subject()
    let state = await storage.resumable.begin(KEY, { ...TYPE, maxBytes: LARGE.byteLength })
    state = await appended(storage, state, LARGE.subarray(0, 2_000_000))
    // Stored by a process that died before it could keep the state.
    await appended(storage, state, randomBytes(700_000))
    state = await appended(again, JSON.parse(JSON.stringify(state)), LARGE.subarray(2_000_000))
    await appended(storage, state, randomBytes(9))
    expect(await again.head(KEY)).toBeUndefined()
    const stored = await again.resumable.finish(KEY, state)
    expect((await storage.resumable.finish(KEY, state)).etag).toBe(stored.etag)
    expect(LARGE.equals(await buffer((await storage.get(KEY)).body))).toBe(true)
    expect((await client.getBlobClient(KEY).getProperties()).contentType).toBe('video/mp4')
    expect(await namesOf(client)).toEqual([KEY])
  })

  test('that is aborted leaves no block, and no harm to an object under the key', async () => {
    const { storage, client } = await subject()
    const begun = await storage.resumable.begin(KEY, { ...TYPE, maxBytes: 100 })
    await appended(storage, begun, LARGE.subarray(0, 50))
    await storage.resumable.abort(KEY, begun)
    expect(await namesOf(client)).toEqual([])
    const second = await storage.resumable.begin(KEY, { ...TYPE, maxBytes: 100 })
    await storage.put(KEY, Readable.from(['film']), TYPE)
    await storage.resumable.abort(KEY, second)
    expect(await text((await storage.get(KEY)).body)).toBe('film')
  })
})

describe('what is wrong', () => {
  test('with the container makes no object look missing', async () => {
    const storage = azureStorage({ ...azureOptionsOf(server, 'rindle-test-no-such'), maxAttempts: 1 })
    const failure = { code: 'storage_unavailable', message: expect.stringContaining('no such container') as string }
    for (const call of [
      () => storage.put(KEY, Readable.from(['film']), TYPE),
      () => storage.get(KEY),
      () => storage.head(KEY),
      () => storage.delete(KEY),
      () => storage.copy(KEY, 'a.txt'),
    ]) {
      await expect(call()).rejects.toMatchObject(failure)
    }
    expect(await storage.deleteMany([KEY])).toMatchObject([{ key: KEY }])
  })

  test('with the key of the account is refused without showing it', async () => {
    const accountKey = Buffer.from('a key that is wrong').toString('base64')
    const storage = await azureStorageOn(server, { accountKey })
    const failure = await storage.head(KEY).catch((error: unknown) => error)
    expect(isRindleError(failure, 'storage_denied')).toBe(true)
    const shown = String(failure) + JSON.stringify(failure) + String((failure as Error).cause)
    expect(shown).not.toMatch(/SharedKey|sig=|a key that is wrong/)
    expect(shown).not.toContain(accountKey)
  })

  test('with the privacy of the container is an error of the doctor, unless it is wanted', async () => {
    const { storage, client } = await subject()
    expect(await statusesOf(storage)).toEqual({ 'storage.public_access': 'ok', 'storage.soft_delete': 'ok' })
    await client.setAccessPolicy('blob')
    expect(await statusesOf(storage)).toMatchObject({ 'storage.public_access': 'error' })
    const wanted = azureStorage({
      ...azureOptionsOf(server, client.containerName),
      publicBaseUrl: `${server.endpoint}/${client.containerName}`,
    })
    expect(await statusesOf(wanted)).toMatchObject({ 'storage.public_access': 'ok' })
    await wanted.put(KEY, Readable.from(['film']), TYPE)
    expect(await (await fetch(wanted.publicUrl(KEY))).text()).toBe('film')
  })
})

test('a container keeps storages apart by their prefixes, and skips blobs whose names are no keys', async () => {
  const { storage, client } = await subject({ prefix: 'one' })
  await client.getBlockBlobClient('two/a.txt').upload('x', 1)
  await client.getBlockBlobClient('one/Not A Key').upload('x', 1)
  await storage.put('a.txt', Readable.from(['film']), TYPE)
  const keys: string[] = []
  for await (const { key } of storage.list('')) keys.push(key)
  expect(keys).toEqual(['a.txt'])
  expect(await namesOf(client)).toContain('one/a.txt')
})

test('an object that another program put under a name of its own is read, signed, copied from, listed and deleted', async () => {
  const { storage, client } = await subject({ publicBaseUrl: 'https://media.example' })
  const name = 'Photos/Été 1+2%.JPG'
  await client.getBlockBlobClient(name).upload('film', 4)
  expect(await text((await storage.get(name)).body)).toBe('film')
  const { url } = await storage.signGet(name, { expiresAt: new Date(Date.now() + 60_000) })
  expect(await (await fetch(url)).text()).toBe('film')
  expect(storage.publicUrl(name)).toBe('https://media.example/Photos/%C3%89t%C3%A9%201%2B2%25.JPG')
  await storage.copy(name, 'album/one.jpg')
  await storage.copy(name, 'album/two.png', { contentType: 'image/png' })
  const keys: string[] = []
  for await (const { key } of storage.list('Photos/', { foreign: true })) keys.push(key)
  expect(keys).toEqual([name])
  await storage.delete(name)
  expect(await namesOf(client)).toEqual(['album/one.jpg', 'album/two.png'])
  await expect(storage.put(name, Readable.from(['x']), TYPE)).rejects.toMatchObject({ code: 'storage_key_invalid' })
})

test('azureStorage declares what it can keep, and neither signed uploads nor signed parts', async () => {
  const storage = await azureStorageOn(server)
  expect([...storage.capabilities].toSorted()).toEqual([
    'checksum_sha256',
    'foreign_keys',
    'head',
    'list',
    'resumable_upload',
    'resumable_upload_session',
    'server_side_copy',
    'signed_url',
    'tus_upload',
  ])
  const expiresAt = new Date(Date.now() + 60_000)
  const unsupported = { code: 'capability_unsupported', details: { adapter: 'azure' } }
  await expect(storage.signPut(KEY, { ...TYPE, expiresAt })).rejects.toMatchObject(unsupported)
  await expect(storage.multipart.create(KEY, TYPE)).rejects.toMatchObject(unsupported)
})

async function appended(
  storage: StorageAdapter,
  state: Parameters<StorageAdapter['resumable']['append']>[1],
  bytes: Uint8Array,
): Promise<typeof state> {
  let last = state
  for await (const kept of storage.resumable.append(KEY, state, chunked(bytes))) last = kept
  return last
}

async function statusesOf(storage: StorageAdapter): Promise<Record<string, Finding['status']>> {
  const statuses: Record<string, Finding['status']> = {}
  const { signal } = new AbortController()
  for await (const { id, status } of storage.diagnose({ signal })) statuses[id] = status
  return statuses
}

/** The names of all blobs, those with nothing but waiting blocks and snapshots too. */
async function namesOf(client: ContainerClient): Promise<readonly string[]> {
  const names: string[] = []
  const everything = { includeUncommitedBlobs: true, includeSnapshots: true }
  for await (const { name } of client.listBlobsFlat(everything)) names.push(name)
  return names
}

function chunked(bytes: Uint8Array): Readable {
  const chunks = function* (): Generator<Buffer> {
    for (let start = 0; start < bytes.byteLength; start += 65_536)
      yield Buffer.from(bytes.subarray(start, start + 65_536))
  }
  return Readable.from(chunks(), { objectMode: false })
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
