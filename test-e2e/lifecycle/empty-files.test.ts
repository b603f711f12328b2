import { mkdtemp, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createClient } from '@rindle/client'
import {
  type Analyzer,
  defineProfile,
  isRindleError,
  type Processor,
  type Rindle,
  RindleError,
  type SignedRequest,
} from '@rindle/core'
import { createHandler, toNodeHandler } from '@rindle/http'
import { image } from '@rindle/processor-image/recipes'
import { s3Storage } from '@rindle/storage-s3'
import { useS3Server } from '@rindle/test-s3'
import { tusServer } from '@rindle/tus'
import { Upload } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../http/listen.ts'
import { storageAt } from '../http/served-configuration.ts'
import { quickProcessor } from '../model/quick-processor.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { s3Kinds, sha256 } from '../support/s3-application.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'
import { encoded, OFFSET_STREAM } from '../tus/tus-client.ts'

const counting: Analyzer = { name: 'count', analyze: async ({ byteSize }) => ({ byteSize }) }
const accept = { types: ['image/*', 'text/plain', 'application/pdf'], maxBytes: 1_000_000 } as const
const profiles = {
  note: defineProfile({
    storage: 'main',
    accept: { ...accept, allowEmpty: true },
    variants: { thumb: image.fit(8) },
    analyzers: [counting],
  }),
  strict: defineProfile({ storage: 'main', accept }),
}
/** Reads what may be empty elsewhere, and is never asked about a file that is. */
const reader: Processor = {
  ...quickProcessor(),
  name: 'reader',
  recipes: [],
  capabilities: new Set(),
  probes: new Set(['text/plain']),
  probe: async () => {
    throw new RindleError('corrupt_media', 'There is nothing to read.')
  },
}

type Profile = keyof typeof profiles

/** What a server says of a file that it refuses, by its problem document. */
function refusal(body: string): Error {
  const { reason = 'none', detail } = JSON.parse(body) as { readonly reason?: string; readonly detail?: string }
  return Object.assign(new Error(detail), { reason })
}

const NOTHING = new Uint8Array()
const declared = { filename: 'empty.txt', contentType: 'text/plain' }
const metadata = { filename: 'empty.txt', filetype: 'text/plain' }

describe.each(['local', ...(await s3Kinds())] as const)('a file without bytes, in %s,', (kind) => {
  let application: Application<typeof profiles>
  let rindle: Rindle<typeof profiles>
  let url: string
  const ends: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    let listener: RequestListener = () => {}
    const server = await listen((incoming, outgoing) => listener(incoming, outgoing))
    const directory = await mkdtemp(join(tmpdir(), 'rindle-empty-'))
    const storage = kind === 'local' ? storageAt(server.url, directory) : await bucketOn(kind)
    application = await startApplication({
      profiles,
      storages: { main: storage },
      processors: [warmImageProcessor(), reader],
    })
    rindle = application.rindle
    const tus = tusServer(rindle, { path: '/rindle/tus' })
    listener = toNodeHandler(createHandler(rindle, { basePath: '/rindle', actor: () => ({ id: 'ada' }), tus }))
    url = `${server.url}/rindle`
    ends.unshift(
      async () => application[Symbol.asyncDispose](),
      async () => server[Symbol.asyncDispose](),
      () => rm(directory, { recursive: true, force: true }),
    )
    await application.work()
  }, 90_000)
  afterAll(async () => {
    for (const end of ends) await end()
  }, 60_000)

  async function bucketOn(server: 'minio' | 'ceph') {
    const s3 = await useS3Server({ kind: server })
    ends.push(() => s3.stop())
    return s3Storage({
      bucket: await s3.createBucket(),
      region: s3.region,
      endpoint: s3.endpoint,
      signedChecksum: s3.signedChecksum,
      credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    })
  }

  const put = async ({ method, url: target, headers }: SignedRequest): Promise<void> => {
    const answer = await fetch(target, { method, headers, body: NOTHING })
    expect(answer.status).toBe(200)
  }
  const tusAsk = (method: string, target: string, headers: Record<string, string>): Promise<Response> =>
    fetch(new URL(target, url), {
      method,
      headers: { 'tus-resumable': '1.0.0', ...headers },
      ...(method === 'PATCH' ? { body: NOTHING } : {}),
    })
  /** Of a session by tus, by its path. */
  const assetAt = async (location: string): Promise<string> => {
    const segment = new URL(location, url).pathname.split('/').at(-1) ?? ''
    return (await rindle.findResumableSession(segment, { actorId: 'ada' })).assetId
  }
  const assertTaken = async (answer: Response, status: number): Promise<void> => {
    if (answer.status === status) return
    throw refusal(await answer.text())
  }

  const WAYS: Readonly<Record<string, (profile: Profile) => Promise<string>>> = {
    'a File through the application': async (profile) =>
      (await rindle.upload(profile, new File([], declared.filename, { type: declared.contentType }))).id,
    'a stream of a form': async (profile) => (await rindle.upload(profile, Readable.from([]), declared)).id,
    'the body of a request': async (profile) => {
      const headers = { 'content-type': declared.contentType, 'content-length': '0' }
      const request = new Request('http://app.test/', { method: 'POST', headers })
      return (await rindle.upload(profile, request, { filename: declared.filename })).id
    },
    'one PUT of a declared size': async (profile) => {
      const { session, request } = await rindle.presignedPut(profile, { ...declared, byteSize: 0 })
      await put(request)
      return (await rindle.verifyCompletion(session.id)).asset.id
    },
    'one PUT of any size': async (profile) => {
      const { session, request } = await rindle.presignedPut(profile, declared)
      await put(request)
      return (await rindle.verifyCompletion(session.id)).asset.id
    },
    'a resumable upload': async (profile) => {
      const { session } = await rindle.initiateResumableSession(profile, { ...declared, byteSize: 0 })
      return (await rindle.verifyCompletion(session.id)).asset.id
    },
    'tus, with its length': async (profile) => {
      const headers = { 'upload-length': '0', 'upload-metadata': encoded({ profile, ...metadata }) }
      const created = await tusAsk('POST', `${url}/tus`, headers)
      await assertTaken(created, 201)
      return assetAt(created.headers.get('location') ?? '')
    },
    'tus, whose length comes later': async (profile) => {
      const headers = { 'upload-defer-length': '1', 'upload-metadata': encoded({ profile, ...metadata }) }
      const created = await tusAsk('POST', `${url}/tus`, headers)
      await assertTaken(created, 201)
      const location = created.headers.get('location') ?? ''
      const ending = { 'content-type': OFFSET_STREAM, 'upload-offset': '0', 'upload-length': '0' }
      await assertTaken(await tusAsk('PATCH', location, ending), 204)
      return assetAt(location)
    },
    'tus-js-client': (profile) =>
      new Promise((resolve, reject) => {
        const upload = new Upload(Buffer.from(NOTHING), {
          endpoint: `${url}/tus`,
          metadata: { profile, ...metadata },
          retryDelays: null,
          onSuccess: () => resolve(assetAt(upload.url ?? '')),
          onError: (error) => {
            const body = 'originalResponse' in error ? error.originalResponse?.getBody() : undefined
            reject(refusal(body ?? '{}'))
          },
        })
        upload.start()
      }),
    'a page, by one PUT': async (profile) => sentByPage(profile, 'presigned_put'),
    'a page, by tus': async (profile) => sentByPage(profile, 'resumable'),
    ...(kind === 'local'
      ? {}
      : {
          'an upload in parts': async (profile: Profile) => {
            const { session, partCount } = await rindle.initiateMultipartUpload(profile, { ...declared, byteSize: 0 })
            expect(partCount).toBe(1)
            await put(await rindle.signMultipartPart(session.id, 1))
            return (await rindle.completeMultipartUpload(session.id)).asset.id
          },
          'a page, in parts': async (profile: Profile) => sentByPage(profile, 'multipart'),
        }),
  }

  async function sentByPage(profile: Profile, strategy: 'presigned_put' | 'resumable' | 'multipart'): Promise<string> {
    const client = createClient<typeof rindle>({ baseUrl: url })
    const file = new File([], declared.filename, { type: declared.contentType })
    return (await client.upload(file, { profile, strategy, waitFor: 'complete' })).id
  }

  it.each(Object.entries(WAYS))('is taken where its profile says so: %s', async (_way, send) => {
    const asset = await settled(rindle, await send('note'))
    expect(asset).toMatchObject({
      state: 'ready',
      kind: 'other',
      contentType: 'text/plain',
      filename: 'empty.txt',
      byteSize: 0,
      checksumSha256: sha256(NOTHING),
      metadata: { count: { byteSize: 0 } },
      variants: [],
    })
    const answer = await fetch(await rindle.url(rindle.narrow(asset, 'note')))
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'text/plain', ''])
  })

  it.each(Object.entries(WAYS))('is refused everywhere else, and says why: %s', async (_way, send) => {
    try {
      const asset = await settled(rindle, await send('strict'))
      expect(asset).toMatchObject({ state: 'quarantined', errorReason: 'empty_file' })
    } catch (error) {
      if (isRindleError(error, 'upload_rejected')) expect(error.details['reason']).toBe('empty_file')
      else expect(error).toMatchObject({ reason: 'empty_file' })
    }
  })

  it('is looked at by every verb as any other', async () => {
    const { id } = await rindle.upload('note', NOTHING, declared)
    await settled(rindle, id)
    expect(await rindle.reprobe(id)).toMatchObject({ changed: [] })
    expect(await rindle.verifyStorage({ checksum: true })).toMatchObject({ originalsLost: 0, originalsDamaged: 0 })
    expect((await rindle.checkInvariants()).violations).toEqual([])
    await rindle.purgeAsset(id, { live: true })
    await expect.poll(() => rindle.asset(id), { timeout: 20_000 }).toBeNull()
  })

  it('is never what a decoder would have to read', async () => {
    for (const [filename, contentType] of [
      ['a.jpg', 'image/jpeg'],
      ['a.jpg', ''],
      ['a', 'image/png'],
    ] as const) {
      const rejected = { code: 'upload_rejected', details: { reason: 'empty_file' } }
      await expect(rindle.upload('note', NOTHING, { filename, contentType })).rejects.toMatchObject(rejected)
      const options = { filename, contentType, byteSize: 0 }
      await expect(rindle.presignedPut('note', options)).rejects.toMatchObject(rejected)
    }
  })
})
