import { type Asset, defineProfile, type Owner, type SignedRequest, type UploadSession } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { faultyStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

const SLOT = 'avatar'
const profiles = {
  avatar: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(8, 8) },
    slots: { [SLOT]: 'one' },
  }),
}

/** Storage keys that a worker waits for before it copies them. */
const held = new Map<string, Promise<void>>()

let application: Application<typeof profiles>
let picture: Buffer
let lastOwner = 0
const newOwner = (): Owner => ({ type: 'member', id: ++lastOwner })

beforeAll(async () => {
  application = await startApplication({
    profiles,
    wrapStorage: (storage) =>
      faultyStorage(storage, { onCall: (point, [key = '']) => (point === 'copy:before' ? held.get(key) : undefined) }),
  })
  await application.work()
  picture = await quadrants(20, 20)
})
afterAll(async () => application[Symbol.asyncDispose]())

async function begin(owner: Owner): Promise<{ readonly session: UploadSession; readonly request: SignedRequest }> {
  return application.rindle.presignedPut('avatar', {
    filename: 'me.jpg',
    contentType: 'image/jpeg',
    owner,
    slot: SLOT,
  })
}

async function send({ method, url, headers }: SignedRequest, bytes: Uint8Array): Promise<void> {
  const body = new Uint8Array(bytes)
  expect((await application.rindle.serveFile(new Request(url, { method, headers, body }))).status).toBe(200)
}

async function attached(owner: Owner): Promise<string | undefined> {
  return (await application.rindle.attachmentFor(owner, SLOT))?.assetId
}

/** An owner who has an avatar. */
async function ownerWithAvatar(): Promise<{ readonly owner: Owner; readonly asset: Asset }> {
  const owner = newOwner()
  const asset = await application.rindle.upload('avatar', picture, { filename: 'old.jpg', owner, slot: SLOT })
  await settled(application.rindle, asset.id)
  return { owner, asset }
}

const gone = (id: string): Promise<void> =>
  vi.waitFor(async () => expect(await application.rindle.asset(id)).toBeNull(), { timeout: 10_000, interval: 10 })

describe('an upload that is begun for a slot', () => {
  it('replaces the current attachment once it is available, and not before', async () => {
    const { rindle } = application
    const { owner, asset: old } = await ownerWithAvatar()
    const { session, request } = await begin(owner)
    expect(await attached(owner)).toBe(old.id)
    await send(request, picture)
    expect(await attached(owner)).toBe(old.id)
    const { asset } = await rindle.verifyCompletion(session.id)
    await settled(rindle, asset.id)
    expect(await attached(owner)).toBe(asset.id)
    await gone(old.id)
  })

  it('costs the owner nothing when it is refused', async () => {
    const { rindle } = application
    const { owner, asset: old } = await ownerWithAvatar()
    const { session, request } = await begin(owner)
    await send(request, Buffer.from('<html>no picture</html>'))
    const { asset } = await rindle.verifyCompletion(session.id)
    expect(await settled(rindle, asset.id)).toMatchObject({ state: 'quarantined' })
    expect(await attached(owner)).toBe(old.id)
    expect(await rindle.asset(old.id)).toMatchObject({ state: 'ready' })
  })

  it('costs the owner nothing when it is aborted', async () => {
    const { owner, asset: old } = await ownerWithAvatar()
    const { session } = await begin(owner)
    await application.rindle.abortUpload(session.id)
    expect(await attached(owner)).toBe(old.id)
  })

  it('takes a place that was empty', async () => {
    const owner = newOwner()
    const { session, request } = await begin(owner)
    await send(request, picture)
    await application.rindle.verifyCompletion(session.id)
    await vi.waitFor(async () => expect(await attached(owner)).toBe(session.assetId), { timeout: 10_000, interval: 10 })
  })

  it('leaves the slot to one that began later and completed sooner', async () => {
    const { rindle } = application
    const owner = newOwner()
    const first = await begin(owner)
    await send(first.request, picture)
    const second = await begin(owner)
    await send(second.request, picture)
    await rindle.verifyCompletion(second.session.id)
    await settled(rindle, second.session.assetId)
    // Nobody had said that the first has arrived: maintenance finds it when its time has run out.
    const later = await application.another({ now: () => new Date(Date.now() + 7_200_000) })
    await later.abortIncompleteUploads()
    expect(await settled(rindle, first.session.assetId)).toMatchObject({ state: 'ready' })
    expect(await attached(owner)).toBe(second.session.assetId)
    expect(await rindle.asset(second.session.assetId)).toMatchObject({ state: 'ready' })
  })

  it('leaves the slot to one that began later and was promoted sooner', async () => {
    const { rindle } = application
    const { owner, asset: old } = await ownerWithAvatar()
    const first = await begin(owner)
    const second = await begin(owner)
    const promoted = Promise.withResolvers<void>()
    held.set(first.session.uploadKey, promoted.promise)
    for (const { session, request } of [first, second]) {
      await send(request, picture)
      await rindle.verifyCompletion(session.id)
    }
    await settled(rindle, second.session.assetId)
    promoted.resolve()
    expect(await settled(rindle, first.session.assetId)).toMatchObject({ state: 'ready' })
    expect(await attached(owner)).toBe(second.session.assetId)
    await gone(old.id)
    expect(await rindle.asset(second.session.assetId)).toMatchObject({ state: 'ready' })
  })

  it('is refused when the profile has no such slot', async () => {
    const declared = { filename: 'me.jpg', contentType: 'image/jpeg', owner: newOwner(), slot: 'cover' as 'avatar' }
    await expect(application.rindle.initiateUpload('avatar', declared)).rejects.toMatchObject({ code: 'unknown_slot' })
  })
})

describe('the erasure of an owner', () => {
  it('takes along uploads for the owner that are in flight, or were refused', async () => {
    const { rindle } = application
    const owner = newOwner()
    const waiting = await begin(owner)
    const refused = await begin(owner)
    await send(refused.request, Buffer.from('<html>no picture</html>'))
    await rindle.verifyCompletion(refused.session.id)
    await settled(rindle, refused.session.assetId)
    const both = [waiting.session.assetId, refused.session.assetId].toSorted()
    const report = { attachmentsToDetach: [], assetsToPurge: both, retainedSharedAssets: [], blocked: [] }
    expect(await rindle.previewOwnerErasure(owner)).toEqual(report)
    expect(await rindle.eraseOwner(owner)).toEqual(report)
    for (const id of both) await gone(id)
    expect(await rindle.previewOwnerErasure(owner)).toMatchObject({ assetsToPurge: [] })
  })

  it('spares assets that somebody else holds, and nothing is attached to the owner afterwards', async () => {
    const { rindle } = application
    const owner = newOwner()
    const other = newOwner()
    const { session, request } = await begin(owner)
    await rindle.attach({ id: session.assetId, profile: 'avatar' }, other, SLOT)
    expect(await rindle.eraseOwner(owner)).toMatchObject({ retainedSharedAssets: [session.assetId] })
    await send(request, picture)
    await rindle.verifyCompletion(session.id)
    await settled(rindle, session.assetId)
    expect(await attached(owner)).toBeUndefined()
    expect(await attached(other)).toBe(session.assetId)
  })
})
