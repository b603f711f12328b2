import { defineProfile, fromPgClient, isRindleError, type RindleError } from '@rindle/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const slots = { avatar: 'one', gallery: { many: true, max: 2 } } as const
const profiles = {
  photo: defineProfile({ storage: 'main', accept, slots }),
  scan: defineProfile({ storage: 'main', accept, slots }),
}
const ANA = { actorId: 'ana' }

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

/** The id that a client sends, with the profile that the application expects. */
async function uploaded(actorId?: string, profile: 'photo' | 'scan' = 'photo') {
  const { rindle } = application
  const options = { filename: 'a.jpg', ...(actorId === undefined ? {} : { actorId }) }
  const { id } = await settled(rindle, (await rindle.upload(profile, picture, options)).id)
  return { id, profile: 'photo' as const }
}

async function refusal(attempt: Promise<unknown>): Promise<Pick<RindleError, 'code' | 'message' | 'details'>> {
  const error: unknown = await attempt.then(() => null).catch((reason: unknown) => reason)
  if (!isRindleError(error)) throw error
  return { code: error.code, message: error.message, details: error.details }
}

async function attachedTo(id: string): Promise<readonly string[]> {
  const rows = await application.rindle.prisma.mediaAttachment.findMany({ where: { assetId: id } })
  return rows.map((row) => `${row.ownerId} ${row.slot}`)
}

describe('an asset whose id a client sent', () => {
  it('is attached for the actor who uploaded it, also when the form is sent twice', async () => {
    const { rindle } = application
    const [owner, asset, next] = [newOwner(), await uploaded('ana'), await uploaded('7')]
    const first = await rindle.attachUploaded(asset, owner, 'avatar', ANA)
    expect(await rindle.attachUploaded(asset, owner, 'avatar', ANA)).toEqual(first)
    await rindle.attachUploaded(next, owner, 'avatar', { actorId: 7 })
    expect((await rindle.attachmentFor(owner, 'avatar'))?.asset.id).toBe(next.id)
  })

  it('is added at the end of a slot of many, until that is full', async () => {
    const { rindle } = application
    const [owner, one, two, three] = [newOwner(), await uploaded('ana'), await uploaded('ana'), await uploaded('ana')]
    await rindle.attachUploaded(two, owner, 'gallery', ANA)
    await rindle.attachUploaded(one, owner, 'gallery', ANA)
    const held = await rindle.attachmentsFor([owner], ['gallery'])
    expect(held.map(({ asset }) => asset.id)).toEqual([two.id, one.id])
    expect(await refusal(rindle.attachUploaded(three, owner, 'gallery', ANA))).toMatchObject({ code: 'conflict' })
    expect(await attachedTo(three.id)).toEqual([])
  })

  it('is not found, in the same words, unless this actor uploaded it with this profile', async () => {
    const { rindle } = application
    const owner = newOwner()
    const held = await uploaded('ben')
    await rindle.attach(held, newOwner(), 'avatar')
    const sent = {
      'of another actor': await uploaded('ben'),
      'attached, of another actor': held,
      'of nobody': await uploaded(),
      'of another profile': await uploaded('ana', 'scan'),
      'known to nobody': { id: '019a3b1c-7d2e-7f00-8000-000000000001', profile: 'photo' as const },
      'no id': { id: "' or 1=1 --", profile: 'photo' as const },
    }
    const refusals = await Promise.all(
      Object.values(sent).map((asset) => refusal(rindle.attachUploaded(asset, owner, 'avatar', ANA))),
    )
    expect(new Set(refusals.map((error) => JSON.stringify(error))).size).toBe(1)
    expect(refusals[0]?.code).toBe('not_found')
    expect(await rindle.attachmentFor(owner, 'avatar')).toBeNull()
  })

  it('needs an actor: one without an id has uploaded nothing', async () => {
    const asset = await uploaded('undefined')
    for (const actorId of [undefined, null, '', Number.NaN, {}] as never[]) {
      const attempt = application.rindle.attachUploaded(asset, newOwner(), 'avatar', { actorId })
      expect(await refusal(attempt)).toMatchObject({ code: 'invalid_input' })
    }
  })

  it('is not taken from another slot, and the slot that it was meant for keeps what it holds', async () => {
    const { rindle } = application
    const [owner, other, asset, present] = [newOwner(), newOwner(), await uploaded('ana'), await uploaded('ana')]
    await rindle.attachUploaded(asset, other, 'avatar', ANA)
    await rindle.attachUploaded(present, owner, 'avatar', ANA)
    for (const slot of ['avatar', 'gallery'] as const) {
      const { code, message } = await refusal(rindle.attachUploaded(asset, owner, slot, ANA))
      expect([code, message.includes(String(other.id))]).toEqual(['conflict', false])
    }
    expect((await rindle.attachmentFor(owner, 'avatar'))?.asset.id).toBe(present.id)
    expect(await attachedTo(asset.id)).toEqual([`${other.id} avatar`])
  })

  it('is not attached before its file has passed the checks, so that a refused one costs nothing', async () => {
    const { rindle } = application
    const begun = { filename: 'a.jpg', contentType: 'image/jpeg', byteSize: 10, ...ANA }
    const { session } = await rindle.presignedPut('photo', begun)
    const attempt = rindle.attachUploaded({ id: session.assetId, profile: 'photo' }, newOwner(), 'avatar', ANA)
    await expect(attempt).rejects.toMatchObject({
      code: 'not_deliverable',
      retryable: true,
      details: { state: 'staged' },
    })
  })

  it('belongs to the tenant that is asked', async () => {
    const { rindle } = application
    const acme = rindle.forTenant('acme')
    const { id } = await settled(rindle, (await acme.upload('photo', picture, { filename: 'a.jpg', ...ANA })).id)
    const [asset, owner] = [{ id, profile: 'photo' as const }, newOwner()]
    for (const tenant of ['globex', null]) {
      const attempt = rindle.forTenant(tenant).attachUploaded(asset, owner, 'avatar', ANA)
      expect(await refusal(attempt)).toMatchObject({ code: 'not_found' })
    }
    await acme.attachUploaded(asset, owner, 'avatar', ANA)
    expect(await attachedTo(id)).toEqual([`${owner.id} avatar`])
  })

  it('goes to one slot when it is sent for many at once', async () => {
    const asset = await uploaded('ana')
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => application.rindle.attachUploaded(asset, newOwner(), 'avatar', ANA)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await attachedTo(asset.id)).toHaveLength(1)
  })

  it.each(['read committed', 'repeatable read', 'serializable'])(
    'goes to one slot in two transactions of the application at %s',
    async (level) => {
      const { rindle, databaseUrl } = application
      const [asset, first, second] = [await uploaded('ana'), newOwner(), newOwner()]
      const clients = [new pg.Client(databaseUrl), new pg.Client(databaseUrl)] as const
      try {
        for (const client of clients) {
          await client.connect()
          await client.query(`begin isolation level ${level}`)
          // The snapshot, taken before either has attached anything.
          await client.query('select count(*) from rindle.media_attachments')
        }
        const [one, two] = clients
        await rindle.attachUploaded(asset, first, 'avatar', { ...ANA, tx: fromPgClient(one) })
        const late = refusalOf(rindle.attachUploaded(asset, second, 'avatar', { ...ANA, tx: fromPgClient(two) }))
        await one.query('commit')
        expect(await late).toBeInstanceOf(Error)
      } finally {
        for (const client of clients) await client.end()
      }
      expect(await attachedTo(asset.id)).toEqual([`${first.id} avatar`])
    },
  )

  it('is not attached when the transaction of the application ends without a commit', async () => {
    const { rindle, databaseUrl } = application
    const [asset, owner, client] = [await uploaded('ana'), newOwner(), new pg.Client(databaseUrl)]
    await client.connect()
    try {
      await client.query('begin')
      await rindle.attachUploaded(asset, owner, 'avatar', { ...ANA, tx: fromPgClient(client) })
      await client.query('rollback')
    } finally {
      await client.end()
    }
    expect(await attachedTo(asset.id)).toEqual([])
  })
})

function refusalOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(() => null).catch((error: unknown) => error)
}
