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
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
    slots: { gallery: { many: true, max: 4 } },
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

describe('files for a slot of many', () => {
  type Order = { readonly batch: string; readonly index: number }
  const gallery = async (owner: Owner): Promise<string[]> =>
    (await application.rindle.attachmentsFor([owner], ['gallery'])).map(({ assetId }) => assetId)
  const beginFor = (owner: Owner, order?: Order) =>
    application.rindle.presignedPut('photo', {
      filename: 'a.jpg',
      contentType: 'image/jpeg',
      owner,
      slot: 'gallery',
      ...(order === undefined ? {} : { order }),
    })
  type Begun = Awaited<ReturnType<typeof beginFor>>
  const arrive = async ({ session, request }: Begun): Promise<string> => {
    await send(request, picture)
    await application.rindle.verifyCompletion(session.id)
    return (await settled(application.rindle, session.assetId)).id
  }

  it.each([
    ['in the order in which they were chosen', ['trip', 'trip', 'trip'], [2, 0, 1]],
    ['without that, in the order in which their uploads began', [], [0, 1, 2]],
  ])('are all kept, %s, whichever is there first', async (_how, batches, indexes) => {
    const owner = newOwner()
    const begun: Begun[] = []
    for (const place of [0, 1, 2]) {
      const batch = batches[place]
      begun.push(await beginFor(owner, batch === undefined ? undefined : { batch, index: indexes[place] ?? 0 }))
    }
    for (const upload of begun.toReversed()) await arrive(upload)
    const chosen = indexes.map((index, place) => [index, begun[place]?.session.assetId] as const)
    expect(await gallery(owner)).toEqual(chosen.toSorted(([a], [b]) => a - b).map(([, id]) => id))
  })

  it('take their place among those that somebody has put into another order', async () => {
    const owner = newOwner()
    const place = (index: number) => beginFor(owner, { batch: 'trip', index })
    const [first, second, third] = [await place(0), await place(1), await place(2)]
    const [one, three] = [await arrive(first), await arrive(third)]
    await application.rindle.reorder(owner, 'gallery', [three, one])
    const two = await arrive(second)
    const four = await arrive(await place(3))
    expect(await gallery(owner)).toEqual([two, three, one, four])
  })

  it('of a form keep the order, too, and the last one chosen stays in a slot of one', async () => {
    const { rindle } = application
    const owner = newOwner()
    const chosen = [2, 1, 0].map((index) => ({ filename: `${index}.jpg`, owner, order: { batch: 'form', index } }))
    const photos = await Promise.all(
      chosen.map((options) => rindle.upload('photo', picture, { ...options, slot: 'gallery' })),
    )
    expect(await gallery(owner)).toEqual(photos.toReversed().map(({ id }) => id))
    const ids: string[] = []
    for (const options of chosen) ids.push((await rindle.upload('avatar', picture, { ...options, slot: SLOT })).id)
    expect(await attached(owner)).toBe(ids[0])
  })

  it('are refused when they begin if it is full; one that comes too late is ready, and not attached', async () => {
    const owner = newOwner()
    const begun: Begun[] = []
    for (let index = 0; index < 5; index += 1) begun.push(await beginFor(owner))
    const ids: string[] = []
    for (const upload of begun) ids.push(await arrive(upload))
    expect(await gallery(owner)).toEqual(ids.slice(0, 4))
    expect(await application.rindle.asset(ids[4] ?? '')).toMatchObject({ state: 'ready' })
    await expect(beginFor(owner)).rejects.toMatchObject({ code: 'conflict', details: { slot: 'gallery', max: 4 } })
  })

  it('have an order of a known form', async () => {
    for (const order of [
      { batch: '', index: 0 },
      { batch: 'a b', index: 0 },
      { batch: 'a', index: -1 },
      { batch: 'a', index: 0.5 },
    ]) {
      await expect(beginFor(newOwner(), order)).rejects.toMatchObject({ code: 'invalid_input' })
    }
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
