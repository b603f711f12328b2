import { defineProfile } from '@rindle/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'

const profiles = {
  plain: defineProfile({
    storage: 'main',
    slots: { ...SLOTS, pair: { many: true, max: 2 } },
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
  }),
  slotted: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    slots: { avatar: 'one' },
  }),
}

let application: Application<typeof profiles>
let picture: Buffer
let lastOwner = 0
const newOwner = () => ({ type: 'member', id: ++lastOwner })

beforeAll(async () => {
  application = await startApplication({ profiles })
  await application.work()
  picture = await quadrants(16, 16)
})
afterAll(async () => application[Symbol.asyncDispose]())

async function newAsset() {
  const uploaded = await application.rindle.upload('plain', picture, { filename: 'a.jpg' })
  return application.rindle.narrow(await settled(application.rindle, uploaded.id), 'plain')
}

async function untilPurged(assetId: string): Promise<void> {
  await vi.waitFor(async () => expect(await application.rindle.asset(assetId)).toBeNull(), { timeout: 10_000 })
}

describe('attach', () => {
  it('holds the slot alone: the previous asset is purged with its objects', async () => {
    const { rindle } = application
    const owner = newOwner()
    const [first, second] = [await newAsset(), await newAsset()]
    await rindle.attach(first, owner, 'avatar')
    await rindle.attach(second, owner, 'avatar')
    expect((await rindle.attachmentFor(owner, 'avatar'))?.asset.id).toBe(second.id)
    await untilPurged(first.id)
    const gone = await rindle.serveFile(new Request(await rindle.url(first)))
    expect(gone.status).toBe(404)
  })

  it('can be repeated', async () => {
    const owner = newOwner()
    const asset = await newAsset()
    const first = await application.rindle.attach(asset, owner, 'avatar')
    expect(await application.rindle.attach(asset, owner, 'avatar')).toEqual(first)
  })

  it('takes an asset whose processing has not ended', async () => {
    const { rindle } = application
    const owner = newOwner()
    const uploaded = await rindle.upload('plain', picture, { filename: 'a.jpg', owner, slot: 'avatar' })
    expect((await rindle.attachmentFor(owner, 'avatar'))?.asset.id).toBe(uploaded.id)
  })

  it('refuses an unknown asset, an unknown slot and a malformed owner', async () => {
    const { rindle } = application
    const missing = { id: '01900000-0000-7000-8000-000000000000', profile: 'plain' as const }
    await expect(rindle.attach(missing, newOwner(), 'avatar')).rejects.toMatchObject({ code: 'not_found' })
    await expect(rindle.attach({ ...missing, id: 'x' }, newOwner(), 'avatar')).rejects.toMatchObject({
      code: 'not_found',
    })
    const slotted = await rindle.upload('slotted', picture, { filename: 'a.jpg' })
    await expect(rindle.attach(slotted, newOwner(), 'cover' as 'avatar')).rejects.toMatchObject({
      code: 'unknown_slot',
    })
    await expect(rindle.attach(slotted, { type: '', id: 1 }, 'avatar')).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })

  it.each([
    ['not a number', Number.NaN],
    ['no number', Number.POSITIVE_INFINITY],
    ['a fraction', 1.5],
    ['a number that is not exact', 2 ** 53],
    ['null', null],
    ['undefined', undefined],
    ['an object', {}],
    ['a lone surrogate', 'a\ud800'],
    ['a NUL', 'a\0b'],
    ['more than 255 characters', 'a'.repeat(256)],
  ])('refuses an owner whose id is %s, on every way to one', async (_what, id) => {
    const { rindle } = application
    const owner = { type: 'member', id: id as string }
    const refused = { code: 'invalid_input' }
    const asset = await newAsset()
    await expect(rindle.attach(asset, owner, 'avatar')).rejects.toMatchObject(refused)
    await expect(rindle.append(asset, owner, 'gallery')).rejects.toMatchObject(refused)
    await expect(rindle.detach(owner, 'avatar')).rejects.toMatchObject(refused)
    await expect(rindle.attachmentFor(owner, 'avatar')).rejects.toMatchObject(refused)
    await expect(rindle.attachmentsFor([owner], ['avatar'])).rejects.toMatchObject(refused)
    await expect(rindle.eraseOwner(owner)).rejects.toMatchObject(refused)
    await expect(rindle.previewOwnerErasure(owner)).rejects.toMatchObject(refused)
    const uploading = rindle.upload('plain', picture, { filename: 'a.jpg', owner, slot: 'avatar' })
    await expect(uploading).rejects.toMatchObject(refused)
    const direct = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: 10, owner, slot: 'avatar' as const }
    await expect(rindle.initiateResumableSession('plain', direct)).rejects.toMatchObject(refused)
  })

  it.each(['', 'a\0b', '\udfff', 'a'.repeat(256)])('refuses an actor that no row could keep', async (actorId) => {
    const options = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: 10, actorId }
    await expect(application.rindle.initiateResumableSession('plain', options)).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })

  it('refuses a quarantined asset', async () => {
    const { rindle } = application
    const uploaded = await rindle.upload('plain', picture.subarray(0, 100), { filename: 'a.jpg' })
    const asset = rindle.narrow(await settled(rindle, uploaded.id), 'plain')
    expect(asset.state).toBe('quarantined')
    await expect(rindle.attach(asset, newOwner(), 'avatar')).rejects.toMatchObject({ code: 'not_deliverable' })
  })
})

describe('an ordered slot', () => {
  it('keeps every upload for it, in their order, up to its limit', async () => {
    const { rindle } = application
    const owner = newOwner()
    const to = { filename: 'a.jpg', owner, slot: 'pair' } as const
    const first = await rindle.upload('plain', picture, to)
    const second = await rindle.upload('plain', picture, to)
    const refused = rindle.upload('plain', picture, to)
    await expect(refused).rejects.toMatchObject({ code: 'conflict', details: { slot: 'pair', max: 2 } })
    const attached = await rindle.attachmentsFor([owner], ['pair'])
    expect(attached.map(({ assetId }) => assetId)).toEqual([first.id, second.id])
    // An asset that is in the slot already needs no other place.
    await rindle.append(first, owner, 'pair')
  })

  it('is no slot of one, which nothing is added to', async () => {
    const { rindle } = application
    const appended = rindle.append(await newAsset(), newOwner(), 'avatar' as 'gallery')
    await expect(appended).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('attach()'),
    })
  })

  it('appends at the end, keeps the others, and reorders on request', async () => {
    const { rindle } = application
    const owner = newOwner()
    const assets = [await newAsset(), await newAsset(), await newAsset()]
    for (const asset of [...assets, ...assets]) await rindle.append(asset, owner, 'gallery')
    const order = async () => (await rindle.attachmentsFor([owner], ['gallery'])).map(({ assetId }) => assetId)
    const ids = assets.map(({ id }) => id)
    expect(await order()).toEqual(ids)
    await rindle.reorder(owner, 'gallery', ids.toReversed())
    expect(await order()).toEqual(ids.toReversed())
  })

  it('refuses an order that does not name exactly the attached assets', async () => {
    const { rindle } = application
    const owner = newOwner()
    const asset = await newAsset()
    await rindle.append(asset, owner, 'gallery')
    await expect(rindle.reorder(owner, 'gallery', [])).rejects.toMatchObject({ code: 'conflict' })
    await expect(rindle.reorder(owner, 'gallery', [asset.id, asset.id])).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('detach', () => {
  it('succeeds when nothing is there', async () => {
    await application.rindle.detach(newOwner(), 'avatar')
  })

  it('purges the asset with its last attachment, and not before', async () => {
    const { rindle } = application
    const asset = await newAsset()
    const [one, other] = [newOwner(), newOwner()]
    await rindle.attach(asset, one, 'avatar')
    await rindle.attach(asset, other, 'cover')
    await rindle.detach(one, 'avatar')
    expect(await rindle.asset(asset.id)).toMatchObject({ state: 'ready' })
    await rindle.detach(other, 'cover')
    await untilPurged(asset.id)
    const where = { assetId: asset.id, state: 'succeeded' } as const
    const succeeded = async () => expect(await rindle.prisma.mediaProcessingRun.count({ where })).toBe(2)
    await vi.waitFor(succeeded, { timeout: 10_000 })
  })

  it('takes one asset out of a slot that holds several', async () => {
    const { rindle } = application
    const owner = newOwner()
    const [kept, taken] = [await newAsset(), await newAsset()]
    await rindle.append(kept, owner, 'gallery')
    await rindle.append(taken, owner, 'gallery')
    await rindle.detach(owner, 'gallery', { asset: taken })
    expect((await rindle.attachmentsFor([owner], ['gallery'])).map(({ assetId }) => assetId)).toEqual([kept.id])
    await untilPurged(taken.id)
  })
})

describe('reading attachments', () => {
  it('asks a fixed number of queries for any number of owners', async () => {
    const { rindle } = application
    const owners = [newOwner(), newOwner(), newOwner()]
    for (const owner of owners) await rindle.attach(await newAsset(), owner, 'avatar')
    const found = await rindle.attachmentsFor(owners, ['avatar', 'cover'])
    expect(found.map(({ ownerId }) => ownerId)).toEqual(owners.map(({ id }) => String(id)).toSorted())
    expect(found.every(({ asset }) => asset.state === 'ready')).toBe(true)
  })

  it('gives the attachment of a slot of one, or null', async () => {
    const { rindle } = application
    const owner = newOwner()
    expect(await rindle.attachmentFor(owner, 'cover')).toBeNull()
    const asset = await newAsset()
    await rindle.attach(asset, owner, 'cover')
    expect((await rindle.attachmentFor(owner, 'cover'))?.assetId).toBe(asset.id)
  })
})
