import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from '@rindle/client'
import type { Rindle } from '@rindle/core'
import { createHandler, toNodeHandler, type WireUpload } from '@rindle/http'
import { memoryStorage } from '@rindle/testing'
import { tusServer } from '@rindle/tus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { TUS_PATH } from './serve-tus.ts'
import { encoded, pdfOf, type TusClient, tusClient } from './tus-client.ts'
import { tusProfiles } from './tus-profiles.ts'

const ORIGIN = 'https://app.example'

let application: Application<typeof tusProfiles>
let server: Server
let client: TusClient
let url: string

beforeAll(async () => {
  application = await startApplication({ profiles: tusProfiles, storages: { remote: memoryStorage() } })
  const { rindle } = application
  const handler = createHandler(rindle, {
    basePath: '/rindle',
    actor: (request) => {
      const id = request.headers.get('x-actor')
      return id === null ? null : { id }
    },
    authorizeUpload: ({ profile, byteSize }) => profile !== 'note' || byteSize < 1_000_000,
    tus: tusServer(rindle as unknown as Rindle, { path: TUS_PATH, allowedOrigins: [ORIGIN] }),
  })
  server = createServer(toNodeHandler(handler))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  url = `http://127.0.0.1:${port}/rindle`
  client = tusClient(port)
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await application[Symbol.asyncDispose]()
})

const ada = { 'x-actor': 'ada' }

async function beginOverJson(body: object): Promise<WireUpload> {
  const response = await fetch(`${url}/uploads`, {
    method: 'POST',
    headers: { ...ada, 'content-type': 'application/json' },
    body: JSON.stringify({ filename: 'a.pdf', contentType: 'application/pdf', ...body }),
  })
  expect(response.status).toBe(201)
  return (await response.json()) as WireUpload
}

it('an upload that began over JSON continues by tus, for its actor alone', async () => {
  const file = pdfOf(100_000)
  const upload = await beginOverJson({ profile: 'local', byteSize: file.byteLength, strategy: 'resumable' })
  const path = upload.tusUrl ?? ''
  expect(upload).toMatchObject({ strategy: 'resumable', state: 'signed' })
  expect((await client.ask('HEAD', path)).status).toBe(401)
  expect((await client.ask('HEAD', path, { headers: { 'x-actor': 'bob' } })).status).toBe(404)
  expect((await client.patch(path, 0, file.subarray(0, 50_000), ada)).status).toBe(204)
  const shown = await fetch(`${url}/uploads/${upload.id}`, { headers: ada })
  expect(await shown.json()).toMatchObject({ state: 'uploading', tusUrl: path })
  expect((await client.patch(path, 50_000, file.subarray(50_000), ada)).status).toBe(204)
  const completed = await fetch(`${url}/uploads/${upload.id}/complete`, { method: 'POST', headers: ada })
  expect(await completed.json()).toMatchObject({ upload: { state: 'completed' }, asset: { state: 'validating' } })
})

it('large files go by tus where no parts are taken, small ones and others do not', async () => {
  const strategies = await Promise.all(
    [
      { profile: 'local', byteSize: 16 * 1024 * 1024 },
      { profile: 'local', byteSize: 16 * 1024 * 1024 + 1 },
      { profile: 'remote', byteSize: 16 * 1024 * 1024 + 1 },
    ].map(async (body) => (await beginOverJson(body)).strategy),
  )
  expect(strategies).toEqual(['presigned_put', 'resumable', 'multipart'])
})

it('what a client of tus begins is authorized like all other uploads', async () => {
  const post = (headers: Record<string, string>) =>
    client.ask('POST', TUS_PATH, {
      headers: {
        ...ada,
        'upload-metadata': encoded({ profile: 'note', filename: 'a.pdf', filetype: 'application/pdf' }),
        ...headers,
      },
    })
  expect((await post({ 'upload-length': '1000' })).status).toBe(201)
  expect((await post({ 'upload-length': '1000000' })).status).toBe(403)
  expect((await post({ 'upload-defer-length': '1' })).status).toBe(403)
  expect((await client.ask('OPTIONS', TUS_PATH)).status).toBe(204)
})

it("a page's client sends a large file by tus, and it becomes ready", async () => {
  const workers = await application.work()
  const page = createClient<typeof application.rindle>({ baseUrl: url, headers: ada })
  const file = new File([new Uint8Array(pdfOf(17 * 1024 * 1024))], 'lesson.pdf', { type: 'application/pdf' })
  const asset = await page.upload(file, { profile: 'local' })
  expect((await settled(application.rindle, asset.id)).state).toBe('ready')
  const session = await application.rindle.prisma.mediaUploadSession.findFirstOrThrow({ where: { assetId: asset.id } })
  expect(session).toMatchObject({ state: 'completed', uploadStrategy: 'resumable', actorId: 'ada' })
  await workers.stop()
})

describe('a page of another origin', () => {
  const pdf = {
    'upload-length': '100',
    'upload-metadata': encoded({ profile: 'local', filename: 'a.pdf', filetype: 'application/pdf' }),
  }
  const answers: [what: string, status: number, ask: () => Promise<Response>][] = [
    ['nobody signed in', 401, () => client.ask('POST', TUS_PATH, { headers: { ...pdf, origin: ORIGIN } })],
    [
      'an upload that is not there',
      404,
      () => client.ask('HEAD', `${TUS_PATH}/none`, { headers: { ...ada, origin: ORIGIN } }),
    ],
    [
      'metadata without a profile',
      400,
      () => client.ask('POST', TUS_PATH, { headers: { ...ada, 'upload-length': '1', origin: ORIGIN } }),
    ],
    [
      'another version',
      412,
      () => client.ask('HEAD', TUS_PATH, { headers: { ...ada, 'tus-resumable': '2', origin: ORIGIN } }),
    ],
    [
      'a type that is not accepted',
      415,
      () => client.ask('PATCH', `${TUS_PATH}/none`, { headers: { ...ada, origin: ORIGIN } }),
    ],
    ['a creation', 201, () => client.ask('POST', TUS_PATH, { headers: { ...ada, ...pdf, origin: ORIGIN } })],
    ['a preflight', 204, () => client.ask('OPTIONS', TUS_PATH, { headers: { origin: ORIGIN } })],
  ]

  it.each(answers)('reads the answer to %s', async (_what, status, ask) => {
    const response = await ask()
    expect(response.status).toBe(status)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-allow-credentials')).toBe('true')
    expect(response.headers.get('vary')).toContain('Origin')
    expect(response.headers.get('access-control-expose-headers')).toContain('Upload-Expires')
    expect(response.headers.get('access-control-expose-headers')).toContain('Tus-Checksum-Algorithm')
  })

  it('that is not allowed reads none', async () => {
    for (const method of ['OPTIONS', 'HEAD', 'POST']) {
      const { headers } = await client.ask(method, TUS_PATH, { headers: { ...ada, origin: 'https://evil.example' } })
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('access-control-allow-credentials')).toBeNull()
      expect(headers.get('vary')).toContain('Origin')
    }
  })

  it('reads nothing that is not of the protocol', async () => {
    const { headers } = await fetch(`${url}/assets/none`, { headers: { ...ada, origin: ORIGIN } })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })
})

it('a server of another path is refused', () => {
  const tus = tusServer(application.rindle as unknown as Rindle, { path: '/elsewhere/tus' })
  expect(() => createHandler(application.rindle, { basePath: '/rindle', tus })).toThrow('followed by /tus')
})
