import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { defineProfile, isRindleError, type Rindle, type SignedRequest } from '@rindle/core'
import { createHandler, type WireUpload } from '@rindle/http'
import { image } from '@rindle/processor-image/recipes'
import { memoryStorage } from '@rindle/testing'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'

const accept = { types: ['image/*', 'video/*', 'image/svg+xml'], maxBytes: 40_000_000 } as const
const types = {
  local: defineProfile({ storage: 'main', accept }),
  remote: defineProfile({ storage: 'remote', accept }),
  strict: defineProfile({ storage: 'main', accept: { ...accept, extensionMismatch: 'reject' } }),
  strict_remote: defineProfile({ storage: 'remote', accept: { ...accept, extensionMismatch: 'reject' } }),
  drawing: defineProfile({
    storage: 'main',
    accept: { types: ['image/svg+xml-compressed'], maxBytes: 1_000_000 },
    variants: { thumb: image.fit(8, null, { format: 'png' }) },
  }),
  narrow: defineProfile({ storage: 'main', accept: { types: ['image/jpeg'], maxBytes: 1_000_000 } }),
}

/** A file as its client sends it; without a content type the client says nothing at all. */
interface Sent {
  readonly filename: string
  readonly contentType?: string
  readonly bytes: Buffer
}

type WayIn = (sent: Sent, isStrict: boolean) => Promise<string>

const remote = memoryStorage()
let application: Application<typeof types>
let rindle: Rindle<typeof types>

beforeAll(async () => {
  application = await startApplication({ profiles: types, storages: { remote } })
  rindle = application.rindle
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())

const put = async (request: SignedRequest, bytes: Buffer): Promise<void> => {
  const { url, ...options } = request
  const body = new Uint8Array(bytes)
  const answer = url.startsWith('memory:')
    ? await remote.send(request, body)
    : await rindle.serveFile(new Request(url, { ...options, body }))
  expect(answer.status).toBe(200)
}

const declaredOf = ({ filename, contentType, bytes }: Sent) => ({
  filename,
  byteSize: bytes.byteLength,
  ...(contentType === undefined ? {} : { contentType }),
})

const onePut =
  (place: 'local' | 'remote'): WayIn =>
  async (sent, isStrict) => {
    const profile = isStrict ? ({ local: 'strict', remote: 'strict_remote' } as const)[place] : place
    const { session, request } = await rindle.presignedPut(profile, declaredOf(sent))
    await put(request, sent.bytes)
    return (await rindle.verifyCompletion(session.id)).asset.id
  }

const WAYS: Readonly<Record<string, WayIn>> = {
  'a File through the application': async ({ filename, contentType = '', bytes }, isStrict) => {
    const file = new File([new Uint8Array(bytes)], filename, { type: contentType })
    return (await rindle.upload(isStrict ? 'strict' : 'local', file)).id
  },
  'a stream of a form': async ({ filename, contentType, bytes }, isStrict) => {
    const options = { filename, ...(contentType === undefined ? {} : { contentType }) }
    return (await rindle.upload(isStrict ? 'strict' : 'local', Readable.from([bytes]), options)).id
  },
  'one PUT to a disk': onePut('local'),
  'one PUT to a store': onePut('remote'),
  'an upload in parts': async (sent, isStrict) => {
    const { session } = await rindle.initiateMultipartUpload(isStrict ? 'strict_remote' : 'remote', declaredOf(sent))
    await put(await rindle.signMultipartPart(session.id, 1), sent.bytes)
    return (await rindle.completeMultipartUpload(session.id)).asset.id
  },
  'a resumable upload': async (sent, isStrict) => {
    const { session } = await rindle.initiateResumableSession(isStrict ? 'strict' : 'local', declaredOf(sent))
    const writer = await rindle.writeResumableSession(session.id)
    await writer.append(Readable.from([sent.bytes]), { offset: 0 })
    await writer.release()
    return (await rindle.verifyCompletion(session.id)).asset.id
  },
  'a page': async (sent, isStrict) => {
    const handler = createHandler(rindle, { basePath: '/rindle', actor: () => ({ id: 'guest' }) })
    const post = async (path: string, body?: object): Promise<WireUpload> => {
      const headers = { 'content-type': 'application/json' }
      const init = { method: 'POST', headers, body: body === undefined ? null : JSON.stringify(body) }
      const response = await handler(new Request(`http://app.test/rindle${path}`, init))
      const answer = (await response.json()) as WireUpload & { readonly detail: string; readonly reason?: string }
      if (!response.ok) throw new Refused(answer.reason ?? answer.detail)
      return answer
    }
    const { id, assetId, request } = await post('/uploads', {
      profile: isStrict ? 'strict' : 'local',
      ...declaredOf(sent),
    })
    await put(request as SignedRequest, sent.bytes)
    await post(`/uploads/${id}/complete`)
    return assetId
  },
}

class Refused extends Error {}

/** The end of a file: "contentType filename" if it is kept, and the reason if it is not, at any step. */
async function outcomeOf(way: WayIn, sent: Sent, isStrict = false): Promise<string> {
  try {
    const asset = await settled(rindle, await way(sent, isStrict))
    return asset.state === 'ready' ? `${asset.contentType} ${asset.filename}` : `${asset.errorReason}`
  } catch (error) {
    if (error instanceof Refused) return error.message
    if (isRindleError(error, 'upload_rejected')) return error.details['reason'] as string
    throw error
  }
}

const dot = sharp(Buffer.alloc(3), { raw: { width: 1, height: 1, channels: 3 } })
const webp = () => dot.clone().webp().toBuffer()
const png = () => dot.clone().png().toBuffer()
const avif = () => dot.clone().avif().toBuffer()
const mkv = async () => Buffer.concat([Buffer.from('1a45dfa38b4282886d6174726f736b61', 'hex'), Buffer.alloc(200)])
const svg = async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
const page = async () => Buffer.from('<!doctype html><script>alert(1)</script>')

/** How several files end that are sent at once. */
async function outcomesOf(way: WayIn, files: readonly Sent[], isStrict = false): Promise<readonly string[]> {
  return Promise.all(files.map((sent) => outcomeOf(way, sent, isStrict)))
}

describe.each(Object.entries(WAYS))('%s', (_name, way) => {
  it('is taken by its bytes when the client says nothing', async () => {
    const bytes = await webp()
    const named: Sent = { filename: 'photo.webp', bytes }
    const sayings = ['', 'application/octet-stream', 'binary/octet-stream', 'application/x-download']
    const files = [named, ...sayings.map((contentType) => ({ ...named, contentType }))]
    expect(new Set(await outcomesOf(way, files))).toEqual(new Set(['image/webp photo.webp']))
    const nameless = files.map((file) => ({ ...file, filename: 'blob' }))
    expect(new Set(await outcomesOf(way, nameless, true))).toEqual(new Set(['image/webp blob']))
  })

  it('is refused by its bytes when the client says nothing', async () => {
    const files = [await page(), Buffer.from('%PDF-1.7\n')].map((bytes) => ({ filename: 'a', contentType: '', bytes }))
    expect(await outcomesOf(way, files)).toEqual(['unknown_type', 'mime_not_allowed'])
  })

  it('is kept as its real type, under a matching name', async () => {
    const files = [
      { filename: 'Holiday.JPG', contentType: 'image/jpeg', bytes: await png() },
      { filename: 'photo.heic', contentType: '', bytes: await avif() },
      { filename: 'film.avi', contentType: 'video/x-msvideo', bytes: await mkv() },
    ]
    expect(await outcomesOf(way, files)).toEqual([
      'image/png Holiday.png',
      'image/avif photo.avif',
      'video/x-matroska film.mkv',
    ])
  })

  it('is refused under the name of another type where the profile says so', async () => {
    const bytes = await png()
    const files = [
      { filename: 'photo.jpg', contentType: '', bytes },
      { filename: 'photo', contentType: 'image/jpeg', bytes },
    ]
    expect(await outcomesOf(way, files, true)).toEqual(['extension_mime_mismatch', 'declared_mime_mismatch'])
  })

  it('is never of another kind than it says, nor what a browser may run', async () => {
    const cases: readonly [filename: string, contentType: string, bytes: Buffer, reason: string][] = [
      ['photo.png', 'image/png', await page(), 'unknown_type'],
      ['photo.png', '', await page(), 'unknown_type'],
      ['photo.png', '', await svg(), 'extension_mime_mismatch'],
      ['photo', 'image/png', await svg(), 'declared_mime_mismatch'],
      ['photo.svg', '', await png(), 'extension_mime_mismatch'],
      ['film.mp4', '', await png(), 'extension_mime_mismatch'],
      ['photo.png', '', await mkv(), 'extension_mime_mismatch'],
      ['photo', 'image/png', await mkv(), 'declared_mime_mismatch'],
      ['a.pdf', 'application/pdf', Buffer.from('%PDF-1.7\n'), 'mime_not_allowed'],
    ]
    const files = cases.map(([filename, contentType, bytes]) => ({ filename, contentType, bytes }))
    expect(await outcomesOf(way, files)).toEqual(cases.map(([, , , reason]) => reason))
  })
})

it('a corrected file is delivered as its real type', async () => {
  for (const [profile, way] of [
    ['local', 'one PUT to a disk'],
    ['remote', 'an upload in parts'],
  ] as const) {
    const sent = { filename: 'photo.jpg', contentType: 'image/jpeg', bytes: await png() }
    const asset = rindle.narrow(await settled(rindle, await (WAYS[way] as WayIn)(sent, false)), profile)
    expect(asset.storageKey).toMatch(/\.png$/)
    expect(asset.declaredContentType).toBe('image/jpeg')
    if (profile === 'remote') {
      expect(await remote.head(asset.storageKey)).toMatchObject({ contentType: 'image/png' })
      continue
    }
    const response = await rindle.serveFile(new Request(await rindle.url(asset)))
    await response.body?.cancel()
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(response.headers.get('content-disposition')).toBe('inline; filename=photo.png')
  }
})

it('a compressed SVG is drawn where it is accepted by name, and is never shown inline', async () => {
  const text = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><rect width="16" height="16"/></svg>'
  const { id } = await rindle.upload('drawing', gzipSync(text), { filename: 'a.svgz', contentType: 'image/svg+xml' })
  const asset = rindle.narrow(await settled(rindle, id), 'drawing')
  expect(asset).toMatchObject({ state: 'ready', contentType: 'image/svg+xml-compressed', width: 16 })
  const { headers } = await rindle.serveFile(new Request(await rindle.url(asset), { method: 'HEAD' }))
  expect(headers.get('content-disposition')).toMatch(/^attachment/)
  expect(headers.get('content-security-policy')).toContain('sandbox')
  await expect(rindle.upload('narrow', gzipSync(text), { filename: 'a.svgz' })).rejects.toMatchObject({
    details: { reason: 'mime_not_allowed' },
  })
})

it('the declaration decides if nothing else is known', async () => {
  const reasonOf = async (declared: { readonly filename: string; readonly contentType?: string }) => {
    const error: unknown = await rindle.initiateUpload('narrow', declared).catch((caught: unknown) => caught)
    return isRindleError(error, 'upload_rejected') ? error.details['reason'] : error
  }
  expect(await reasonOf({ filename: 'photo.png', contentType: 'image/png' })).toBe('mime_not_allowed')
  expect(await reasonOf({ filename: 'photo.png' })).toBe('extension_not_allowed')
  expect(await reasonOf({ filename: 'photo.png', contentType: '' })).toBe('extension_not_allowed')
  const session = await rindle.initiateUpload('narrow', { filename: 'photo.jpeg', contentType: 'binary/octet-stream' })
  expect(session.uploadKey).toMatch(/\.jpg$/)
  expect((await rindle.signUpload(session.id)).headers).toMatchObject({ 'content-type': 'application/octet-stream' })
  expect((await rindle.initiateUpload('narrow', { filename: 'photo' })).uploadKey).toMatch(/\.bin$/)
})

it('nothing is left in staging, and every invariant holds', async () => {
  for await (const { key } of remote.list('staging/')) expect.fail(key)
  expect((await rindle.checkInvariants()).violations).toEqual([])
})
