import { defineProfile, ERROR_CODES, silentLogger } from '@rindle/core'
import {
  createHandler,
  type HandlerOptions,
  type UploadIntent,
  type WireAsset,
  type WireProblem,
  type WireUpload,
} from '@rindle/http'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { actorOfHeader, callerOf, collectErrors } from './served-configuration.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const variants = { thumb: image.crop(8, 8) } as const
const profiles = {
  photo: defineProfile({ storage: 'main', accept, variants, slots: { avatar: 'one' } }),
  guarded: defineProfile({
    storage: 'main',
    accept,
    variants,
    delivery: { authorize: ({ variant }) => variant === 'thumb' },
  }),
}

let application: Application<typeof profiles>
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles })
  await application.work()
  picture = await quadrants(32, 32)
})
afterAll(async () => application[Symbol.asyncDispose]())

const declared = (changes: object = {}) => ({
  profile: 'photo',
  filename: 'a.jpg',
  contentType: 'image/jpeg',
  byteSize: picture.byteLength,
  ...changes,
})

type Options = Partial<HandlerOptions<{ readonly id: string | number }, typeof profiles>>

/** Calls a handler of its own as the actor `ann`, unless the headers say otherwise. */
function handlerOf(options: Options = {}) {
  const errors: string[] = []
  const handler = createHandler(application.rindle, {
    basePath: '/rindle',
    actor: actorOfHeader,
    logger: collectErrors(errors),
    ...options,
  })
  return { call: callerOf(handler), errors }
}

describe('the actor', () => {
  it('may come later, and have a number or an application-defined value as its id', async () => {
    const later = handlerOf({ actor: async () => ({ id: 42 }) })
    const { body } = await later.call('POST', '/uploads', declared())
    expect((await application.rindle.uploadSession((body as WireUpload).id)).actorId).toBe('42')
    const told = handlerOf({ actorId: ({ id }) => `user:${id}` })
    const upload = (await told.call('POST', '/uploads', declared())).body as WireUpload
    expect((await application.rindle.uploadSession(upload.id)).actorId).toBe('user:ann')
  })

  it('is needed for everything but files: without one all is closed', async () => {
    const { basePath: _basePath, ...closed } = { basePath: '', actor: () => undefined }
    for (const { call } of [handlerOf(closed), handlerOf({ actor: async () => null })]) {
      for (const [method, path] of [
        ['POST', '/uploads'],
        ['GET', '/assets/1'],
        ['GET', '/assets/1/events'],
      ] as const) {
        expect(await call(method, path)).toMatchObject({ status: 401, body: { code: 'forbidden' } })
      }
      expect((await call('GET', '/files/a.b')).status).toBe(403)
    }
  })

  it.each([
    ['was forgotten', undefined, 'actor_missing', 'without `actor`'],
    ['forgets to return anybody', () => undefined, 'actor_undefined', 'returned undefined'],
  ] as const)('that %s is told to the log, once for each handler', async (_what, actor, code, message) => {
    const warnings: [object, string][] = []
    const logger = { ...silentLogger, warn: (fields: object, text: string) => void warnings.push([fields, text]) }
    const handler = createHandler(application.rindle, {
      basePath: '/rindle',
      logger,
      ...(actor === undefined ? {} : { actor }),
    })
    const get = (): Promise<Response> => handler(new Request('http://app.test/rindle/assets/1'))
    await handler(new Request('http://app.test/rindle/files/a.b'))
    expect(warnings).toEqual([])
    expect([(await get()).status, (await get()).status]).toEqual([401, 401])
    expect(warnings).toEqual([[{ code }, expect.stringContaining(message)]])
  })

  it('that is nobody is no news', async () => {
    const warnings: string[] = []
    const logger = { ...silentLogger, warn: (_fields: object, text: string) => void warnings.push(text) }
    const { call } = handlerOf({ actor: async () => null, logger })
    expect((await call('GET', '/assets/1')).status).toBe(401)
    expect(warnings).toEqual([])
  })

  it('without an id is a mistake of the application: 500, and the log says what to do', async () => {
    const { call, errors } = handlerOf({ actor: async () => ({ name: 'ann' }) as never })
    expect(await call('POST', '/uploads', declared())).toMatchObject({ status: 500, body: { code: 'config_invalid' } })
    expect(errors.join()).toContain('pass `actorId` to createHandler')
  })

  it('that cannot be told because the application fails is a 500 that tells nothing', async () => {
    const { call, errors } = handlerOf({
      actor: () => {
        throw new Error('password=hunter2')
      },
    })
    const { status, body } = await call('POST', '/uploads', declared())
    expect([status, body]).toEqual([500, expect.objectContaining({ code: 'internal_error' })])
    expect(JSON.stringify(body)).not.toContain('hunter2')
    expect(errors).toHaveLength(1)
  })
})

describe('authorizeUpload', () => {
  it('gets the declared upload, and refuses before anything begins', async () => {
    const asked: UploadIntent<unknown, typeof profiles>[] = []
    const { call } = handlerOf({
      authorizeUpload: (intent) => {
        asked.push(intent)
        return false
      },
    })
    const before = await application.rindle.prisma.mediaAsset.count()
    const { status, body } = await call('POST', '/uploads', declared({ slot: 'avatar' }))
    expect([status, (body as WireProblem).code]).toEqual([403, 'forbidden'])
    expect(asked).toEqual([{ actor: { id: 'ann' }, slot: 'avatar', ...declared() }])
    expect(await application.rindle.prisma.mediaAsset.count()).toBe(before)
  })

  it('names the owner that the upload is attached to, at the slot that the client names', async () => {
    const owner = { type: 'member', id: 7 }
    const { call } = handlerOf({ authorizeUpload: async () => ({ owner }) })
    const { id } = (await call('POST', '/uploads', declared({ slot: 'avatar' }))).body as WireUpload
    const without = (await call('POST', '/uploads', declared())).body as WireUpload
    const wanted = (where: { readonly id: string }) =>
      application.rindle.prisma.mediaUploadSession.findUnique({ where })
    expect(await wanted({ id })).toMatchObject({
      attachOwnerType: 'member',
      attachOwnerId: '7',
      attachSlot: 'avatar',
    })
    expect(await wanted({ id: without.id })).toMatchObject({ attachOwnerId: null, attachSlot: null })
  })

  it('that names none takes no slot', async () => {
    const grants: Options[] = [{}, { authorizeUpload: () => true }]
    for (const options of grants) {
      const { status, body } = await handlerOf(options).call('POST', '/uploads', declared({ slot: 'avatar' }))
      expect([status, (body as WireProblem).code]).toEqual([400, 'invalid_input'])
    }
  })
})

describe('an upload', () => {
  it.each([
    [{ profile: 'film' }, 400, 'unknown_profile', undefined],
    [{ profile: '__proto__' }, 400, 'unknown_profile', undefined],
    [{ slot: 'cover' }, 400, 'unknown_slot', undefined],
    [{ byteSize: 2_000_000 }, 413, 'upload_rejected', 'max_bytes_exceeded'],
    [{ contentType: 'application/pdf', filename: 'a.pdf' }, 415, 'upload_rejected', 'mime_not_allowed'],
    [{ filename: 'a.exe' }, 422, 'upload_rejected', 'extension_mime_mismatch'],
    [{ strategy: 'multipart' }, 400, 'capability_unsupported', undefined],
    [{ strategy: 'resumable' }, 400, 'capability_unsupported', undefined],
    [{ checksumSha256: 'abc' }, 400, 'invalid_input', undefined],
  ])('with %j is refused', async (changes, status, code, reason) => {
    const { call } = handlerOf({ authorizeUpload: () => ({ owner: { type: 'member', id: 1 } }) })
    const answer = await call('POST', '/uploads', declared(changes))
    expect(answer).toMatchObject({ status, body: { code } })
    expect((answer.body as WireProblem).reason).toBe(reason)
  })

  it.each([{ contentType: '' }, { contentType: undefined }, { contentType: 'application/octet-stream' }])(
    'with %j is begun: its client does not know what it is',
    async (changes) => {
      const asked: string[] = []
      const { call } = handlerOf({ authorizeUpload: ({ contentType }) => asked.push(contentType) > 0 })
      const { status, body } = await call('POST', '/uploads', declared(changes))
      expect(status).toBe(201)
      expect((body as WireUpload).request?.headers).toMatchObject({ 'content-type': 'application/octet-stream' })
      expect(asked).toEqual(['application/octet-stream'])
    },
  )

  it('tells its client neither keys nor what the storage calls it', async () => {
    const { call } = handlerOf()
    const { body } = await call('POST', '/uploads', declared())
    const session = await application.rindle.uploadSession((body as WireUpload).id)
    const shown = (await call('GET', `/uploads/${session.id}`)).body
    expect(JSON.stringify(shown)).not.toContain(session.uploadKey)
    expect(shown).toEqual({
      id: session.id,
      assetId: session.assetId,
      state: 'signed',
      strategy: 'presigned_put',
      byteSize: picture.byteLength,
      expiresAt: session.expiresAt?.toISOString(),
    })
  })

  it('that was aborted, or never got its bytes, is over', async () => {
    const { call } = handlerOf()
    const { id } = (await call('POST', '/uploads', declared())).body as WireUpload
    await application.rindle.prisma.mediaUploadSession.update({ where: { id }, data: { expiresAt: new Date(0) } })
    expect(await call('POST', `/uploads/${id}/sign`)).toMatchObject({ status: 410, body: { code: 'session_expired' } })
    expect((await call('POST', `/uploads/${id}/parts/1`)).status).toBe(410)
    expect((await call('DELETE', `/uploads/${id}`)).status).toBe(204)
  })
})

describe('an asset', () => {
  const uploadAs = async (profile: 'photo' | 'guarded') =>
    settled(application.rindle, (await application.rindle.upload(profile, picture, { filename: 'a.jpg' })).id)

  it('of the application is seen by those whom canView lets', async () => {
    const { id } = await uploadAs('photo')
    expect((await handlerOf().call('GET', `/assets/${id}`)).status).toBe(404)
    const seen: unknown[] = []
    const { call } = handlerOf({
      canView: async ({ actor, asset }) => {
        seen.push([actor, asset.id])
        return actor.id === 'bob'
      },
    })
    expect((await call('GET', `/assets/${id}`)).status).toBe(404)
    expect((await call('GET', `/assets/${id}`, undefined, { 'x-actor': 'bob' })).status).toBe(200)
    expect(seen).toEqual([
      [{ id: 'ann' }, id],
      [{ id: 'bob' }, id],
    ])
  })

  it('shows no URL that the authorizer refuses, and issues none', async () => {
    const { id } = await uploadAs('guarded')
    const issued: unknown[] = []
    const off = application.rindle.on('rindle.delivery.signed', (event) => void issued.push(event))
    const { body } = await handlerOf({ canView: () => true }).call('GET', `/assets/${id}`)
    off()
    expect(body).toMatchObject({ url: null, variants: { thumb: { state: 'ready', url: expect.any(String) } } })
    expect(issued).toHaveLength(1)
  })

  it('without its variants, or with variants that are no longer declared, has no URLs of them', async () => {
    const { id } = await uploadAs('photo')
    const { prisma } = application.rindle
    await prisma.mediaVariant.updateMany({
      where: { assetId: id },
      data: { state: 'failed', errorReason: 'storage_unavailable', errorMessage: 'connect ECONNREFUSED 10.1.2.3:9000' },
    })
    const { call } = handlerOf({ canView: () => true })
    const failed = (await call('GET', `/assets/${id}`)).body as WireAsset
    expect(failed.variants).toMatchObject({ thumb: { state: 'failed', url: null, errorReason: 'storage_unavailable' } })
    expect(failed.variants['thumb']?.errorMessage).toBe(ERROR_CODES.storage_unavailable.meaning)
    await prisma.mediaVariant.updateMany({ where: { assetId: id }, data: { name: 'gone', state: 'ready' } })
    const gone = (await call('GET', `/assets/${id}`)).body as WireAsset
    expect([gone.url, gone.variants['gone']?.url]).toEqual([expect.any(String), null])
  })

  it('that was quarantined is settled, says why, and has no URL', async () => {
    const { call } = handlerOf()
    const upload = (await call('POST', '/uploads', declared())).body as WireUpload
    const { method = '', url = '', headers = {} } = upload.request ?? {}
    const web = Buffer.alloc(picture.byteLength, '<!doctype html>')
    await application.rindle.serveFile(new Request(url, { method, headers, body: web }))
    await call('POST', `/uploads/${upload.id}/complete`)
    await settled(application.rindle, upload.assetId)
    expect((await call('GET', `/assets/${upload.assetId}`)).body).toMatchObject({
      state: 'quarantined',
      settled: true,
      errorReason: 'unknown_type',
      errorMessage: 'The file has no known type. Accepted: image/*.',
      url: null,
    })
  })
})
