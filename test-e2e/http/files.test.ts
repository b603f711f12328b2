import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { createHandler } from '@rindle/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveHandler } from '../streaming/serve-handler.ts'
import { type Application, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'

const SMALL = randomBytes(10_000)
const LARGE = randomBytes(200_000)

let application: Application<typeof photoProfiles>
let server: Awaited<ReturnType<typeof serveHandler>>
let handler: ReturnType<typeof createHandler>
let paths: Readonly<Record<'small' | 'large' | 'missing' | 'expired' | 'forged', string>>
let etag: string

beforeAll(async () => {
  application = await startApplication()
  const { rindle, storage } = application
  handler = createHandler(rindle, { basePath: '/rindle', actor: () => null })
  server = await serveHandler(handler)
  const stored = async (key: string, bytes: Buffer) =>
    storage.put(key, Readable.from([bytes]), { contentType: 'text/html' })
  await stored('own/small.html', SMALL)
  await stored('own/large.html', LARGE)
  etag = `"${(await storage.head('own/small.html'))?.etag}"`
  const pathOf = async (key: string, ms = 3_600_000) => {
    const grant = { expiresAt: new Date(Date.now() + ms), contentType: 'text/html', disposition: 'attachment' }
    return `/rindle/files/${new URL((await storage.signGet(key, grant)).url).pathname.split('/').at(-1)}`
  }
  paths = {
    small: await pathOf('own/small.html'),
    large: await pathOf('own/large.html'),
    missing: await pathOf('own/missing.html'),
    expired: await pathOf('own/small.html', -1),
    forged: `${await pathOf('own/small.html')}x`,
  }
})
afterAll(async () => {
  await server.stop()
  await application[Symbol.asyncDispose]()
})

interface Asked {
  readonly file: keyof typeof paths
  readonly method?: string
  readonly headers?: () => Record<string, string>
  readonly status: number
}

const ASKED: readonly Asked[] = [
  { file: 'small', status: 200 },
  { file: 'large', status: 200 },
  { file: 'small', method: 'HEAD', status: 200 },
  { file: 'small', headers: () => ({ range: 'bytes=10-19' }), status: 206 },
  { file: 'large', headers: () => ({ range: 'bytes=-150000' }), status: 206 },
  { file: 'small', headers: () => ({ range: 'bytes=10-19', 'if-range': '"another"' }), status: 200 },
  { file: 'small', headers: () => ({ range: 'bytes=20000-' }), status: 416 },
  { file: 'small', headers: () => ({ range: 'lines=1' }), status: 200 },
  { file: 'small', headers: () => ({ 'if-none-match': etag }), status: 304 },
  { file: 'small', headers: () => ({ 'if-match': '"another"' }), status: 412 },
  { file: 'missing', status: 404 },
  { file: 'expired', status: 403 },
  { file: 'forged', status: 403 },
  { file: 'small', method: 'DELETE', status: 405 },
]

/** The headers of an answer, without those that a connection has. */
function headersOf(response: Response): object {
  const own = [...response.headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name))
  return Object.fromEntries(own)
}

describe('a file', () => {
  it.each(ASKED)('is answered alike with and without the Fetch API: $file, $status', async (asked) => {
    const { file, method = 'GET', headers = () => ({}), status } = asked
    const init = { method, headers: headers() }
    const plain = await fetch(`${server.origin}${paths[file]}`, init)
    const web = await handler(new Request(`${server.origin}${paths[file]}`, init))
    expect([plain.status, web.status]).toEqual([status, status])
    const [plainBody, webBody] = [Buffer.from(await plain.arrayBuffer()), Buffer.from(await web.arrayBuffer())]
    expect(plainBody.equals(webBody)).toBe(true)
    expect(headersOf(plain)).toMatchObject(headersOf(web))
  })

  it('has the headers that keep a page of another origin, and a browser that guesses, from harm', async () => {
    const { headers } = await fetch(`${server.origin}${paths.small}`)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': 'attachment',
      'access-control-allow-origin': '*',
    })
  })

  it('passes through a function that the application puts around the handler', async () => {
    // With everything that the handler has, so that nothing of it leads past the function.
    const around = async (request: Request): Promise<Response> => (await handler(request), new Response('mine'))
    const wrapped = Object.defineProperties(around, Object.getOwnPropertyDescriptors(handler)) as typeof handler
    const { origin, stop } = await serveHandler(wrapped)
    for (const path of [paths.small, '/rindle/assets/01900000-0000-7000-8000-000000000001']) {
      expect(await (await fetch(`${origin}${path}`)).text()).toBe('mine')
    }
    await stop()
  })
})
