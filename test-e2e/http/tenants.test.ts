import { join } from 'node:path'
import { defineProfile, type Rindle, type TenantRindle } from '@rindle/core'
import { createHandler, type RindleHandler } from '@rindle/http'
import { image } from '@rindle/processor-image/recipes'
import { memoryStorage } from '@rindle/testing'
import { tusServer } from '@rindle/tus'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { imagesOptions } from '../support/family-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { SEED } from '../support/run-length.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept,
    slots: { gallery: 'many' },
    variants: { thumb: image.crop(8, 8), hero: image.responsive({ widths: [8], formats: ['webp'] }) },
  }),
  region: defineProfile({ storage: ({ tenant }) => (tenant === 'europa' ? 'europe' : 'main'), accept }),
}
const OWNER = { type: 'member', id: 7 }

/** What a tenant has, by its ids, secrets and URLs. */
interface Belongings {
  readonly assetId: string
  readonly sessionId: string
  readonly tusPath: string
  readonly imageUrl: string
  readonly fileUrl: string
}

let application: Application<typeof profiles>
let rindle: Rindle
let handler: RindleHandler
let picture: Buffer
let acme: Belongings
const before = async () => ({
  assets: await rindle.prisma.mediaAsset.findMany({ orderBy: { id: 'asc' } }),
  sessions: await rindle.prisma.mediaUploadSession.findMany({ orderBy: { id: 'asc' } }),
  attachments: await rindle.prisma.mediaAttachment.findMany({ orderBy: { id: 'asc' } }),
})

beforeAll(async () => {
  application = await startApplication({
    profiles,
    storages: { europe: memoryStorage() },
    images: imagesOptions,
    streams: imagesOptions,
  })
  rindle = application.rindle as unknown as Rindle
  handler = createHandler(application.rindle, {
    basePath: '/rindle',
    // The same person is known to both tenants.
    actor: () => ({ id: 'ann' }),
    tenant: (request) => request.headers.get('x-tenant'),
    tus: tusServer(application.rindle, { path: '/rindle/tus' }),
  })
  picture = await quadrants(16, 16)
  const workers = await application.work()
  const tenant = rindle.forTenant('acme')
  const asset = await tenant.upload('photo', picture, {
    filename: 'a.jpg',
    actorId: 'ann',
    owner: OWNER,
    slot: 'gallery',
  })
  const ready = await settled(rindle, asset.id)
  await workers.stop()
  const begun = { filename: 'b.jpg', contentType: 'image/jpeg', byteSize: 10, actorId: 'ann' }
  const { session } = await tenant.presignedPut('photo', begun)
  const { sessionUri } = await tenant.initiateResumableSession('photo', begun)
  acme = {
    assetId: asset.id,
    sessionId: session.id,
    tusPath: `/tus/${sessionUri}`,
    imageUrl: (await tenant.familyUrl(ready, 'hero')) ?? '',
    fileUrl: await tenant.url(ready),
  }
})
afterAll(async () => application[Symbol.asyncDispose]())

function ask(tenant: string | null, method: string, path: string, body?: object): Promise<Response> {
  const headers = new Headers({ 'content-type': 'application/json', 'tus-resumable': '1.0.0' })
  if (tenant !== null) headers.set('x-tenant', tenant)
  if (path.startsWith('/tus') && method === 'PATCH') {
    headers.set('content-type', 'application/offset+octet-stream')
    headers.set('upload-offset', '0')
  }
  const request = new Request(`http://app.test/rindle${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return handler(request)
}

/** Every route that takes an id, with what changes nothing first. */
const routes = (of: Belongings): readonly [method: string, path: string, body?: object][] => [
  ['GET', `/uploads/${of.sessionId}`],
  ['GET', `/assets/${of.assetId}`],
  ['GET', `/assets/${of.assetId}/events`],
  ['HEAD', of.tusPath],
  ['GET', `/images/${of.imageUrl.split('/images/')[1]}?w=8`],
  ['GET', `/files/${of.fileUrl.split('/').at(-1)}`],
  ['POST', `/uploads/${of.sessionId}/sign`],
  ['POST', `/uploads/${of.sessionId}/parts/1`],
  ['POST', `/uploads/${of.sessionId}/complete`],
  ['POST', `/assets/${of.assetId}/focus`, { focus: { x: 0.5, y: 0.5 } }],
  ['POST', `/assets/${of.assetId}/tracks`, { text: 'WEBVTT\n', kind: 'captions', lang: 'en' }],
  ['DELETE', `/assets/${of.assetId}/tracks/${of.assetId}`],
  ['PATCH', of.tusPath],
  ['DELETE', of.tusPath],
  ['DELETE', `/uploads/${of.sessionId}`],
]

describe('ids, secrets and URLs of another tenant', () => {
  it('lead to nothing on any route, in any order, and change nothing', async () => {
    const rows = await before()
    const strangers = fc.constantFrom('globex', 'acme2', null)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes(acme)), strangers, async ([method, path, body], tenant) => {
        const response = await ask(tenant, method, path, body)
        expect([method, path, response.status]).toEqual([method, path, 404])
        const text = await response.text()
        if (method !== 'HEAD') expect(JSON.parse(text)).toMatchObject({ code: 'not_found' })
      }),
      { seed: SEED, numRuns: 120 },
    )
    expect(await before()).toEqual(rows)
  })

  it('are served to their own tenant on the same routes', async () => {
    for (const [method, path, body] of routes(acme).slice(0, 7)) {
      const response = await ask('acme', method, path, body)
      expect([path, response.status < 300]).toEqual([path, true])
      await response.body?.cancel()
    }
  })

  it('are not found by any verb of another tenant', async () => {
    const stranger = rindle.forTenant('initech')
    const asset = { id: acme.assetId }
    const row = (await rindle.asset(acme.assetId)) as NonNullable<Awaited<ReturnType<Rindle['asset']>>>
    const rows = await before()
    const calls = callsOf(stranger, asset, row)
    // Each verb of a tenant is either here, or it takes no id.
    const methods = Object.keys(stranger).filter((name) => typeof stranger[name as keyof TenantRindle] === 'function')
    expect(methods.filter((name) => !(name in calls) && !WITHOUT_IDS.includes(name))).toEqual([])
    for (const [name, call] of Object.entries(calls)) {
      const outcome = await Promise.resolve()
        .then(call)
        .catch((error: { code?: string }) => error.code)
      expect([name, outcome]).toEqual([name, name in NOTHING ? NOTHING[name] : 'not_found'])
    }
    expect(await before()).toEqual(rows)
  })
})

const WITHOUT_IDS = [
  'withTransaction',
  'upload',
  'uploadFrom',
  'receive',
  'initiateUpload',
  'presignedPut',
  'initiateMultipartUpload',
  'initiateResumableSession',
  'uploadResumable',
  'storageAdapterFor',
  'narrow',
  'serveFile',
  'serveImage',
  'serveStream',
]

const EMPTY_ERASURE = { attachmentsToDetach: [], assetsToPurge: [], retainedSharedAssets: [], blocked: [] }
/** What a verb gives that finds nothing, where it is no error. */
const NOTHING: Readonly<Record<string, unknown>> = {
  asset: null,
  assetWithUploader: null,
  uploaderOf: null,
  attachmentFor: null,
  attachmentsFor: [],
  detach: 'conflict',
  reorder: 'conflict',
  previewOwnerErasure: EMPTY_ERASURE,
  eraseOwner: EMPTY_ERASURE,
  exportOwner: expect.objectContaining({ assets: 0, files: 0 }),
  listAssets: { assets: [], next: null },
  listVariants: { variants: [], next: null },
  requeueAll: expect.objectContaining({ selected: 0 }),
  purgeTrashed: expect.objectContaining({ found: 0 }),
  evictVariants: expect.objectContaining({ found: 0 }),
  backfillMetadata: expect.objectContaining({ scanned: 0, lastId: null }),
  verifyStorage: expect.objectContaining({ lastId: null }),
  regenerateVariants: expect.objectContaining({ enqueued: 0, skipped: 0, lastId: null }),
  purgeUnattached: expect.objectContaining({ found: 0, lastId: null }),
}

type AssetRow = NonNullable<Awaited<ReturnType<Rindle['asset']>>>

function callsOf(of: TenantRindle, asset: { id: string }, row: AssetRow): Record<string, () => unknown> {
  const { sessionId } = acme
  const uri = acme.tusPath.slice('/tus/'.length)
  const received = { tenant: 'acme' } as Parameters<TenantRindle['register']>[0]
  const bySession = Object.fromEntries(
    (
      [
        'signUpload',
        'listMultipartParts',
        'completeMultipartUpload',
        'verifyCompletion',
        'verifyUpload',
        'inspectUpload',
        'resumableSessionUri',
        'resumableSessionStatus',
        'writeResumableSession',
        'cancelResumableSession',
        'abortUpload',
        'uploadSession',
      ] as const
    ).map((name) => [name, (): unknown => of[name](sessionId)]),
  )
  return {
    ...bySession,
    signMultipartPart: () => of.signMultipartPart(sessionId, 1),
    confirmUpload: () => of.confirmUpload({ sessionId, object: null }),
    concatenateUploads: () => of.concatenateUploads('photo', [sessionId], { filename: 'a.jpg' }),
    findResumableSession: () => of.findResumableSession(uri, { actorId: 'ann' }),
    register: () => of.register(received),
    discard: () => of.discard(received),
    subscribe: () => of.subscribe({ assetId: asset.id }, () => undefined),
    assetWithUploader: () => of.assetWithUploader(asset.id),
    uploaderOf: () => of.uploaderOf(asset.id),
    asset: () => of.asset(asset.id),
    setFocus: () => of.setFocus(asset, null),
    addTrack: () => of.addTrack(asset, 'WEBVTT\n', { kind: 'captions', lang: 'en' }),
    removeTrack: () => of.removeTrack(asset, asset.id),
    mergeMetadata: () => of.mergeMetadata(asset, { a: 1 }),
    readyVariantsFor: () => of.readyVariantsFor(asset),
    cancelProcessing: () => of.cancelProcessing(asset.id),
    trash: () => of.trash(asset),
    restore: () => of.restore(asset),
    trashedAttachments: () => of.trashedAttachments(asset),
    hold: () => of.hold(asset, { reason: 'mine' }),
    unhold: () => of.unhold(asset),
    attach: () => of.attach({ ...asset, profile: 'photo' }, { type: 'member', id: 8 }, 'gallery'),
    append: () => of.append({ ...asset, profile: 'photo' }, OWNER, 'gallery'),
    attachUploaded: () => of.attachUploaded({ ...asset, profile: 'photo' }, OWNER, 'gallery', { actorId: 'ann' }),
    detach: () => of.detach(OWNER, 'gallery'),
    reorder: () => of.reorder(OWNER, 'gallery', [asset.id]),
    attachmentFor: () => of.attachmentFor(OWNER, 'gallery'),
    attachmentsFor: () => of.attachmentsFor([OWNER], ['gallery']),
    url: () => of.url(row),
    variantUrl: () => of.variantUrl(row, 'thumb'),
    trackUrl: () => of.trackUrl(row, row.tracks[0] as never),
    urlsFor: () => of.urlsFor([row]),
    familyUrl: () => of.familyUrl(row, 'hero'),
    streamUrl: () => of.streamUrl(row, 'film'),
    storyboardUrl: () => of.storyboardUrl(row, 'thumb'),
    picture: () => of.picture(row, { variants: ['thumb'], alt: '' }),
    video: () => of.video(row, {} as never),
    audio: () => of.audio(row, {} as never),
    reprobe: () => of.reprobe(asset.id),
    releaseAsset: () => of.releaseAsset(asset.id),
    requeueVariants: () => of.requeueVariants(asset.id),
    purgeAsset: () => of.purgeAsset(asset.id, { live: true, detach: true }),
    previewOwnerErasure: () => of.previewOwnerErasure(OWNER),
    eraseOwner: () => of.eraseOwner(OWNER),
    exportOwner: () => of.exportOwner(OWNER, { directory: join(application.directory, 'export') }),
    listAssets: () => of.listAssets(),
    listVariants: () => of.listVariants(),
    requeueAll: () => of.requeueAll({ live: true }),
    purgeTrashed: () => of.purgeTrashed(),
    evictVariants: () => of.evictVariants(),
    backfillMetadata: () => of.backfillMetadata(),
    verifyStorage: () => of.verifyStorage(),
    regenerateVariants: () => of.regenerateVariants(),
    purgeUnattached: () => of.purgeUnattached({ live: true, graceSeconds: 0 }),
  }
}

describe('a tenant', () => {
  it('gets what it uploads, below its own prefix, and the lists see nothing else', async () => {
    const globex = rindle.forTenant('globex')
    const asset = await globex.upload('photo', picture, { filename: 'c.jpg' })
    expect(asset).toMatchObject({ tenant: 'globex' })
    expect(asset.storageKey).toMatch(`tenants/globex/photo/${asset.id}/original-`)
    const begun = await ask('globex', 'POST', '/uploads', {
      profile: 'photo',
      filename: 'd.jpg',
      contentType: 'image/jpeg',
      byteSize: 10,
      strategy: 'presigned_put',
    })
    const { id } = (await begun.json()) as { id: string }
    const session = await globex.uploadSession(id)
    expect(session).toMatchObject({ tenant: 'globex', actorId: 'ann' })
    expect(session.uploadKey).toMatch('staging/tenants/globex/photo/')
    const listed = (await globex.listAssets()).assets.map((each) => each.id)
    expect(listed.toSorted()).toEqual([asset.id, session.assetId].toSorted())
    expect((await globex.listAssets({ profile: 'photo', state: 'staged' })).assets).toHaveLength(1)
    const none = await rindle.upload('photo', picture, { filename: 'e.jpg' })
    expect((await rindle.forTenant(null).listAssets({ profile: 'photo' })).assets.map((each) => each.id)).toEqual([
      none.id,
    ])
    expect(await globex.asset(none.id)).toBeNull()
    // The slot of an owner of the other tenant is left alone.
    await expect(globex.append(asset, OWNER, 'gallery')).rejects.toMatchObject({ code: 'conflict' })
    expect((await rindle.attachmentsFor([OWNER], ['gallery'])).map(({ assetId }) => assetId)).toEqual([acme.assetId])
  })

  it('may have its own storage, by the choice of a profile', async () => {
    const europa = rindle.forTenant('europa')
    const [here, there] = [await rindle.upload('region', picture), await europa.upload('region', picture)]
    expect([here.storage, there.storage]).toEqual(['main', 'europe'])
    const begun = await europa.initiateResumableSession('region', { filename: 'a.jpg', contentType: 'image/jpeg' })
    expect(await rindle.asset(begun.session.assetId)).toMatchObject({ storage: 'europe', tenant: 'europa' })
    expect(rindle.storageAdapterFor('region')).not.toBe(europa.storageAdapterFor('region'))
    expect(() => defineProfile({ storage: ({ tenant }) => tenant as string, accept })).toThrow(/must return the name/)
  })

  it('has a name that can be a part of a key', () => {
    for (const name of ['', 'ACME', 'a/b', '../a', 'a'.repeat(65), 'é']) {
      expect(() => rindle.forTenant(name)).toThrow(/The tenant .* must be 1 to 64 characters/)
    }
  })
})
