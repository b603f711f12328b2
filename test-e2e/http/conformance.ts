import { createHash, randomBytes } from 'node:crypto'
import type { WireProblem, WireRequest } from '@rindle/http'
import { describe, expect, it, vi } from 'vitest'
import { clientOf, send } from './client.ts'
import { connectTo, hasHead, statusOf } from './raw-request.ts'
import { type AssetEvent, readEvents } from './read-events.ts'
import type { ServedApplication } from './served-application.ts'

const MEGABYTE = 1024 * 1024

/** The input of {@link describeConformance}. */
export interface ConformanceSubject {
  readonly served: ServedApplication
  /** A JPEG. */
  readonly picture: Buffer
  /** Next sends every response in chunks, whatever its given length. */
  readonly dropsContentLength?: boolean
}

/**
 * What clients rely on, whatever server the handler is mounted in. The handler's `idleTimeoutMs` is expected to be
 * 1000 and its `maxEventStreams` 2.
 */
export function describeConformance(subject: () => ConformanceSubject): void {
  const served = (): ServedApplication => subject().served
  const ann = () => clientOf(served().url, 'ann')
  const photo = (changes: object = {}) => ({
    profile: 'photo',
    filename: 'a photo.jpg',
    contentType: 'image/jpeg',
    byteSize: subject().picture.byteLength,
    ...changes,
  })
  const pdf = (bytes: Uint8Array) => ({
    profile: 'document',
    filename: 'a.pdf',
    contentType: 'application/pdf',
    byteSize: bytes.byteLength,
  })
  const problemOf = async (response: Response): Promise<[number, string]> => {
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const problem = (await response.json()) as WireProblem
    expect(problem).toMatchObject({ type: 'about:blank', status: response.status, detail: expect.any(String) })
    return [response.status, problem.code]
  }
  const lengthOf = (byteSize: number) => (subject().dropsContentLength === true ? null : String(byteSize))
  const settledAsset = (id: string) =>
    vi.waitFor(
      async () => {
        const view = await ann().asset(id)
        expect(view.settled).toBe(true)
        return view
      },
      { timeout: 10_000 },
    )
  const uploadPhoto = async () => {
    const upload = await ann().begin(photo())
    expect((await send(upload.request, subject().picture)).status).toBe(200)
    await ann().complete(upload.id)
    return upload
  }

  describe('an upload', () => {
    it('goes from its declaration to URLs that give the bytes', async () => {
      const upload = await uploadPhoto()
      const asset = await settledAsset(upload.assetId)
      expect(asset).toMatchObject({ state: 'ready', variants: { thumb: { state: 'ready', width: 32 } } })
      const original = await fetch(asset.url ?? '')
      expect(Buffer.from(await original.arrayBuffer()).equals(subject().picture)).toBe(true)
      expect((await fetch(asset.variants['thumb']?.url ?? '')).headers.get('content-type')).toBe('image/webp')
    })

    it('has a location, may be signed again and completed twice, and can be aborted', async () => {
      const begun = await ann().call('POST', '/uploads', photo())
      const { id, assetId } = (await begun.json()) as { id: string; assetId: string }
      expect([begun.status, begun.headers.get('location')]).toEqual([201, `/rindle/uploads/${id}`])
      const signed = (await (await ann().call('POST', `/uploads/${id}/sign`)).json()) as WireRequest
      expect((await ann().call('GET', `/uploads/${id}`)).status).toBe(200)
      expect(await problemOf(await ann().call('POST', `/uploads/${id}/complete`))).toEqual([
        409,
        'storage_object_missing',
      ])
      await send(signed, subject().picture)
      const answers = await Promise.all([ann().complete(id), ann().complete(id)])
      expect(answers.map(({ upload, asset }) => [upload.state, asset.id])).toEqual([
        ['completed', assetId],
        ['completed', assetId],
      ])
      const other = await ann().begin(photo())
      expect((await ann().call('DELETE', `/uploads/${other.id}`)).status).toBe(204)
    })

    it('is signed and completed by requests without a body, with an empty object, or with a type alone', async () => {
      const json = { 'content-type': 'application/json' }
      const forms = [[], [undefined, json], [{}]] as const
      const { id, request } = await ann().begin(photo())
      for (const [body, headers] of forms) {
        expect((await ann().call('POST', `/uploads/${id}/sign`, body, headers)).status).toBe(200)
      }
      await send(request, subject().picture)
      for (const [body, headers] of forms) {
        expect((await ann().call('POST', `/uploads/${id}/complete`, body, headers)).status).toBe(200)
      }
    })

    it('streams a large body to the storage, byte for byte', async () => {
      const bytes = randomBytes(12 * MEGABYTE)
      const upload = await ann().begin(pdf(bytes))
      expect((await send(upload.request, bytes)).status).toBe(200)
      const session = await served().rindle.uploadSession(upload.id)
      const { body } = await served().storage.get(session.uploadKey)
      const hash = createHash('sha256')
      for await (const chunk of body) hash.update(chunk as Uint8Array)
      expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
    })

    it('of another type, or one byte too long, is refused and the connection serves on', async () => {
      const bytes = randomBytes(2 * MEGABYTE)
      const { request } = await ann().begin(pdf(bytes))
      const wrong = { method: 'PUT', url: request?.url ?? '', headers: { 'content-type': 'text/html' } }
      expect(await problemOf(await send(wrong, bytes))).toEqual([415, 'upload_rejected'])
      const longer = Buffer.concat([bytes, Buffer.alloc(1)])
      expect(await problemOf(await send(request, longer))).toEqual([413, 'upload_rejected'])
      expect((await send(request, bytes)).status).toBe(200)
    })

    it('whose client goes away half-way leaves nothing and breaks nothing', async () => {
      const { id, request } = await ann().begin(pdf(randomBytes(MEGABYTE)))
      const { pathname } = new URL(request?.url ?? '')
      using line = connectTo(served().url)
      line.write(
        `PUT ${pathname} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-type: application/pdf\r\ncontent-length: ${MEGABYTE}\r\n\r\n`,
      )
      await line.until(hasHead)
      line.write(randomBytes(200_000))
      const isOnDisk = async (): Promise<void> => {
        // It must not be taken for one that stands still.
        line.write(randomBytes(1))
        expect(await served().temporaryFiles()).toHaveLength(1)
      }
      await vi.waitFor(isOnDisk, { timeout: 10_000 })
      line.socket.resetAndDestroy()
      await vi.waitFor(async () => expect(await served().temporaryFiles()).toEqual([]), { timeout: 10_000 })
      expect(await problemOf(await ann().call('POST', `/uploads/${id}/complete`))).toEqual([
        409,
        'storage_object_missing',
      ])
    })

    it('that stands still is refused with 408 and leaves nothing', async () => {
      const { id, request } = await ann().begin(pdf(randomBytes(MEGABYTE)))
      const { pathname } = new URL(request?.url ?? '')
      using line = connectTo(served().url)
      line.write(
        `PUT ${pathname} HTTP/1.1\r\nhost: a\r\ncontent-type: application/pdf\r\ncontent-length: ${MEGABYTE}\r\n\r\n`,
      )
      line.write(randomBytes(1_000))
      expect(statusOf(await line.until(hasHead))).toBe(408)
      expect(await served().temporaryFiles()).toEqual([])
      expect(await problemOf(await ann().call('POST', `/uploads/${id}/complete`))).toEqual([
        409,
        'storage_object_missing',
      ])
    })

    it('waits for 100 Continue when its client asks for it', async () => {
      const { picture } = subject()
      const { request } = await ann().begin(photo())
      const { pathname } = new URL(request?.url ?? '')
      using line = connectTo(served().url)
      line.write(
        `PUT ${pathname} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-type: image/jpeg\r\ncontent-length: ${picture.byteLength}\r\n\r\n`,
      )
      expect(statusOf(await line.until(hasHead))).toBe(100)
      line.write(picture)
      expect(await line.until(() => false)).toMatch(/HTTP\/1\.1 200 /)
    })
  })

  describe('a file', () => {
    it('answers ranges, conditions and HEAD', async () => {
      const { picture } = subject()
      const { assetId } = await uploadPhoto()
      const url = (await settledAsset(assetId)).url ?? ''
      const part = await fetch(url, { headers: { range: 'bytes=10-19' } })
      expect([part.status, part.headers.get('content-range'), part.headers.get('content-length')]).toEqual([
        206,
        `bytes 10-19/${picture.byteLength}`,
        lengthOf(10),
      ])
      expect(Buffer.from(await part.arrayBuffer()).equals(picture.subarray(10, 20))).toBe(true)
      const beyond = await fetch(url, { headers: { range: `bytes=${picture.byteLength}-` } })
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${picture.byteLength}`])
      await beyond.arrayBuffer()
      const same = await fetch(url, { headers: { 'if-none-match': part.headers.get('etag') ?? '' } })
      expect([same.status, await same.text()]).toEqual([304, ''])
      expect([same.headers.get('etag'), same.headers.get('content-type')]).toEqual([part.headers.get('etag'), null])
      expect(same.headers.get('cache-control')).toMatch(/^private, max-age=/)
      const replaced = await fetch(url, { headers: { 'if-match': '"another"' } })
      expect(await problemOf(replaced)).toEqual([412, 'storage_precondition_failed'])
      const head = await fetch(url, { method: 'HEAD', headers: { range: 'bytes=0-1' } })
      expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
        200,
        lengthOf(picture.byteLength),
        '',
      ])
    })
  })

  describe('a request', () => {
    it.each([
      ['nobody is signed in', 401, 'forbidden', 'POST', '/uploads', { 'x-actor': '' }],
      ['there is no such route', 404, 'not_found', 'GET', '/nothing', {}],
      ['there is no such method', 405, 'invalid_input', 'PUT', '/uploads', {}],
      ['a form sends it', 415, 'invalid_input', 'POST', '/uploads', { 'content-type': 'text/plain' }],
      ['its body is no JSON', 400, 'invalid_input', 'POST', '/uploads', { 'content-type': 'application/json' }],
      ['its id is none', 404, 'not_found', 'GET', '/assets/..%2f..%2fetc', {}],
      ['its token is none', 403, 'token_invalid', 'GET', '/files/abc.def', {}],
    ])('is refused when %s', async (_when, status, code, method, path, headers) => {
      const actor = (headers as Record<string, string>)['x-actor'] === '' ? null : 'ann'
      const { 'x-actor': _none, ...rest } = headers as Record<string, string>
      const response = await fetch(`${served().url}${path}`, {
        method,
        headers: { ...(actor === null ? {} : { 'x-actor': actor }), ...rest },
        body: method === 'GET' ? null : '[1',
      })
      // A body parser that stands before answers malformed JSON in its own way.
      if (status === 400 && response.headers.get('content-type') !== 'application/problem+json') {
        return expect(response.status).toBe(400)
      }
      expect(await problemOf(response)).toEqual([status, code])
    })

    it('whose body has no type is refused: a page of another origin could send it', async () => {
      const body = new TextEncoder().encode(JSON.stringify(photo()))
      const response = await fetch(`${served().url}/uploads`, { method: 'POST', headers: { 'x-actor': 'ann' }, body })
      expect(await problemOf(response)).toEqual([415, 'invalid_input'])
    })

    it('with a body that is too large is refused', async () => {
      const response = await ann().call('POST', '/uploads', photo({ filename: 'x'.repeat(20_000) }))
      expect((await problemOf(response))[0]).toBe(413)
    })

    it('with what no upload has is refused, and told what', async () => {
      const response = await ann().call('POST', '/uploads', { ...photo(), byteSize: -1, extra: 1 })
      const problem = (await response.json()) as WireProblem
      expect([response.status, problem.code]).toEqual([400, 'invalid_input'])
      expect(problem.detail).toMatch(/byteSize: .*extra: /)
    })

    it('for a resource of another actor is answered like one for a missing resource', async () => {
      const { id, assetId } = await ann().begin(photo())
      const bob = clientOf(served().url, 'bob')
      const unknown = '018f0000-0000-7000-8000-000000000000'
      for (const [method, path] of [
        ['GET', '/uploads/ID'],
        ['POST', '/uploads/ID/sign'],
        ['POST', '/uploads/ID/parts/1'],
        ['POST', '/uploads/ID/complete'],
        ['DELETE', '/uploads/ID'],
        ['GET', '/assets/ID'],
        ['GET', '/assets/ID/events'],
      ] as const) {
        const foreign = path.startsWith('/assets') ? assetId : id
        const answers = [foreign, unknown].map(async (each) => {
          const response = await bob.call(method, path.replace('ID', each))
          return [response.status, await response.text()]
        })
        const [ofAnother, ofNobody] = await Promise.all(answers)
        expect(ofAnother).toEqual(ofNobody)
        expect(ofAnother?.[0]).toBe(404)
      }
      expect((await ann().call('GET', `/uploads/${id}`)).status).toBe(200)
    })
  })

  describe('the events of an asset', () => {
    it('tell its state at once and every change, and end when nothing more will change', async () => {
      const upload = await ann().begin(photo())
      const response = await ann().call('GET', `/assets/${upload.assetId}/events`)
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
      const events: AssetEvent[] = []
      for await (const event of readEvents(response)) {
        events.push(event)
        if (events.length > 1) continue
        await send(upload.request, subject().picture)
        await ann().complete(upload.id)
      }
      expect(events[0]?.asset.state).toBe('staged')
      expect(events.at(-1)?.asset).toMatchObject({
        state: 'ready',
        settled: true,
        variants: { thumb: { progress: 100 } },
      })
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)

      const again = (id: string) =>
        ann().call('GET', `/assets/${upload.assetId}/events`, undefined, { 'last-event-id': id })
      expect((await again(events.at(-1)?.id ?? '')).status).toBe(204)
      const resumed: AssetEvent[] = []
      for await (const event of readEvents(await again(events[0]?.id ?? ''))) resumed.push(event)
      expect(resumed.map(({ id }) => id)).toEqual([events.at(-1)?.id])
    })

    it('free their place when the client goes away', async () => {
      const { assetId } = await ann().begin(photo())
      const open = async () => {
        const stop = new AbortController()
        const response = await fetch(`${served().url}/assets/${assetId}/events`, {
          headers: { 'x-actor': 'ann' },
          signal: stop.signal,
        })
        return { response, stop: () => stop.abort() }
      }
      const streams = [await open(), await open()]
      expect(streams.map(({ response }) => response.status)).toEqual([200, 200])
      const refused = await open()
      expect([refused.response.status, refused.response.headers.get('retry-after')]).toEqual([503, '10'])
      for (const { stop } of streams) stop()
      const next = await vi.waitFor(
        async () => {
          const { response, stop } = await open()
          if (response.status !== 200) stop()
          expect(response.status).toBe(200)
          return { stop }
        },
        { timeout: 10_000 },
      )
      next.stop()
    })
  })

  it('logged no failure of its own', () => {
    expect(served().errors).toEqual([])
  })
}
