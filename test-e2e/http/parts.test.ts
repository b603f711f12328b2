import { createClient, type UploadMemory } from '@rindle/client'
import {
  createHandler,
  type RindleHandler,
  type WireAsset,
  type WireCompletedUpload,
  type WireProblem,
  type WireRequest,
  type WireUpload,
} from '@rindle/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settled } from '../support/application.ts'
import { type S3Application, startS3Application } from '../support/s3-application.ts'
import { send } from './client.ts'
import { actorOfHeader } from './served-configuration.ts'

const MEBIBYTE = 1024 * 1024

const pdfOf = (byteSize: number) => Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(byteSize, 'a')])

let application: S3Application
let call: <T>(method: string, path: string, body?: unknown) => Promise<{ status: number; body: T }>

beforeAll(async () => {
  application = await startS3Application('minio')
  await application.work()
  const handler = createHandler(application.rindle, { basePath: '/rindle', actor: actorOfHeader })
  call = async (method, path, body) => {
    const response = await handler(
      new Request(`http://app.test/rindle${path}`, {
        method,
        headers: { 'x-actor': 'ann', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body === undefined ? null : JSON.stringify(body),
      }),
    )
    return { status: response.status, body: (await response.json()) as never }
  }
})
afterAll(async () => application[Symbol.asyncDispose]())

it('a large file goes in parts, in any order, is gone on with after a reload, and is completed once they are all there', async () => {
  const bytes = pdfOf(17 * MEBIBYTE)
  const declared = {
    profile: 'document',
    filename: 'a.pdf',
    contentType: 'application/pdf',
    byteSize: bytes.byteLength,
  }
  const begun = await call<WireUpload>('POST', '/uploads', declared)
  const { id, partBytes = 0, partCount = 0 } = begun.body
  expect(begun).toMatchObject({ status: 201, body: { strategy: 'multipart', partBytes: 8 * MEBIBYTE, partCount: 3 } })
  expect(begun.body.request).toBeUndefined()

  const sendPart = async (number: number) => {
    const { body } = await call<WireRequest>('POST', `/uploads/${id}/parts/${number}`)
    expect((await send(body, bytes.subarray((number - 1) * partBytes, number * partBytes))).status).toBe(200)
  }
  await sendPart(partCount)
  await sendPart(1)
  const early = await call<WireProblem>('POST', `/uploads/${id}/complete`)
  expect([early.status, early.body.code]).toEqual([409, 'storage_object_missing'])
  expect((await call<WireUpload>('GET', `/uploads/${id}`)).body.parts).toEqual([
    { partNumber: 1, byteSize: partBytes },
    { partNumber: 3, byteSize: bytes.byteLength - 2 * partBytes },
  ])
  for (const wrong of ['0', '4', '-1', '1.5', 'x', '10001', '99999999999999999999']) {
    expect((await call<WireProblem>('POST', `/uploads/${id}/parts/${wrong}`)).body.code).toBe('invalid_input')
  }
  await sendPart(2)
  const answers = await Promise.all([1, 2].map(() => call<WireCompletedUpload>('POST', `/uploads/${id}/complete`)))
  expect(answers.map(({ status, body }) => [status, body.upload.state])).toEqual([
    [200, 'completed'],
    [200, 'completed'],
  ])
  expect((await call<WireUpload>('GET', `/uploads/${id}`)).body.parts).toBeUndefined()
  await settled(application.rindle, begun.body.assetId)
  const { body: asset } = await call<WireAsset>('GET', `/assets/${begun.body.assetId}`)
  expect(asset).toMatchObject({ state: 'ready', byteSize: bytes.byteLength })
  const delivered = await fetch(asset.url ?? '')
  expect(Buffer.from(await delivered.arrayBuffer()).equals(bytes)).toBe(true)
})

describe('a page that continues an upload whose parts are being assembled', () => {
  it.each([
    ['by a call that ends well', (id: string) => application.rindle.completeMultipartUpload(id)],
    ['by a process that dies before it writes that down', putTogether],
  ])('%s sends none of them again', async (_how, overtake) => {
    const { rindle, objects } = application
    const file = new File([pdfOf(MEBIBYTE)], 'a.pdf', { type: 'application/pdf', lastModified: 1 })
    const memory = memoryOf()
    const first = page(createHandler(rindle, { basePath: '/rindle', actor: actorOfHeader }), memory, ({ url }) =>
      url.endsWith('/complete') ? new Response(null, { status: 503, headers: { 'retry-after': '3600' } }) : undefined,
    )
    await expect(first.upload(file)).rejects.toMatchObject({ retryable: true })
    const { id } = await rindle.prisma.mediaUploadSession.findFirstOrThrow({ orderBy: { id: 'desc' } })

    const listParts: typeof objects.multipart.listParts = async (...upload) => {
      await overtake(id)
      return objects.multipart.listParts(...upload)
    }
    const slow = await application.another({
      storages: { main: { ...objects, multipart: { ...objects.multipart, listParts } } },
    })
    const later = page(createHandler(slow, { basePath: '/rindle', actor: actorOfHeader }), memory)
    const asset = await later.upload(file)
    expect(later.calls).toEqual([
      `GET /rindle/uploads/${id} 200`,
      `POST /rindle/uploads/${id}/complete 200`,
      `GET /rindle/assets/${asset.id} 200`,
    ])
    expect(await settled(rindle, asset.id)).toMatchObject({ state: 'ready', byteSize: file.size })
  })

  async function putTogether(id: string): Promise<void> {
    const { multipart } = application.objects
    const { uploadKey, multipartUploadId } = await application.rindle.prisma.mediaUploadSession.findUniqueOrThrow({
      where: { id },
    })
    const uploadId = multipartUploadId ?? ''
    await multipart.complete(uploadKey, uploadId, await multipart.listParts(uploadKey, uploadId))
  }

  /** A client of a handler, with its requests and answers; `interfere` answers instead of the handler. */
  function page(handler: RindleHandler, memory: UploadMemory, interfere?: (request: Request) => Response | undefined) {
    const calls: string[] = []
    const ask = async (request: Request): Promise<Response> => {
      const { hostname, pathname } = new URL(request.url)
      const isOurs = hostname === 'app.test'
      const response = interfere?.(request) ?? (await (isOurs ? handler(request) : fetch(request)))
      calls.push(`${request.method} ${pathname} ${response.status}`)
      return response
    }
    const client = createClient({
      baseUrl: 'http://app.test/rindle',
      headers: { 'x-actor': 'ann' },
      memory,
      fetch: (input, init) => ask(new Request(input, init)),
    })
    const upload = (file: File) =>
      client.upload(file, { profile: 'document', strategy: 'multipart', waitFor: 'complete' })
    return { upload, calls }
  }

  /** The memory of a browser, as long as the test. */
  function memoryOf(entries: Map<string, string> = new Map()): UploadMemory {
    return {
      getItem: (key) => entries.get(key) ?? null,
      setItem: (key, value) => void entries.set(key, value),
      removeItem: (key) => void entries.delete(key),
    }
  }
})

it('a small file goes in one PUT', async () => {
  const { body } = await call<WireUpload>('POST', '/uploads', {
    profile: 'photo',
    filename: 'a.jpg',
    contentType: 'image/jpeg',
    byteSize: 1_000,
  })
  expect(body).toMatchObject({ strategy: 'presigned_put', request: { method: 'PUT' } })
})
