import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createProxy, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import type { StorageAdapter } from '@rindle/core'
import { azureStorage } from '@rindle/storage-azure'
import { useAzureServer } from '@rindle/test-azure'
import { describe, expect, onTestFinished, test } from 'vitest'
import { azureStorageOn } from './azure-subject.ts'

const KEY = 'album/film.txt'
const TYPE = { contentType: 'text/plain' }
const LARGE = Buffer.alloc(12 * 1024 * 1024, 'film ')
const CHUNK_BYTES = 65_536
const UNAVAILABLE = { code: 'storage_unavailable', retryable: true }
const NOWHERE = { account: 'media', accountKey: 'c2VjcmV0IHNlY3JldCBzZWNyZXQ=', container: 'media', maxAttempts: 1 }

const CALLS: readonly (readonly [string, (storage: StorageAdapter) => Promise<unknown>])[] = [
  ['put', (storage) => storage.put(KEY, Readable.from(['film']), TYPE)],
  ['put in a stream', (storage) => storage.put(KEY, Readable.from([LARGE]), { ...TYPE, byteSize: LARGE.byteLength })],
  ['put in blocks', (storage) => storage.put(KEY, Readable.from([LARGE]), TYPE)],
  ['get', (storage) => storage.get(KEY)],
  ['head', (storage) => storage.head(KEY)],
  ['delete', (storage) => storage.delete(KEY)],
  ['copy', (storage) => storage.copy(KEY, 'copy.txt')],
  ['list', (storage) => storage.list('')[Symbol.asyncIterator]().next()],
  ['resumable.begin', (storage) => storage.resumable.begin(KEY, { ...TYPE, maxBytes: 9 })],
]

describe('a service that is not there', () => {
  test.each(CALLS)('makes %s fail in a way to repeat it', async (_method, call) => {
    // Nobody listens on port 1.
    const storage = azureStorage({ ...NOWHERE, endpoint: 'http://127.0.0.1:1/media' })
    await expect(call(storage)).rejects.toMatchObject(UNAVAILABLE)
    expect(await storage.deleteMany([KEY])).toMatchObject([{ key: KEY, error: UNAVAILABLE }])
  })

  test.each(CALLS)('makes %s fail when it says nothing', async (_method, call) => {
    const endpoint = await answering(() => undefined)
    const storage = azureStorage({ ...NOWHERE, endpoint, timeoutMs: 150 })
    await expect(call(storage)).rejects.toMatchObject(UNAVAILABLE)
  })

  test.each(CALLS)('is never taken by %s for a service that has no such object', async (_method, call) => {
    const endpoint = await answering(() => ({ status: 404, type: 'text/html', body: '<p>Not found</p>' }))
    await expect(call(azureStorage({ ...NOWHERE, endpoint }))).rejects.toMatchObject(UNAVAILABLE)
  })
})

test('a body that carries nothing more fails, and its reader can begin again', async () => {
  const endpoint = await answering(() => ({
    status: 206,
    type: 'text/plain',
    body: 'fi',
    headers: { 'content-length': '4', etag: '"0x1"', 'last-modified': new Date().toUTCString() },
    isOpen: true,
  }))
  const storage = azureStorage({ ...NOWHERE, endpoint, timeoutMs: 150 })
  const { body } = await storage.get(KEY)
  await expect(text(body)).rejects.toMatchObject(UNAVAILABLE)
})

describe('a connection that is cut', () => {
  test('while a body is read fails it in a way to repeat it, and it can be repeated', async () => {
    const { storage, cut } = await storageBehindProxy()
    await storage.put(KEY, Readable.from([LARGE]), { ...TYPE, byteSize: LARGE.byteLength })
    const { body } = await storage.get(KEY)
    cut()
    await expect(buffer(body)).rejects.toMatchObject(UNAVAILABLE)
    expect(LARGE.equals(await buffer((await storage.get(KEY)).body))).toBe(true)
  })

  test('while a body is streamed keeps the previous object, and does not read the body on', async () => {
    const { storage, cut } = await storageBehindProxy()
    await storage.put(KEY, Readable.from(['the old film']), TYPE)
    const body = bodyThat(cut)
    const put = storage.put(KEY, body, { ...TYPE, byteSize: LARGE.byteLength })
    await expect(put).rejects.toMatchObject(UNAVAILABLE)
    expect(body.destroyed).toBe(true)
    expect(await text((await storage.get(KEY)).body)).toBe('the old film')
  })

  test('while a body is streamed whose sender waits fails at once, and not when the sender goes on', async () => {
    const { storage, cut } = await storageBehindProxy()
    let sentBytes = 0
    const body = new Readable({
      read() {
        if (sentBytes === LARGE.byteLength / 2) cut()
        else this.push(LARGE.subarray(sentBytes, (sentBytes += CHUNK_BYTES)))
      },
    })
    const put = storage.put(KEY, body, { ...TYPE, byteSize: LARGE.byteLength })
    await expect(put).rejects.toMatchObject(UNAVAILABLE)
    expect(body.destroyed).toBe(true)
  })

  test('while a body is sent in blocks is replaced by another one, and nobody notices', async () => {
    const { storage, cut } = await storageBehindProxy()
    await storage.put(KEY, bodyThat(cut), TYPE)
    expect(LARGE.equals(await buffer((await storage.get(KEY)).body))).toBe(true)
  })
})

/** A body of 12 MiB that does something when half of it is read. */
function bodyThat(act: () => void): Readable {
  function* chunks(): Generator<Buffer> {
    for (let start = 0; start < LARGE.byteLength; start += CHUNK_BYTES) {
      if (start === LARGE.byteLength / 2) act()
      yield LARGE.subarray(start, start + CHUNK_BYTES)
    }
  }
  return Readable.from(chunks(), { objectMode: false })
}

/** A storage on a way to azurite whose open connections can be cut. */
async function storageBehindProxy() {
  const server = await useAzureServer()
  const { hostname, port, pathname } = new URL(server.endpoint)
  const open = new Set<Socket>()
  const cut = (): void => open.forEach((socket) => void socket.destroy())
  const proxy = createProxy((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      open.add(socket)
      // Either side may go away; the other is then ended too.
      socket.on('error', () => {})
      socket.on('close', () => [client, upstream].forEach((each) => void each.destroy()))
    }
    client.pipe(upstream).pipe(client)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    cut()
    proxy.close()
  })
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${pathname}`
  return { storage: await azureStorageOn(server, { endpoint }), cut }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whether the connection stays open after the body. */
  readonly isOpen?: boolean
}

/** The endpoint of a server that gives each request the same answer, or none. */
async function answering(answer: () => Answer | undefined): Promise<string> {
  const web = createServer((_request, response) => {
    const { status, type, body, headers = {}, isOpen = false } = answer() ?? { status: 0, type: '', body: '' }
    if (status === 0) return
    response.writeHead(status, { 'content-type': type, ...headers })
    if (isOpen) response.write(body)
    else response.end(body)
  })
  web.listen(0, '127.0.0.1')
  await once(web, 'listening')
  onTestFinished(() => {
    web.closeAllConnections()
    web.close()
  })
  return `http://127.0.0.1:${(web.address() as AddressInfo).port}/media`
}
