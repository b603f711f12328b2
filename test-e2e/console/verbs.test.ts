import { randomUUID } from 'node:crypto'
import { defineProfile, type StorageAdapter } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { type Operator, operatorOf, valueOf } from './operator.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const profiles = {
  photo: defineProfile({ storage: 'main', accept, slots: { cover: 'one' }, variants: { thumb: image.fit(8) } }),
}

/** A target of events that no other test causes; nothing is sent to it. */
const webhook = {
  name: 'search',
  url: 'https://search.test/hook',
  secret: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
  events: ['asset.quarantined'],
} as const

let application: Application<typeof profiles>
/** How many more questions the storage answers at once; further ones wait for `answer`. */
let answers = Number.POSITIVE_INFINITY
let answer: () => void
let ana: Operator
let picture: Buffer

beforeAll(async () => {
  application = await startApplication({ profiles, webhooks: [webhook], wrapStorage: waiting })
  picture = await quadrants(16, 16)
  ana = operatorOf(application.rindle)
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await sql('truncate rindle.media_assets, rindle.media_operator_actions, pgboss.job cascade')
})

function waiting(storage: StorageAdapter): StorageAdapter {
  const told = new Promise<void>((resolve) => {
    answer = resolve
  })
  return {
    ...storage,
    head: async (key, options) => {
      answers -= 1
      if (answers < 0) await told
      return storage.head(key, options)
    },
  }
}

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

  it('over all that match acts on what its page showed, and the log has the filter', async () => {
    const [one, two, ready] = [await photo('failed'), await photo('cancelled'), await photo()]
    const path = '/verbs/requeueVariants?match=state%3Ddegraded%26profile%3Dphoto'
    const ask = await ana.get(path)
    expect(ask.text).toContain('of 2 that match')
    const late = await photo('failed')
    await sql(`update rindle.media_assets set state = 'ready' where id = '${late.id}'`)
    expect((await ana.confirm(path)).status).toBe(303)
    for (const { id } of [one, two]) expect(await stateOf(id)).toBe('queued')
    expect([await stateOf(ready.id), await stateOf(late.id)]).toEqual(['ready', 'failed'])
    expect(await log()).toMatchObject([
      { scope: { asset: '2 selected', match: 'state=degraded&profile=photo' }, numbers: { done: 2 } },
    ])
    expect((await ana.get('/verbs/purgeAsset?match=state%3Dquarantined')).text).toContain('Nothing matches any more.')
  })

  it('tries one variant again from the page of work', async () => {
    const { id } = await photo('failed')
    const [, path = ''] = /href="\/admin(\/verbs\/requeueVariants[^"]*)"/.exec((await ana.get('/work')).text) ?? []
    expect(path).toBe(`/verbs/requeueVariants?id=${id}&amp;variant=thumb`)
    expect((await ana.confirm(path.replace('&amp;', '&'))).status).toBe(303)
    expect(await stateOf(id)).toBe('queued')
    expect((await ana.get('/work')).text).toContain(`/verbs/cancelProcessing?id=${id}`)
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
    expect(text).toContain('detach=1')
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
    'recountQuotas',
    'scanOrphans',
    'abortIncompleteUploads',
    'cleanupOrphans',
    'purgeUnattached',
    'purgeTrashed',
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

describe('a run that a person stops', () => {
  it('ends between two items, and the log and the page say that it is not whole', async () => {
    const file = { filename: 'a.png', contentType: 'image/png', byteSize: 10, actorId: 'u' }
    for (let made = 0; made < 6; made += 1) await application.rindle.initiateUpload('photo', file)
    await sql(`update rindle.media_upload_sessions set expires_at = now() - interval '1 day'`)
    const path = '/maintenance/abortIncompleteUploads'
    answers = 100
    await ana.post(path, { mode: 'dry' })
    // The live run counts again before it changes something: it waits in the work, four at once, not in the count.
    answers = 100 - answers
    const live = ana.post(path, { mode: 'live', expect: '6' })
    await vi.waitFor(() => expect(answers).toBe(-4))
    expect((await ana.get(path)).text).toContain('Stop after this page')
    expect((await ana.post(`${path}/stop`)).location).toBe(`/admin${path}`)
    answer()
    expect((await live).status).toBe(303)
    answers = Number.POSITIVE_INFINITY
    const { text } = await vi.waitFor(async () => {
      const page = await ana.get(path)
      expect(page.text).toContain('Run stopped early')
      return page
    })
    expect(text).not.toContain('Stop after this page')
    expect(await log()).toMatchObject([
      { dryRun: false, outcome: 'done', numbers: { interrupted: 1, sessionsExpired: 4 } },
      { dryRun: true, outcome: 'done', numbers: { sessionsFound: 6 } },
    ])
    expect(await application.rindle.prisma.mediaUploadSession.count({ where: { state: 'expired' } })).toBe(4)
  })
})

describe('a target of events', () => {
  const target = async () => (await application.rindle.eventTargets()).find(({ name }) => name === 'search')

  it('is paused and resumed, and only where that changes something', async () => {
    expect((await ana.get('/events')).text).toContain('/verbs/pauseDeliveries?id=search')
    expect((await ana.confirm('/verbs/pauseDeliveries?id=search')).status).toBe(303)
    expect((await target())?.pausedAt).toBeInstanceOf(Date)
    const paused = await ana.get('/events')
    expect(paused.text).not.toContain('/verbs/pauseDeliveries')
    expect(paused.text).toContain('/verbs/resumeDeliveries?id=search')
    expect((await ana.confirm('/verbs/pauseDeliveries?id=search')).status).toBe(409)
    expect((await ana.confirm('/verbs/resumeDeliveries?id=search')).status).toBe(303)
    expect((await target())?.pausedAt).toBe(null)
    expect(await log()).toMatchObject([
      { verb: 'resumeDeliveries', outcome: 'done', numbers: { resumed: 1 }, scope: { target: 'search' } },
      { verb: 'pauseDeliveries', outcome: 'refused', errorReason: 'conflict' },
      { verb: 'pauseDeliveries', outcome: 'done', numbers: { paused: 1 }, scope: { target: 'search' } },
    ])
  })

  it('gets what was given up again: one event by its id, or all of it', async () => {
    const events = [await givenUp(), await givenUp(), await givenUp()]
    const [one = ''] = events
    expect((await ana.get('/events?state=dead')).text).toContain(`/verbs/redeliver?id=${one}`)
    expect((await ana.confirm(`/verbs/redeliver?id=${one}`)).status).toBe(303)
    expect(await undelivered()).toEqual([one])
    expect((await ana.confirm(`/verbs/redeliver?id=${one}`)).status).toBe(409)
    expect((await ana.confirm('/verbs/redeliver?id=search')).status).toBe(303)
    expect(await undelivered()).toEqual(events)
    expect(await log()).toMatchObject([
      { verb: 'redeliver', outcome: 'done', numbers: { found: 2, redelivered: 2 }, scope: { target: 'search' } },
      { verb: 'redeliver', outcome: 'refused' },
      { verb: 'redeliver', outcome: 'done', numbers: { found: 1, redelivered: 1 }, scope: { target: one } },
    ])
  })

  /** The id of an event whose delivery was given up. */
  async function givenUp(): Promise<string> {
    const assetId = randomUUID()
    const { id } = await application.rindle.prisma.mediaEvent.create({
      data: {
        id: randomUUID(),
        assetId,
        profile: 'photo',
        type: 'asset.quarantined',
        payload: {},
        deliveries: {
          create: { target: 'search', assetId, sequence: 1, state: 'dead', attempts: 9, settledAt: new Date() },
        },
      },
    })
    return id
  }

  /** The events that wait for their delivery, in the order of their making. */
  async function undelivered(): Promise<readonly string[]> {
    const rows = await application.rindle.prisma.mediaDelivery.findMany({
      where: { state: 'pending' },
      orderBy: { createdAt: 'asc' },
    })
    return rows.map(({ eventId }) => eventId)
  }
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
  it('gets no page that asks, and a forged form changes nothing', async () => {
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

  it('any more is refused with a form from before, and the log has it', async () => {
    let may = true
    const eva = operatorOf(application.rindle, () => may, 'eva')
    const { id } = await photo('failed')
    const path = `/verbs/requeueVariants?id=${id}`
    const token = valueOf((await eva.get(path)).text, 'token') ?? ''
    may = false
    expect((await eva.post('/verbs/requeueVariants', { id, expect: '1', token })).status).toBe(403)
    expect((await eva.post('/maintenance/requeueAll', { mode: 'live', expect: '1', token })).status).toBe(403)
    expect(await stateOf(id)).toBe('failed')
    expect(await log()).toMatchObject([
      { actor: 'eva', verb: 'requeueAll', outcome: 'refused', errorReason: 'forbidden', numbers: null },
      { actor: 'eva', verb: 'requeueVariants', outcome: 'refused', errorReason: 'forbidden', scope: { asset: id } },
    ])
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
