import { getEventListeners } from 'node:events'
import type { HashWorker, UploadPhase, UploadProgress } from '@rindle/client'
import { describe, expect, it, vi } from 'vitest'
import { problem, type Received } from './scripted-server.ts'
import { fileOf, useServer } from './use-server.ts'

const { server, client } = useServer()

const isPut = ({ method }: Received): boolean => method === 'PUT'

/** Interferes with the first `times` requests that match. */
function first(
  times: number,
  matches: (request: Received) => boolean,
  answer: ReturnType<typeof problem> | 'cut',
): void {
  let left = times
  server().interfere = (request) => {
    if (!matches(request) || left === 0) return undefined
    left -= 1
    return answer
  }
}

async function bytesOf(file: File): Promise<Buffer> {
  return Buffer.from(await file.arrayBuffer())
}

describe('an upload by one PUT', () => {
  it('declares the file, sends it as it was signed, completes, and gives the ready asset', async () => {
    const file = fileOf(5_000)
    const asset = await client().upload(file, { profile: 'photo', slot: 'avatar' })
    expect(asset).toMatchObject({ id: 'asset-1', state: 'ready' })
    expect(server().log()).toEqual([
      'POST /uploads',
      'PUT /store/upload-1/1',
      'POST /uploads/upload-1/complete',
      'GET /assets/asset-1/events',
    ])
    const [begin, put, complete] = server().requests
    expect(JSON.parse(begin?.body.toString() ?? '')).toEqual({
      profile: 'photo',
      filename: 'photo.jpg',
      contentType: 'image/jpeg',
      byteSize: 5_000,
      slot: 'avatar',
      order: { batch: expect.stringMatching(/^\d+(-\d+){3}$/), index: 0 },
      strategy: 'auto',
    })
    expect(begin?.headers['content-type']).toBe('application/json')
    expect([put?.headers['content-type'], put?.headers.host]).not.toContain('ignored.example')
    expect([complete?.headers['content-type'], complete?.body.toString()]).toEqual(['application/json', '{}'])
    expect(server().stored('upload-1')).toEqual(await bytesOf(file))
  })

  it('declares the SHA-256 of the file where a worker can compute it', async () => {
    const sha256 = 'ab'.repeat(32)
    const sha256Worker = () => {
      const worker = Object.assign(new EventTarget(), {
        postMessage: () => worker.dispatchEvent(new MessageEvent('message', { data: { type: 'done', sha256 } })),
        terminate() {},
      })
      return worker as unknown as HashWorker
    }
    await client({ sha256Worker }).upload(fileOf(10), { profile: 'photo' })
    expect(JSON.parse(server().requests[0]?.body.toString() ?? '')).toMatchObject({ checksumSha256: sha256 })
  })

  it('names its place among those for slots, in the order of the calls, or the one that it is given', async () => {
    const uploads = client()
    const order = { batch: 'trip', index: 7 }
    await Promise.all([
      uploads.upload(fileOf(1), { profile: 'photo', slot: 'gallery' }),
      uploads.upload(fileOf(2), { profile: 'photo', slot: 'gallery', order }),
      uploads.upload(fileOf(3), { profile: 'photo', slot: 'gallery' }),
    ])
    const begins = server()
      .requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/uploads'))
      .map(({ body }) => JSON.parse(body.toString()) as { byteSize: number; order: typeof order })
      .toSorted((left, right) => left.byteSize - right.byteSize)
    const [one, second, third] = begins
    expect(second?.order).toEqual(order)
    expect(third?.order.batch).toBe(one?.order.batch)
    expect([one?.order.index, third?.order.index]).toEqual([0, 1])
  })

  it('tells its phases in order, with the asset at the end', async () => {
    const seen: UploadProgress<unknown>[] = []
    await client().upload(fileOf(10), { profile: 'photo', onProgress: (progress) => seen.push(progress) })
    const phases = seen.map(({ phase }) => phase)
    expect([...new Set(phases)]).toEqual(['negotiating', 'uploading', 'processing', 'done'] satisfies UploadPhase[])
    expect(seen[0]).toEqual({ phase: 'negotiating', loadedBytes: 0, totalBytes: 10 })
    expect(seen.at(-1)).toMatchObject({ phase: 'done', loadedBytes: 10, totalBytes: 10, asset: { id: 'asset-1' } })
  })

  it("sends the application's headers to the server, fresh each time, and never to the storage", async () => {
    let calls = 0
    const headers = () => ({ authorization: `Bearer ${(calls += 1)}` })
    await client({ headers }).upload(fileOf(10), { profile: 'photo' })
    expect(server().requests.map((request) => request.headers.authorization)).toEqual([
      'Bearer 1',
      undefined,
      'Bearer 2',
      'Bearer 3',
    ])
  })

  it.each([
    ['a line that breaks', 'cut'],
    ['a storage that is overloaded', { status: 503 }],
    ['a storage that slows down', { status: 429, headers: { 'retry-after': '0' } }],
  ] as const)('goes on after %s, with a new signature', async (_name, answer) => {
    first(3, isPut, answer)
    await client().upload(fileOf(100), { profile: 'photo' })
    expect(
      server()
        .log()
        .filter((line) => /PUT|sign/.test(line)),
    ).toEqual([
      'PUT /store/upload-1/1',
      ...Array.from({ length: 3 }, () => ['POST /uploads/upload-1/sign', 'PUT /store/upload-1/1']).flat(),
    ])
    expect(server().stored('upload-1')).toHaveLength(100)
  })

  it('continues after failures of the server, at any request', async () => {
    const tried = new Set<string>()
    server().interfere = ({ method, path }) => {
      const call = `${method} ${path}`
      if (tried.has(call)) return undefined
      tried.add(call)
      return tried.size % 2 === 0 ? 'cut' : { status: 502, body: '<html>Bad gateway</html>' }
    }
    await expect(client().upload(fileOf(10), { profile: 'photo' })).resolves.toMatchObject({ state: 'ready' })
    expect(tried.size).toBeGreaterThan(4)
  })

  it('signs again when the signature is refused, once', async () => {
    first(1, isPut, { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' })
    await client().upload(fileOf(10), { profile: 'photo' })
    first(9, isPut, { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' })
    const refused = client().upload(fileOf(10), { profile: 'photo' })
    await expect(refused).rejects.toMatchObject({ code: 'storage_refused', status: 403, retryable: false })
    expect(server().requests.filter(isPut)).toHaveLength(4)
  })

  it('gives up after eight failures in a row, with a message for a person', async () => {
    server().interfere = (request) => (isPut(request) ? 'cut' : undefined)
    await expect(client().upload(fileOf(10), { profile: 'photo' })).rejects.toMatchObject({
      name: 'RindleClientError',
      code: 'network_failed',
      retryable: true,
      message: 'The connection was lost. Please try again in a moment.',
    })
    expect(server().requests.filter(isPut)).toHaveLength(8)
  })

  it.each([
    ['the storage does not show the object yet', 'storage_object_missing'],
    ['another request is putting the parts together', 'storage_precondition_failed'],
  ])('asks again when %s', async (_what, code) => {
    first(2, ({ path }) => path.endsWith('/complete'), problem(409, code))
    await expect(client().upload(fileOf(10), { profile: 'photo' })).resolves.toMatchObject({ state: 'ready' })
    expect(
      server()
        .log()
        .filter((line) => line.endsWith('/complete')),
    ).toHaveLength(3)
  })

  it('starts over, once, when its session has ended meanwhile', async () => {
    first(1, ({ path }) => path.endsWith('/complete'), problem(410, 'session_expired'))
    await client().upload(fileOf(10), { profile: 'photo' })
    expect(
      server()
        .log()
        .filter((line) => line === 'POST /uploads'),
    ).toHaveLength(2)
    first(2, ({ path }) => path.endsWith('/complete'), problem(410, 'session_expired'))
    await expect(client().upload(fileOf(10), { profile: 'photo' })).rejects.toMatchObject({ code: 'session_expired' })
  })
})

describe('an upload in parts', () => {
  it('sends each of its exact bytes, never more than four at once', async () => {
    server().partBytes = 1_000
    const file = fileOf(9_500)
    const loaded: number[] = []
    await client().upload(file, { profile: 'photo', onProgress: ({ loadedBytes }) => loaded.push(loadedBytes) })
    expect(server().stored('upload-1')).toEqual(await bytesOf(file))
    expect(server().requests.filter(isPut)).toHaveLength(10)
    expect(server().mostAtOnce()).toBeLessThanOrEqual(4)
    expect(loaded).toEqual(loaded.toSorted((a, b) => a - b))
  })

  it('sends a part again that failed, and no other', async () => {
    server().partBytes = 1_000
    first(2, ({ method, path }) => method === 'PUT' && path.endsWith('/3'), 'cut')
    await client().upload(fileOf(5_000), { profile: 'photo' })
    const sent = server()
      .requests.filter(isPut)
      .map(({ path }) => path.split('/').at(-1))
    expect(sent.map(Number).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 3, 3, 4, 5])
  })

  it.each([undefined, 1_000])('goes to the origin of the server where its URLs are paths (%s)', async (partBytes) => {
    server().partBytes = partBytes
    server().namesPaths = true
    const file = fileOf(2_500)
    await client().upload(file, { profile: 'photo' })
    expect(server().stored('upload-1')).toEqual(await bytesOf(file))
  })

  it('a part that fails for good ends the others', async () => {
    server().partBytes = 10
    server().interfere = (request) => (request.path.endsWith('/2') && isPut(request) ? { status: 400 } : undefined)
    await expect(client().upload(fileOf(1_000), { profile: 'photo' })).rejects.toMatchObject({
      code: 'storage_refused',
    })
    expect(server().requests.filter(isPut).length).toBeLessThan(100)
  })
})

describe('a resumable upload', () => {
  it('sends what the server does not have, with the headers of the application', async () => {
    server().isResumable = true
    const file = fileOf(10_000)
    await client({ headers: { authorization: 'Bearer 1' } }).upload(file, { profile: 'photo' })
    expect(server().stored('upload-1')).toEqual(await bytesOf(file))
    const [, head, patch] = server().requests
    expect([head?.method, patch?.method]).toEqual(['HEAD', 'PATCH'])
    expect(patch?.headers).toMatchObject({
      authorization: 'Bearer 1',
      'content-type': 'application/offset+octet-stream',
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
    })
  })

  it('asks how far it has come after each failure, and waits for a request that holds the upload', async () => {
    server().isResumable = true
    const failures = {
      HEAD: [{ status: 423 }, 'cut'] as const,
      PATCH: ['cut', problem(409, 'conflict'), { status: 503 }] as const,
    }
    const failed = { HEAD: 0, PATCH: 0 }
    server().interfere = ({ method }) =>
      method === 'HEAD' || method === 'PATCH' ? failures[method][failed[method]++] : undefined
    await client().upload(fileOf(100), { profile: 'photo' })
    expect(failed).toEqual({ HEAD: 6, PATCH: 4 })
    expect(server().stored('upload-1')).toHaveLength(100)
  })

  it('starts over when the server has dropped it', async () => {
    server().isResumable = true
    server().interfere = ({ path }) => (path === '/rindle/tus/upload-1' ? { status: 410 } : undefined)
    await client().upload(fileOf(100), { profile: 'photo' })
    expect(server().stored('upload-2')).toHaveLength(100)
  })
})

describe('a file that is not accepted', () => {
  it('is refused at once, with the reason in words', async () => {
    server().interfere = () => problem(422, 'upload_rejected', 'max_bytes_exceeded')
    await expect(client().upload(fileOf(10), { profile: 'photo' })).rejects.toMatchObject({
      code: 'upload_rejected',
      status: 422,
      reason: 'max_bytes_exceeded',
      retryable: false,
      message: 'The file is too large.',
      detail: 'Detail of upload_rejected.',
    })
    expect(server().requests).toHaveLength(1)
  })

  it('is refused when its bytes are found to be something else', async () => {
    const detail = 'The file is named .jpg, but its bytes are text/html.'
    server().show({
      state: 'quarantined',
      errorReason: 'extension_mime_mismatch',
      errorMessage: detail,
      settled: true,
    })
    await expect(client().upload(fileOf(10), { profile: 'photo' })).rejects.toMatchObject({
      code: 'upload_rejected',
      reason: 'extension_mime_mismatch',
      message: 'The type of the file does not match its name.',
      detail,
    })
  })
})

describe('waiting', () => {
  it('ends when the bytes have arrived, when the original can be shown, or when all is made', async () => {
    server().show({ state: 'validating', settled: false })
    const options = { profile: 'photo' } as const
    await expect(client().upload(fileOf(10), { ...options, waitFor: 'complete' })).resolves.toMatchObject({
      state: 'validating',
    })
    const available = client().upload(fileOf(10), { ...options, waitFor: 'available' })
    await vi.waitFor(() => expect(server().log().at(-1)).toBe('GET /assets/asset-1/events'), { timeout: 10_000 })
    server().show({ state: 'processing' })
    await expect(available).resolves.toMatchObject({ state: 'processing' })
    const ready = client().upload(fileOf(10), options)
    await vi.waitFor(
      () =>
        expect(
          server()
            .log()
            .filter((line) => line.endsWith('events')),
        ).toHaveLength(2),
      { timeout: 10_000 },
    )
    server().show({ state: 'degraded', settled: true })
    await expect(ready).resolves.toMatchObject({ state: 'degraded' })
  })
})

describe('cancelling', () => {
  it('before the beginning asks nothing', async () => {
    const reason = new Error('not wanted')
    const upload = client().upload(fileOf(10), { profile: 'photo', signal: AbortSignal.abort(reason) })
    await expect(upload).rejects.toBe(reason)
    expect(server().requests).toEqual([])
  })

  it('while bytes travel ends the requests and drops the session', async () => {
    server().partBytes = 10
    server().interfere = (request) => (isPut(request) ? 'hang' : undefined)
    const controller = new AbortController()
    const upload = client().upload(fileOf(100), { profile: 'photo', signal: controller.signal })
    await vi.waitFor(() => expect(server().requests.filter(isPut)).toHaveLength(4), { timeout: 10_000 })
    controller.abort(new Error('enough'))
    await expect(upload).rejects.toThrow('enough')
    expect(server().log().at(-1)).toBe('DELETE /uploads/upload-1')
    expect(server().requests.filter(isPut)).toHaveLength(4)
  })

  it('while the server processes leaves the received bytes', async () => {
    server().show({ state: 'processing', settled: false })
    const controller = new AbortController()
    const upload = client().upload(fileOf(10), { profile: 'photo', signal: controller.signal })
    await vi.waitFor(() => expect(server().log().at(-1)).toBe('GET /assets/asset-1/events'), { timeout: 10_000 })
    controller.abort()
    await expect(upload).rejects.toMatchObject({ name: 'AbortError' })
    expect(server().log()).not.toContain('DELETE /uploads/upload-1')
  })

  it('leaves no listener on the signal, and neither does success', async () => {
    const controller = new AbortController()
    await client().upload(fileOf(10), { profile: 'photo', signal: controller.signal })
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })
})

it('three uploads send at once, the others wait their turn', async () => {
  let most = 0
  let open = 0
  server().interfere = ({ path }) => {
    if (path === '/rindle/uploads') most = Math.max(most, (open += 1))
    if (path.endsWith('/complete')) open -= 1
    return undefined
  }
  const one = client()
  await Promise.all(Array.from({ length: 8 }, (_, n) => one.upload(fileOf(100 + n), { profile: 'photo' })))
  expect(most).toBe(3)
})

it('what a progress listener throws is reported and stops nothing', async () => {
  const reported = vi.fn<(error: unknown) => void>()
  vi.stubGlobal('reportError', reported)
  const onProgress = () => {
    throw new Error('of the page')
  }
  await expect(client().upload(fileOf(10), { profile: 'photo', onProgress })).resolves.toMatchObject({ state: 'ready' })
  expect(reported).toHaveBeenCalledWith(new Error('of the page'))
  vi.unstubAllGlobals()
})
