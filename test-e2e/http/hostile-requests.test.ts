import { request as httpRequest } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settled } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { clientOf, send } from './client.ts'
import { connectTo, hasHead, statusOf } from './raw-request.ts'
import { type ServedApplication, serveApplication } from './served-application.ts'

const RUNS = byRunLength('hostile requests', { sample: 400, short: 400, long: 100_000 })

let served: ServedApplication
let picture: Buffer
let putUrl: string
let getUrl: string
let uploadId: string
let assetId: string

beforeAll(async () => {
  served = await serveApplication({ handler: { idleTimeoutMs: 2_000 } })
  picture = await quadrants(16, 16)
  const ann = clientOf(served.url)
  const upload = await ann.begin({
    profile: 'photo',
    filename: 'a.jpg',
    contentType: 'image/jpeg',
    byteSize: picture.byteLength,
  })
  const stored = await served.rindle.upload('photo', picture, { filename: 'x"\r\nset-cookie: a=b\u202e.jpg' })
  await served.application.work()
  uploadId = upload.id
  assetId = upload.assetId
  putUrl = upload.request?.url ?? ''
  getUrl = await served.rindle.url(await settledAsset(stored.id))
}, 60_000)
afterAll(async () => {
  expect(served.errors).toEqual([])
  await served[Symbol.asyncDispose]()
})

/** Sends what `fetch` would not; the status, or 0 when the server ended the line without one. */
function statusFor(options: {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}): Promise<number> {
  const { hostname, port } = new URL(served.url)
  const { method, path, headers = {}, body } = options
  return new Promise((resolve) => {
    const outgoing = httpRequest({ hostname, port, method, path, headers, timeout: 15_000 }, (incoming) => {
      incoming.resume().once('close', () => resolve(incoming.statusCode ?? 0))
    })
    outgoing.once('error', () => resolve(0))
    outgoing.end(body)
  })
}

describe('random requests', () => {
  const segment = fc.oneof(
    fc.constantFrom('uploads', 'assets', 'files', 'events', 'complete', 'sign', 'parts', '1', '0', '-1', '..', '.', ''),
    fc.constantFrom(
      '%2e%2e',
      '%00',
      '%',
      '%zz',
      '%0d%0aset-cookie:a=b',
      '\\..\\..',
      ';',
      '*',
      'NaN',
      '1e9',
      "' or 1=1",
    ),
    fc.uuid(),
    fc.string({ maxLength: 40 }),
    fc.base64String({ maxLength: 60 }).map((text) => `${text}.${text}`),
  )
  const path = fc
    .tuple(fc.constantFrom('/rindle/', '/rindle', '/', '/RINDLE/', '//rindle/'), fc.array(segment, { maxLength: 5 }))
    // Requests that a client can put on the first line at all; the rest is refused before it is sent.
    .map(([base, segments]) => (base + segments.join('/')).replace(/[^\u0021-\u007e]/g, '%'))
  const headerValue = fc.oneof(
    fc.constantFrom('application/json', 'text/html', 'bytes=0-', 'bytes=9-1', '*', 'W/"a"', 'chunked', '-1', '0'),
    fc.string({ maxLength: 60 }).map((text) => text.replace(/[^\t\u0020-\u007e]/g, '')),
  )
  const headers = fc.dictionary(
    fc.constantFrom(
      'content-type',
      'range',
      'if-none-match',
      'if-match',
      'if-range',
      'last-event-id',
      'accept',
      'cookie',
    ),
    headerValue,
    { maxKeys: 4 },
  )
  const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE')
  const body = fc.oneof(fc.constant(''), fc.json(), fc.string({ maxLength: 200 }), fc.uint8Array({ maxLength: 300 }))

  it('are refused with 4xx for every actor', async () => {
    await fc.assert(
      fc.asyncProperty(method, path, headers, body, fc.boolean(), async (verb, target, fields, bytes, isKnown) => {
        const given = { ...fields, ...(isKnown ? { 'x-actor': 'eve' } : {}) }
        const status = await statusFor({ method: verb, path: target, headers: given, body: bytes })
        expect(status).toBeGreaterThanOrEqual(400)
        expect(status).toBeLessThan(500)
      }),
      { numRuns: RUNS },
    )
  }, 600_000)

  it('to begin an upload begin one or are refused with 4xx', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.constantFrom('a.jpg', 'image/jpeg', '__proto__'),
    )
    const declaration = fc.record(
      {
        profile: fc.oneof(fc.constantFrom('photo', 'document', '__proto__', 'constructor', 'toString'), text),
        filename: text,
        contentType: fc.oneof(fc.constantFrom('image/jpeg', 'image/png', 'application/pdf'), text),
        byteSize: fc.oneof(fc.nat(), fc.maxSafeInteger(), fc.double(), fc.constant('1')),
        checksumSha256: fc.oneof(fc.constant('0'.repeat(64)), text),
        slot: fc.oneof(fc.constantFrom('avatar', '__proto__'), text),
        strategy: fc.constantFrom('auto', 'presigned_put', 'multipart', 'resumable', 'none'),
        __proto__: text,
      },
      { requiredKeys: ['profile', 'filename', 'contentType', 'byteSize'] },
    )
    await fc.assert(
      fc.asyncProperty(declaration, async (declared) => {
        const { status } = await clientOf(served.url, 'eve').call('POST', '/uploads', declared)
        expect(status === 201 || (status >= 400 && status < 500)).toBe(true)
      }),
      { numRuns: RUNS },
    )
  }, 600_000)

  it('for an upload of one’s own never fail the server', async () => {
    const { id } = await clientOf(served.url, 'eve').begin({
      profile: 'document',
      filename: 'a.pdf',
      contentType: 'application/pdf',
      byteSize: 10,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('', '/sign', '/complete', '/parts/1'),
        method,
        body,
        async (rest, verb, bytes) => {
          const status = await statusFor({
            method: verb === 'DELETE' ? 'GET' : verb,
            path: `/rindle/uploads/${id}${rest}`,
            headers: { 'x-actor': 'eve', 'content-type': 'application/json' },
            body: bytes,
          })
          expect(status).toBeLessThan(500)
          expect(status).toBeGreaterThanOrEqual(200)
        },
      ),
      { numRuns: Math.ceil(RUNS / 4) },
    )
  }, 600_000)
})

describe('a token', () => {
  const tokenOf = (url: string): string => url.split('/').at(-1) ?? ''

  it('that was changed in any place opens nothing', async () => {
    const token = tokenOf(getUrl)
    const changed = fc.oneof(
      fc
        .tuple(fc.nat(token.length - 1), fc.base64String({ minLength: 4, maxLength: 4 }))
        .map(([at, [letter = 'x']]) => {
          const other = letter === token[at] ? 'x' : letter
          return token.slice(0, at) + (other === token[at] ? 'y' : other) + token.slice(at + 1)
        }),
      fc.nat(token.length - 1).map((length) => token.slice(0, length)),
      fc
        .string({ maxLength: 20 })
        .filter((text) => /^[\w.-]+$/.test(text))
        .map((text) => token + text),
      fc.constantFrom(`${token}.`, `.${token}`, token.replace('.', '..'), token.split('.').toReversed().join('.')),
    )
    await fc.assert(
      fc.asyncProperty(changed, async (text) => {
        // A slash makes it another path.
        const status = await statusFor({ method: 'GET', path: `/rindle/files/${text}` })
        expect([403, 404]).toContain(status)
      }),
      { numRuns: RUNS },
    )
  }, 600_000)

  it('for reading does not write, and one for writing does not read', async () => {
    expect(
      await statusFor({
        method: 'PUT',
        path: new URL(getUrl).pathname,
        headers: { 'content-type': 'image/jpeg' },
        body: picture,
      }),
    ).toBe(403)
    expect(await statusFor({ method: 'GET', path: new URL(putUrl).pathname })).toBe(403)
    expect(await statusFor({ method: 'HEAD', path: new URL(putUrl).pathname })).toBe(403)
  })

  it('that is sent again after the upload is complete changes nothing that is kept', async () => {
    const ann = clientOf(served.url)
    const request = { method: 'PUT', url: putUrl, headers: { 'content-type': 'image/jpeg' } }
    expect((await send(request, picture)).status).toBe(200)
    await ann.complete(uploadId)
    await settledAsset(assetId)
    const other = await quadrants(16, 16, { orientation: 3 })
    await send(request, other.subarray(0, picture.byteLength))
    const { url, state } = await ann.asset(assetId)
    expect(state).toBe('ready')
    expect(Buffer.from(await (await fetch(url ?? '')).arrayBuffer()).equals(picture)).toBe(true)
  })
})

describe('a request that is none', () => {
  it.each([
    ['a host that is none', 'GET /rindle/uploads/1 HTTP/1.1\r\nhost: a b\r\n\r\n', 400],
    ['no host', 'GET /rindle/uploads/1 HTTP/1.1\r\n\r\n', 400],
    ['an absolute target of another host', 'GET http://evil.test/rindle/uploads/1 HTTP/1.1\r\nhost: a\r\n\r\n', 404],
    ['no path', 'OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n', 404],
    ['two lengths', 'POST /rindle/uploads HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na', 400],
    [
      'a length and chunks',
      'POST /rindle/uploads HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a header with a line break', 'GET /rindle/uploads/1 HTTP/1.1\r\nhost: a\r\nx-a: b\rc\r\n\r\n', 400],
    ['headers of 100 kB', `GET /rindle/uploads/1 HTTP/1.1\r\nhost: a\r\nx-a: ${'b'.repeat(100_000)}\r\n\r\n`, 431],
    ['a target of 100 kB', `GET /rindle/uploads/${'1'.repeat(100_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 431],
    ['a way out of the base path', 'GET /rindle/files/../../../etc/passwd HTTP/1.1\r\nhost: a\r\n\r\n', 404],
    ['an encoded way out', 'GET /rindle/files/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nhost: a\r\n\r\n', 403],
  ])('for %s is refused', async (_what, text, status) => {
    using line = connectTo(served.url)
    line.write(text)
    const answer = await line.until(hasHead)
    expect(statusOf(answer)).toBe(status)
    expect(answer).not.toMatch(/root:|\.ts:|node_modules/)
  })
})

it('a name with line breaks adds no header to the response', async () => {
  using line = connectTo(served.url)
  line.write(`GET ${new URL(getUrl).pathname} HTTP/1.1\r\nhost: a\r\n\r\n`)
  const head = (await line.until(hasHead)).split('\r\n\r\n')[0] ?? ''
  expect(statusOf(head)).toBe(200)
  expect(head.split('\r\n').map((field) => field.split(':')[0]?.toLowerCase())).not.toContain('set-cookie')
  expect(head).toMatch(/content-disposition: inline; filename=/i)
})

async function settledAsset(id: string) {
  const asset = await settled(served.rindle, id)
  return served.rindle.narrow(asset, 'photo')
}
