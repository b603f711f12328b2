import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { StorageAdapter } from '@rindle/core'
import { type S3StorageOptions, s3Storage } from '@rindle/storage-s3'
import { startS3Server } from '@rindle/test-s3'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { useFaultProxy } from './fault-proxy.ts'
import { useRequestProxy } from './request-proxy.ts'
import { s3OptionsOf, s3StorageOn } from './s3-subject.ts'
import { bodyOf, keysOf, putText, readText } from './use-storage.ts'

const KEY = 'album/film.txt'
const TYPE = { contentType: 'text/plain' }
const LARGE = Buffer.alloc(24 * 1024 * 1024, 'film ')
const UNAVAILABLE = { code: 'storage_unavailable', retryable: true }
const EXPIRES_AT = new Date(Date.now() + 60_000)

const server = await startS3Server()
afterAll(() => server.stop())

const CALLS: readonly (readonly [string, (storage: StorageAdapter) => Promise<unknown>])[] = [
  ['put', (storage) => putText(storage, KEY, 'film')],
  ['get', (storage) => storage.get(KEY)],
  ['download', (storage) => storage.download(KEY, join(tmpdir(), 'rindle-never'))],
  ['head', (storage) => storage.head(KEY)],
  ['delete', (storage) => storage.delete(KEY)],
  ['copy', (storage) => storage.copy(KEY, 'copy.txt')],
  ['list', (storage) => keysOf(storage, '')],
  ['multipart.create', (storage) => storage.multipart.create(KEY, TYPE)],
  ['multipart.listParts', (storage) => storage.multipart.listParts(KEY, 'upload')],
  ['multipart.complete', (storage) => storage.multipart.complete(KEY, 'upload', [{ partNumber: 1, etag: 'x' }])],
  ['multipart.abort', (storage) => storage.multipart.abort(KEY, 'upload')],
  ['multipart.listUploads', async (storage) => storage.multipart.listUploads('')[Symbol.asyncIterator]().next()],
]

describe.skipIf(server.kind === 'given')('a server that is killed (not of RINDLE_TEST_S3_ENDPOINT)', () => {
  test('while a body is read fails it in a way to repeat it, and it can be repeated when the server is back', async () => {
    const storage = await s3StorageOn(server, { maxAttempts: 1 })
    await storage.put(KEY, bodyOf(LARGE), TYPE)
    const { body } = await storage.get(KEY)
    await server.kill()
    await expect(buffer(body)).rejects.toMatchObject({ ...UNAVAILABLE, details: { operation: 'get', key: KEY } })
    await server.restart()
    expect(LARGE.equals(await buffer((await storage.get(KEY)).body))).toBe(true)
  })

  test('while a body is written fails the put, destroys the body, and keeps the previous object', async () => {
    const storage = await s3StorageOn(server, { maxAttempts: 1 })
    await putText(storage, KEY, 'the old film')
    const body = bodyThat(2, () => server.kill())
    await expect(storage.put(KEY, body, TYPE)).rejects.toMatchObject(UNAVAILABLE)
    expect(body.destroyed).toBe(true)
    await server.restart()
    expect(await readText(storage, KEY)).toBe('the old film')
  })

  test('comes back while a request is tried again, and nobody notices', async () => {
    const storage = await s3StorageOn(server, { maxAttempts: 20 })
    await putText(storage, KEY, 'film')
    await server.kill()
    const reading = readText(storage, KEY)
    await server.restart()
    expect(await reading).toBe('film')
  })
})

describe('a server that is not there', () => {
  test.each(CALLS)('makes %s fail in a way to repeat it', async (_method, call) => {
    // Nobody listens on port 1.
    const storage = await s3StorageOn(server, { endpoint: 'http://127.0.0.1:1', maxAttempts: 2 })
    await expect(call(storage)).rejects.toMatchObject({
      ...UNAVAILABLE,
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('makes deleteMany give back every key', async () => {
    const storage = await s3StorageOn(server, { endpoint: 'http://127.0.0.1:1', maxAttempts: 1 })
    const failures = await storage.deleteMany(['a.txt', 'b.txt'])
    expect(failures).toMatchObject([
      { key: 'a.txt', error: UNAVAILABLE },
      { key: 'b.txt', error: UNAVAILABLE },
    ])
  })

  test('is not needed to sign', async () => {
    const storage = await s3StorageOn(server, { endpoint: 'http://127.0.0.1:1' })
    const { url } = await storage.signGet(KEY, { expiresAt: EXPIRES_AT })
    expect(url).toContain('http://127.0.0.1:1/')
  })
})

describe('a connection', () => {
  test.each([
    ['is cut', 'cut'],
    ['carries nothing more', 'stall'],
  ] as const)('that %s while a body is read fails it in a way to repeat it', async (_what, kind) => {
    const { storage, proxied, proxy } = await storageBehindProxy({ idleTimeoutMs: 300 })
    await storage.put(KEY, bodyOf(LARGE), TYPE)
    void proxy.setFault({ afterBytes: 1_000_000, kind })
    await expect(proxied.get(KEY).then(({ body }) => buffer(body))).rejects.toMatchObject(UNAVAILABLE)
  })

  test.each(CALLS)('that carries no answer makes %s fail in a way to repeat it', async (_method, call) => {
    const { proxied, proxy } = await storageBehindProxy({ idleTimeoutMs: 100, maxAttempts: 1 })
    void proxy.setFault({ afterBytes: 0, kind: 'stall' })
    const message = expect.stringContaining('TimeoutError') as string
    await expect(call(proxied)).rejects.toMatchObject({ ...UNAVAILABLE, message })
  })

  test('that is cut before the answer is replaced by another one', async () => {
    const { storage, proxied, proxy } = await storageBehindProxy({ maxAttempts: 20 })
    await putText(storage, KEY, 'film')
    const isCut = proxy.setFault({ afterBytes: 0, kind: 'cut' })
    const reading = readText(proxied, KEY)
    await isCut
    void proxy.setFault(undefined)
    expect(await reading).toBe('film')
  })

  test('that stalls during a download leaves no file, whether it times out or is aborted', async () => {
    const { storage, proxied, patient, proxy } = await storageBehindProxy({ idleTimeoutMs: 500, maxAttempts: 1 })
    await storage.put(KEY, bodyOf(LARGE), TYPE)
    const directory = await mkdtemp(join(tmpdir(), 'rindle-download-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    void proxy.setFault({ afterBytes: 1_000_000, kind: 'stall' })
    await expect(proxied.download(KEY, join(directory, 'film'))).rejects.toMatchObject(UNAVAILABLE)
    expect(await readdir(directory)).toEqual([])
    const reason = new Error('The worker stops.')
    const controller = new AbortController()
    const hasStalled = proxy.setFault({ afterBytes: 1_000_000, kind: 'stall' })
    const aborted = patient.download(KEY, join(directory, 'film'), { signal: controller.signal })
    const hasBegun = async (): Promise<void> => expect(await readdir(directory)).toEqual(['film'])
    const seen = hasStalled
      .then(() => vi.waitFor(hasBegun, { timeout: 10_000 }))
      .finally(() => controller.abort(reason))
    await expect(aborted).rejects.toBe(reason)
    await seen
    expect(await readdir(directory)).toEqual([])
  })

  test('of a reader that leaves is given free', async () => {
    const storage = await s3StorageOn(server)
    await storage.put(KEY, bodyOf(LARGE), TYPE)
    // The client has at most 50 connections; none of these may be kept.
    for (let count = 0; count < 120; count++) (await storage.get(KEY)).body.destroy()
    expect(await storage.head(KEY)).toMatchObject({ byteSize: LARGE.byteLength })
  })
})

describe('a write that is refused', () => {
  const WRITES: readonly (readonly [string, (storage: StorageAdapter) => Promise<() => Promise<unknown>>])[] = [
    ['put', async (storage) => () => putText(storage, KEY, 'film')],
    ['copy', async (storage) => () => storage.copy('source.txt', KEY)],
    ['multipart.complete', lastStepOfUpload],
  ]

  test.each(WRITES)('by MinIO while it removes a directory is repeated: %s', async (_method, prepare) => {
    const { refuse, proxied } = await storageThatRefuses()
    const write = await prepare(proxied)
    refuse(1, 'MinIO')
    await write()
    expect(await readText(proxied, KEY)).toBe('film')
  })

  test('by MinIO for good, or by another store, is refused', async () => {
    const { refuse, writes, proxied } = await storageThatRefuses()
    for (const [name, times] of [
      ['MinIO', 3],
      ['AmazonS3', 1],
    ] as const) {
      const before = writes()
      refuse(3, name)
      await expect(putText(proxied, KEY, 'film')).rejects.toMatchObject({ code: 'storage_denied', retryable: false })
      expect(writes() - before).toBe(times)
    }
  })

  /** A storage that holds `source.txt`, and refuses so many writes as a server of some name would. */
  async function storageThatRefuses() {
    const [code, message] = ['AccessDenied', 'Access Denied.']
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`
    let refused: string[] = []
    let writes = 0
    const endpoint = await useRequestProxy(server.endpoint, {
      refuse: (method) => {
        if (method !== 'PUT' && method !== 'POST') return undefined
        writes += 1
        const name = refused.pop()
        if (name === undefined) return undefined
        return { status: 403, headers: { 'content-type': 'application/xml', server: name }, body }
      },
    })
    const direct = s3OptionsOf(server, await server.createBucket())
    await putText(s3Storage(direct), 'source.txt', 'film')
    return {
      proxied: s3Storage({ ...direct, endpoint, maxAttempts: 3 }),
      writes: () => writes,
      refuse: (count: number, name: string) => {
        refused = Array<string>(count).fill(name)
      },
    }
  }

  async function lastStepOfUpload({ multipart }: StorageAdapter): Promise<() => Promise<unknown>> {
    const { uploadId } = await multipart.create(KEY, TYPE)
    const { url, method, headers } = await multipart.signPart(KEY, uploadId, 1, { expiresAt: EXPIRES_AT })
    expect((await fetch(url, { method, headers, body: 'film' })).ok).toBe(true)
    const listed = await multipart.listParts(KEY, uploadId)
    return () => multipart.complete(KEY, uploadId, listed)
  }
})

// For an upload in a missing bucket, MinIO says that there is no such upload.
const CALLS_OF_A_BUCKET = CALLS.filter(([method]) => method === 'multipart.create' || !method.startsWith('multipart.'))

describe('a bucket that is not there', () => {
  test.each(CALLS_OF_A_BUCKET)('never looks like missing objects to %s', async (_method, call) => {
    const storage = s3Storage(s3OptionsOf(server, 'rindle-test-no-such-bucket'))
    const message = expect.stringContaining('no such bucket') as string
    await expect(call(storage)).rejects.toMatchObject({ ...UNAVAILABLE, message })
    expect(await storage.deleteMany([KEY])).toMatchObject([{ key: KEY, error: UNAVAILABLE }])
  })
})

describe('a proxy that knows no such address', () => {
  const answering = async (contentType: string, body: string): Promise<StorageAdapter> => {
    const headers = { 'content-type': contentType, 'content-length': String(body.length) }
    const refusal = { status: 404, headers, body }
    const endpoint = await useRequestProxy(server.endpoint, { refuse: () => refusal })
    return s3Storage({ ...s3OptionsOf(server, 'rindle-test-behind-a-proxy'), endpoint, maxAttempts: 1 })
  }

  test.each(CALLS)('is never taken by %s for a store that has no such object', async (_method, call) => {
    for (const [contentType, body] of [
      ['text/html', '<html><body>404 Not Found</body></html>'],
      ['text/html; charset=utf-8', '<!doctype html><p>Not found<br></p>'],
      ['text/plain', 'default backend - 404'],
      ['application/json', '{"message":"no Route matched"}'],
    ] as const) {
      const message = expect.stringContaining('a proxy answered instead of the S3 store') as string
      await expect(call(await answering(contentType, body))).rejects.toMatchObject({ ...UNAVAILABLE, message })
    }
  })

  test.each([
    ['in its words', 'application/xml', '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'],
    ['in its words, of whatever type', 'text/html', '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'],
    ['without a word', 'text/plain', ''],
  ])('is no store that says so %s', async (_how, contentType, body) => {
    const storage = await answering(contentType, body)
    expect(await storage.head(KEY)).toBeUndefined()
    await expect(storage.get(KEY)).rejects.toMatchObject({ code: 'storage_object_missing' })
    await storage.delete(KEY)
  })
})

describe('credentials that are wrong', () => {
  test.each(CALLS)('make %s fail for that reason, and are not shown', async (_method, call) => {
    for (const credentials of [
      { accessKeyId: server.accessKeyId, secretAccessKey: 'a-secret-that-is-wrong' },
      { accessKeyId: 'nobody', secretAccessKey: 'a-secret-that-is-wrong' },
    ]) {
      const storage = await s3StorageOn(server, { credentials })
      const failure = await call(storage).catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'storage_denied', retryable: false })
      expect(String(failure) + JSON.stringify(failure)).not.toMatch(/a-secret|nobody|Signature=/)
    }
  })

  test('may come from a function, whose own failure passes unchanged', async () => {
    const reason = new Error('The vault is sealed.')
    const sealed = await s3StorageOn(server, { credentials: () => Promise.reject(reason) })
    await expect(sealed.head(KEY)).rejects.toBe(reason)
    const { accessKeyId, secretAccessKey } = server
    const storage = await s3StorageOn(server, { credentials: async () => ({ accessKeyId, secretAccessKey }) })
    expect(await storage.head(KEY)).toBeUndefined()
  })
})

/** A body of three parts that does something after so many of them. */
function bodyThat(afterParts: number, act: () => Promise<void>): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let chunk = 0; chunk < 3 * 80 + 1; chunk++) {
      if (chunk === afterParts * 80) await act()
      yield Buffer.alloc(65_536)
    }
  }
  return Readable.from(chunks(), { objectMode: false })
}

/** A storage, and the same bucket by a way on which things go wrong. */
async function storageBehindProxy(options: Partial<S3StorageOptions>) {
  const proxy = await useFaultProxy(server.endpoint)
  const direct = s3OptionsOf(server, await server.createBucket())
  const patient = { ...direct, endpoint: proxy.endpoint }
  return {
    proxy,
    storage: s3Storage(direct),
    patient: s3Storage(patient),
    proxied: s3Storage({ ...patient, ...options }),
  }
}
