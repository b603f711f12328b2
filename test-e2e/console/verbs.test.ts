import { defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { type Operator, operatorOf, valueOf } from './operator.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const profiles = {
  photo: defineProfile({ storage: 'main', accept, slots: { cover: 'one' }, variants: { thumb: image.fit(8) } }),
}

let application: Application<typeof profiles>
let ana: Operator
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles })
  picture = await quadrants(16, 16)
  ana = operatorOf(application.rindle)
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await sql('truncate rindle.media_assets, rindle.media_operator_actions, pgboss.job cascade')
})

async function sql(text: string): Promise<void> {
  await application.rindle.prisma.$executeRawUnsafe(text)
}

/** A photo whose variant is made, and then put into a state. */
async function photo(state = 'ready', filename = 'a.png') {
  const { rindle } = application
  const { id } = await rindle.upload('photo', picture, { filename })
  const workers = await rindle.work()
  const asset = await settled(rindle, id)
  await workers.stop()
  if (state !== 'ready') {
    await sql(`update rindle.media_variants set state = '${state}' where asset_id = '${id}'`)
    await sql(`update rindle.media_assets set state = 'degraded' where id = '${id}'`)
  }
  return asset
}

const log = async () => (await application.rindle.operatorActions()).actions
const stateOf = async (id: string) => (await application.rindle.asset(id))?.variants[0]?.state

describe('a verb over chosen assets', () => {
  it('asks with its dry run, and acts on what was agreed to, with one row in the log', async () => {
    const [failed, ready] = [await photo('failed'), await photo()]
    const ask = await ana.get(`/verbs/requeueVariants?id=${failed.id}&id=${ready.id}`)
    expect(ask.status).toBe(200)
    expect(ask.text).toContain('1 asset')
    expect(ask.text).toContain('It has no failed or cancelled variant.')
    expect(await stateOf(failed.id)).toBe('failed')
    expect(await log()).toEqual([])

    const done = await ana.confirm(`/verbs/requeueVariants?id=${failed.id}&id=${ready.id}`, { reason: 'again' })
    expect([done.status, done.location]).toEqual([303, '/admin/log'])
    expect(await stateOf(failed.id)).toBe('queued')
    expect(await log()).toMatchObject([
      {
        actor: 'ana',
        verb: 'requeueVariants',
        scope: { ids: [failed.id, ready.id], why: 'again' },
        numbers: { selected: 2, done: 1, leftAlone: 1, enqueued: 1 },
        outcome: 'done',
      },
    ])
  })

  it('refuses when more qualifies by now than was agreed to, and without an agreement', async () => {
    const [one, two] = [await photo('failed'), await photo()]
    const path = `/verbs/requeueVariants?id=${one.id}&id=${two.id}`
    const agreed = valueOf((await ana.get(path)).text, 'expect') ?? ''
    await sql(`update rindle.media_variants set state = 'failed'`)
    for (const expected of [agreed, '']) {
      const fields = [
        ['id', one.id],
        ['id', two.id],
        ['expect', expected],
      ] as const
      expect((await ana.post('/verbs/requeueVariants', fields)).status).toBe(409)
    }
    expect([await stateOf(one.id), await stateOf(two.id)]).toEqual(['failed', 'failed'])
    expect(await log()).toMatchObject([
      { outcome: 'refused', errorReason: 'conflict' },
      { outcome: 'refused', errorReason: 'conflict' },
    ])
  })

  it('that destroys has its number typed, and says what stays and why', async () => {
    const [loose, held] = [await photo(), await photo()]
    await application.rindle.attach({ id: held.id, profile: 'photo' }, { type: 'member', id: 7 }, 'cover')
    const path = `/verbs/purgeAsset?id=${loose.id}&id=${held.id}`
    const { text } = await ana.get(path)
    expect(text).toContain('This cannot be undone.')
    expect(text).toMatch(/is attached to member:7 \(cover\)/)
    const ids = [
      ['id', loose.id],
      ['id', held.id],
      ['expect', '1'],
    ] as const
    expect((await ana.post('/verbs/purgeAsset', ids)).status).toBe(409)
    expect((await ana.post('/verbs/purgeAsset', [...ids, ['typed', '1']])).status).toBe(303)
    expect((await application.rindle.asset(loose.id))?.state).toBe('deleted')
    expect((await application.rindle.asset(held.id))?.state).toBe('ready')
    expect((await ana.confirm(`${path}&detach=1`)).status).toBe(303)
    expect((await application.rindle.asset(held.id))?.state).toBe('deleted')
  })

  it.each([
    ['reprobe', 'ready', { changed: 0 }],
    ['regenerateVariants', 'stale', { enqueued: 1 }],
    ['cancelProcessing', 'queued', { cancelled: 1 }],
  ])('%s works by its form', async (verb, state, numbers) => {
    const { id } = await photo(state)
    expect((await ana.confirm(`/verbs/${verb}?id=${id}`)).status).toBe(303)
    expect(await log()).toMatchObject([{ verb, numbers, outcome: 'done', scope: { asset: id } }])
  })

  it('releases from quarantine, moves a focus, and takes an asset from its owner', async () => {
    const { rindle } = application
    const { id } = await photo()
    expect((await ana.confirm(`/verbs/setFocus?id=${id}&x=0.25&y=0.5`)).status).toBe(303)
    expect((await rindle.asset(id))?.focus).toEqual({ x: 0.25, y: 0.5 })
    await rindle.attach({ id, profile: 'photo' }, { type: 'member', id: 7 }, 'cover')
    const holder = 'ownerType=member&ownerId=7&slot=cover'
    expect((await ana.confirm(`/verbs/detach?id=${id}&${holder}`)).status).toBe(303)
    expect(await rindle.attachmentFor({ type: 'member', id: 7 }, 'cover')).toBe(null)
    expect((await ana.confirm(`/verbs/detach?id=${id}&${holder}`)).status).toBe(409)

    const refused = await rindle.upload('photo', picture)
    await sql(
      `update rindle.media_assets set state = 'quarantined', error_reason = 'scanner_found:x' where id = '${refused.id}'`,
    )
    expect((await ana.confirm(`/verbs/releaseAsset?id=${refused.id}`)).status).toBe(303)
    expect((await rindle.asset(refused.id))?.state).toBe('validating')
    expect((await log()).map(({ verb, outcome }) => `${verb} ${outcome}`)).toEqual([
      'releaseAsset done',
      'detach refused',
      'detach done',
      'setFocus done',
    ])
  })
})

describe('a verb of maintenance', () => {
  it('runs dry first, then for real with the number of the dry run', async () => {
    const { id } = await photo('failed')
    expect((await ana.post('/maintenance/requeueAll', { mode: 'dry', profile: 'photo' })).status).toBe(303)
    const page = await vi.waitFor(async () => {
      const { text } = await ana.get('/maintenance/requeueAll')
      expect(text).toContain('Requeue for real?')
      return text
    })
    expect(valueOf(page, 'expect')).toBe('1')
    expect(valueOf(page, 'profile')).toBe('photo')
    expect(await stateOf(id)).toBe('failed')
    expect((await ana.post('/maintenance/requeueAll', { mode: 'live', profile: 'photo', expect: '0' })).status).toBe(
      409,
    )
    expect((await ana.post('/maintenance/requeueAll', { mode: 'live', profile: 'photo', expect: '1' })).status).toBe(
      303,
    )
    await vi.waitFor(async () => expect(await stateOf(id)).toBe('queued'))
    await vi.waitFor(async () =>
      expect(await log()).toMatchObject([
        { dryRun: false, outcome: 'done', numbers: { enqueued: 1 }, scope: { profile: 'photo' } },
        { dryRun: false, outcome: 'refused', errorReason: 'conflict' },
        { dryRun: true, outcome: 'done', numbers: { enqueued: 1 } },
      ]),
    )
  })

  it.each([
    'recoverLostWork',
    'regenerateVariants',
    'backfillMetadata',
    'verifyStorage',
    'scanOrphans',
    'abortIncompleteUploads',
    'cleanupOrphans',
    'purgeUnattached',
    'evictVariants',
    'sweepOrphanedTempFiles',
    'pruneRuns',
    'pruneEvents',
  ])('%s runs dry', async (verb) => {
    expect((await ana.post(`/maintenance/${verb}`, { mode: 'dry' })).status).toBe(303)
    await vi.waitFor(async () => expect(await log()).toMatchObject([{ verb, dryRun: true, outcome: 'done' }]))
    expect((await ana.get(`/maintenance/${verb}`)).status).toBe(200)
  })
})

describe('an upload', () => {
  it('is aborted once', async () => {
    const session = await application.rindle.initiateUpload('photo', {
      filename: 'a.png',
      contentType: 'image/png',
      byteSize: 10,
      actorId: 'u',
    })
    expect((await ana.confirm(`/verbs/abortUpload?id=${session.id}`)).status).toBe(303)
    expect((await application.rindle.uploadSession(session.id)).state).toBe('aborted')
    expect((await ana.get(`/verbs/abortUpload?id=${session.id}`)).text).toContain('It is aborted.')
  })
})

describe('an operator who may not', () => {
  it('gets no page that asks, and a forged form changes nothing but is in the log', async () => {
    const ben = operatorOf(application.rindle, () => false, 'ben')
    const { id } = await photo('failed')
    expect((await ben.get(`/verbs/requeueVariants?id=${id}`)).status).toBe(403)
    expect((await ben.get('/maintenance/requeueAll')).text).not.toContain('<form method="post"')
    const token = 'x'
    expect((await ben.post('/verbs/requeueVariants', { id, expect: '1', token })).status).toBe(403)
    expect((await ben.post('/maintenance/requeueAll', { mode: 'live', expect: '1', token })).status).toBe(403)
    expect(await stateOf(id)).toBe('failed')
    expect(await log()).toEqual([])
  })

  it.each([
    ['of another site', { 'sec-fetch-site': 'cross-site' }, {}],
    ['of another origin', { 'sec-fetch-site': 'same-origin', origin: 'https://evil.test' }, {}],
    ['without the token', {}, { token: '' }],
    ["with another operator's token", {}, { token: 'A'.repeat(43) }],
  ])('is anybody with a form %s', async (_what, headers, fields) => {
    const { id } = await photo('failed')
    expect((await ana.post('/verbs/requeueVariants', { id, expect: '1', ...fields }, headers)).status).toBe(403)
    expect(await stateOf(id)).toBe('failed')
  })
})
