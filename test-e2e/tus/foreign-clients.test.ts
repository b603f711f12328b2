import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Rindle } from '@rindle/core'
import { memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { type ServedTus, serveTus, TUS_PATH } from './serve-tus.ts'
import { encoded, OFFSET_STREAM, pdfOf, sessionIdOf, type TusClient, tusClient } from './tus-client.ts'
import { tusProfiles } from './tus-profiles.ts'

const FILE = pdfOf(30_000)
const HALF = 15_000

let application: Application<typeof tusProfiles>
let served: ServedTus
let client: TusClient

beforeAll(async () => {
  application = await startApplication({ profiles: tusProfiles, storages: { remote: memoryStorage() } })
  served = await serveTus(application.rindle as unknown as Rindle)
  client = tusClient(served.port)
})
afterAll(async () => {
  await served.close()
  await application[Symbol.asyncDispose]()
})

/** Sends the missing bytes, and checks whether the upload is complete. */
async function goesOnFrom(path: string, offset: number): Promise<void> {
  expect(await client.offsetOf(path)).toBe(offset)
  expect((await client.patch(path, offset, FILE.subarray(offset))).status).toBe(204)
  expect((await application.rindle.uploadSession(sessionIdOf(path))).state).toBe('completed')
}

async function problemOf(response: Response): Promise<unknown> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return { status: response.status, code: ((await response.json()) as { code: string }).code }
}

describe('a client that writes its requests in another way', () => {
  it('tells how far an upload is from behind such a wall', async () => {
    const path = await client.begin(FILE.byteLength)
    await client.patch(path, 0, FILE.subarray(0, HALF))
    const headers = { 'x-http-method-override': 'HEAD' }
    const answer = await client.ask('POST', path, { headers, body: Buffer.from('nothing of use') })
    expect([answer.status, answer.headers.get('upload-offset')]).toEqual([200, String(HALF)])
    await goesOnFrom(path, HALF)
  })

  it.each([
    'Application/Offset+Octet-Stream',
    'application/offset+octet-stream; charset=utf-8',
    ' application/offset+octet-stream ;a=b',
  ])('takes the content type %j', async (contentType) => {
    const path = await client.begin(FILE.byteLength)
    const headers = { 'content-type': contentType }
    expect((await client.patch(path, 0, FILE.subarray(0, HALF), headers)).status).toBe(204)
    await goesOnFrom(path, HALF)
    const creation = {
      'upload-length': String(FILE.byteLength),
      'upload-metadata': encoded({ profile: 'local', filename: 'a.pdf', filetype: 'application/pdf' }),
      ...headers,
    }
    const created = await client.ask('POST', TUS_PATH, { headers: creation, body: FILE.subarray(0, HALF) })
    expect([created.status, created.headers.get('upload-offset')]).toEqual([201, String(HALF)])
  })

  it('takes metadata with spaces between their pairs', async () => {
    const pairs = encoded({ profile: 'local', filename: 'a.pdf', filetype: 'application/pdf' }).split(',')
    const headers = { 'upload-length': String(FILE.byteLength), 'upload-metadata': ` ${pairs.join(' , ')} ,is_draft ` }
    const path = (await client.ask('POST', TUS_PATH, { headers })).headers.get('location') ?? ''
    await goesOnFrom(path, 0)
  })

  it('says again that an upload is complete to a client that lost the last answer', async () => {
    const path = await client.begin(FILE.byteLength)
    await client.patch(path, 0, FILE)
    const again = await client.patch(path, FILE.byteLength, Buffer.alloc(0))
    expect([again.status, again.headers.get('upload-offset')]).toEqual([204, String(FILE.byteLength)])
    expect((await client.patch(path, 0, Buffer.alloc(0))).status).toBe(409)
    expect((await client.patch(path, FILE.byteLength, Buffer.alloc(1))).status).toBe(413)
  })

  it('takes a request whose target is a whole URL, as a proxy sends it', async () => {
    const path = await client.begin(FILE.byteLength)
    const sent = request({
      port: served.port,
      host: '127.0.0.1',
      method: 'HEAD',
      path: `http://127.0.0.1:${served.port}${path}`,
      headers: { 'tus-resumable': '1.0.0' },
    })
    sent.end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.resume()
    expect([answer.statusCode, answer.headers['upload-offset']]).toEqual([200, '0'])
  })
})

describe('a client that terminates a complete upload', () => {
  it('keeps a complete upload that is attached, and does not tell to whom', async () => {
    const path = await client.begin(FILE.byteLength)
    await client.patch(path, 0, FILE)
    const { assetId } = await application.rindle.uploadSession(sessionIdOf(path))
    await application.rindle.attach({ id: assetId, profile: 'local' }, { type: 'course', id: 'secret' }, 'lesson')
    const refused = await client.ask('DELETE', path)
    expect(refused.status).toBe(409)
    expect(await refused.text()).not.toContain('secret')
    expect(await client.offsetOf(path)).toBe(FILE.byteLength)
  })
})

describe('a request that is wrong changes nothing:', () => {
  it('another version of the protocol, or none', async () => {
    const path = await client.begin(FILE.byteLength)
    for (const headers of [{}, { 'tus-resumable': '0.2.2' }]) {
      const response = await fetch(`http://127.0.0.1:${served.port}${path}`, { method: 'HEAD', headers })
      expect([response.status, response.headers.get('tus-version')]).toEqual([412, '1.0.0'])
    }
    const patched = await client.patch(path, 0, FILE, { 'tus-resumable': '2.0.0' })
    expect(await problemOf(patched)).toEqual({ status: 412, code: 'invalid_input' })
    await goesOnFrom(path, 0)
  })

  it.each(['text/plain', 'application/octet-stream', 'application/offset+octet-streams', ''])(
    'a body of type %j',
    async (contentType) => {
      const path = await client.begin(FILE.byteLength)
      const headers = { 'content-type': contentType }
      expect(await problemOf(await client.patch(path, 0, FILE, headers))).toEqual({
        status: 415,
        code: 'invalid_input',
      })
      await goesOnFrom(path, 0)
    },
  )

  it('no offset, and one that is not a number', async () => {
    const path = await client.begin(FILE.byteLength)
    const headers = { 'content-type': OFFSET_STREAM }
    const without = await client.ask('PATCH', path, { headers, body: FILE })
    expect(await problemOf(without)).toEqual({ status: 400, code: 'invalid_input' })
    for (const offset of ['', '-1', '1.5', '0x0', 'all']) {
      const answer = await client.ask('PATCH', path, { headers: { ...headers, 'upload-offset': offset }, body: FILE })
      expect(await problemOf(answer)).toEqual({ status: 400, code: 'invalid_input' })
    }
    await goesOnFrom(path, 0)
  })
})
