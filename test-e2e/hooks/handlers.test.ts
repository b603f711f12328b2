import { defineProfile, type HookContext, type HookHandlers, type Rindle, type RindleOptions } from '@rindle/core'
import { fromPrisma } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { beforeEach, expect, it } from 'vitest'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'
import { soon, useHookApplication } from './hook-application.ts'

const picture = () => quadrants(20, 20)

const accept = { types: ['image/jpeg'], maxBytes: 1_000_000 } as const
const thumb = image.crop(8, 8, { format: 'webp' })
const photoWith = (on: HookHandlers) =>
  defineProfile({ storage: 'main', slots: SLOTS, accept, variants: { thumb }, on })
const silent = photoWith({})

const at = useHookApplication({ photo: silent })
beforeEach(async () => {
  await at.sql('drop table if exists notes')
  await at.sql('create table notes (event text, what text)')
})

const start = (on: HookHandlers, hooks: RindleOptions<never>['hooks'] = {}): Promise<Rindle> =>
  at.restart({ profiles: { photo: photoWith(on) }, hooks })

const note = ({ tx, event }: HookContext, what: string): Promise<unknown> =>
  tx.executeSql('insert into notes (event, what) values ($1, $2)', [event.id, what])

const notes = (): Promise<readonly { event: string; what: string }[]> =>
  at.application.rindle.prisma.$queryRaw`select event, what from notes order by ctid`

const deliveries = () => at.application.rindle.prisma.mediaDelivery.findMany({ orderBy: { sequence: 'asc' } })

/** Waits until no event waits, and lets those come at once that wait for a time. */
const allSettled = (): Promise<void> =>
  soon(async () => {
    await at.later()
    expect((await deliveries()).filter(({ state }) => state === 'pending')).toEqual([])
  })

it('handlers hear of the life of an asset, in order, each event once', async () => {
  const heard: string[] = []
  const hear = ({ event }: HookContext): void => void heard.push(`${event.type} ${event.variantName ?? ''}`.trim())
  const rindle = await start({
    uploadCompleted: hear,
    available: hear,
    ready: hear,
    variantReady: hear,
    attachmentAdded: hear,
    attachmentRemoved: hear,
    deleted: hear,
  })
  const id = await at.ready()
  await rindle.attach({ id, profile: 'photo' }, { type: 'user', id: 7 }, 'cover')
  await rindle.detach({ type: 'user', id: 7 }, 'cover')
  await soon(() => expect(heard).toContain('asset.deleted'))
  expect(heard).toEqual([
    'upload.completed',
    'asset.available',
    'variant.ready thumb',
    'asset.ready',
    'attachment.added',
    'attachment.removed',
    'asset.deleted',
  ])
})

it('a handler gets the asset as it is, the owner to which it is attached, and the reason of a refusal', async () => {
  const heard: HookContext[] = []
  const rindle = await start({ ready: (context) => void heard.push(context), quarantined: (c) => void heard.push(c) })
  const holder = { owner: { type: 'user', id: 7 }, slot: 'cover' }
  const good = await rindle.upload('photo', await picture(), { filename: 'a.jpg', ...holder })
  await soon(() => expect(heard.length).toBe(1))
  expect(heard[0]).toMatchObject({
    asset: { id: good.id, state: 'ready', variants: [{ name: 'thumb', state: 'ready' }] },
    event: { type: 'asset.ready', profile: 'photo', state: 'ready', owner: { type: 'user', id: '7' }, slot: 'cover' },
    reason: null,
    attempt: 1,
  })
  const { session, request } = await rindle.presignedPut('photo', {
    filename: 'b.jpg',
    contentType: 'image/jpeg',
    byteSize: 4,
  })
  const { url, method, headers } = request
  await rindle.serveFile(new Request(url, { method, headers, body: 'text' }))
  await rindle.verifyCompletion(session.id)
  await soon(() => expect(heard.length).toBe(2))
  expect(heard[1]).toMatchObject({
    asset: { state: 'quarantined' },
    event: { type: 'asset.quarantined' },
    reason: 'unknown_type',
  })
})

it("an event of the application's own transaction is there if that commits, and not otherwise", async () => {
  const heard: HookContext['event'][] = []
  const rindle = await start({ attachmentAdded: ({ event }) => void heard.push(event) })
  const id = await at.ready()
  const attachAnd = (owner: string, end: () => void): Promise<void> =>
    rindle.prisma.$transaction(async (tx) => {
      await rindle.attach({ id, profile: 'photo' }, { type: 'user', id: owner }, 'cover', { tx: fromPrisma(tx) })
      end()
    })
  const changedMind = new Error('The application changed its mind.')
  const rollBack = (): never => {
    throw changedMind
  }
  await expect(attachAnd('1', rollBack)).rejects.toBe(changedMind)
  await attachAnd('2', () => {})
  await soon(() => expect(heard).toMatchObject([{ owner: { type: 'user', id: '2' }, slot: 'cover', state: 'ready' }]))
  expect(await rindle.prisma.mediaEvent.count()).toBe(1)
})

it('what a handler writes through its transaction is there once, however often it fails first', async () => {
  let runs = 0
  await start({
    ready: async (context) => {
      runs += 1
      await note(context, `attempt ${context.attempt}`)
      if (runs < 3) throw new Error('The mail server is away.')
    },
  })
  await at.ready()
  await allSettled()
  const [delivery] = await deliveries()
  expect(delivery).toMatchObject({ state: 'delivered', attempts: 3, errorReason: null })
  expect(await notes()).toEqual([{ event: delivery?.eventId, what: 'attempt 3' }])
})

it('a handler that succeeds twice at once writes once', async () => {
  const release = Promise.withResolvers<void>()
  let runs = 0
  const ready = async (context: HookContext): Promise<void> => {
    runs += 1
    const run = runs
    if (run === 1) await release.promise
    await note(context, `run ${run}`)
  }
  const rindle = await start({ ready })
  await at.ready()
  await soon(() => expect(runs).toBe(1))
  // Another worker takes the first one for dead.
  await at.sql(`update rindle.media_deliveries set claimed_until = now() - interval '1 second'`)
  const other = await at.another({ profiles: { photo: photoWith({ ready }) } })
  await other.work()
  await rindle.resumeDeliveries('profile:photo')
  await soon(async () => expect(await notes()).toMatchObject([{ what: 'run 2' }]))
  release.resolve()
  await rindle.stop()
  expect(runs).toBe(2)
  expect(await notes()).toMatchObject([{ what: 'run 2' }])
  await other.stop()
})

it('a handler that hangs is given up, its writes undone, and it is called again', async () => {
  const never = Promise.withResolvers<void>()
  let signal: AbortSignal | undefined
  await start(
    {
      ready: async (context) => {
        await note(context, `attempt ${context.attempt}`)
        if (context.attempt > 1) return
        signal = context.signal
        await never.promise
      },
    },
    { handlerTimeoutMs: 300 },
  )
  await at.ready()
  await soon(async () => expect(await deliveries()).toMatchObject([{ attempts: 1, errorReason: 'handler_timeout' }]))
  expect(signal?.aborted).toBe(true)
  expect(await notes()).toEqual([])
  await allSettled()
  expect(await notes()).toMatchObject([{ what: 'attempt 2' }])
  never.resolve()
})

it('a handler that was given up cannot write any more', async () => {
  const hanging = Promise.withResolvers<void>()
  const late = Promise.withResolvers<unknown>()
  await start(
    {
      ready: async (context) => {
        if (context.attempt > 1) return
        await hanging.promise
        note(context, 'too late').then(late.resolve, late.resolve)
      },
    },
    { handlerTimeoutMs: 200 },
  )
  await at.ready()
  await allSettled()
  hanging.resolve()
  expect(await late.promise).toMatchObject({ code: 'invalid_input' })
  expect(await notes()).toEqual([])
})

it('events of an asset wait for one that fails, those of another asset do not, and none waits for one given up', async () => {
  const heard: string[] = []
  let broken = ''
  await start(
    {
      available: ({ event }) => {
        if (event.assetId === broken || broken === '') {
          broken = event.assetId
          throw new Error('Not this one.')
        }
      },
      ready: ({ event }) => void heard.push(event.assetId),
    },
    { retryForSeconds: 3_600 },
  )
  const first = await at.ready()
  const second = await at.ready()
  await soon(() => expect(heard).toEqual([second]))
  expect(broken).toBe(first)
  await at.sql(
    `update rindle.media_deliveries set first_attempt_at = now() - interval '2 hours' where state = 'pending'`,
  )
  await allSettled()
  expect(heard).toEqual([second, first])
  expect((await deliveries()).filter(({ state }) => state === 'dead')).toMatchObject([
    { assetId: first, errorReason: 'handler_failed', errorMessage: 'Not this one.' },
  ])
})

it('a process without the code of a handler writes its events, and leaves them to one that has it', async () => {
  const heard: string[] = []
  const declaring = await at.another({ profiles: { photo: photoWith({ ready: () => void heard.push('too early') }) } })
  await declaring.stop()
  await at.restart({ profiles: { photo: silent } })
  const id = await at.ready()
  await soon(async () => {
    await at.later()
    expect(await at.rindle.eventTargets()).toMatchObject([{ name: 'profile:photo', heldReason: 'no_code', pending: 1 }])
  })
  expect(await deliveries()).toMatchObject([{ state: 'pending', attempts: 0, errorReason: null }])
  expect((await at.rindle.checkInvariants()).violations).toEqual([])
  await at.sql(`update rindle.media_deliveries set created_at = now() - interval '10 minutes'`)
  const { findings } = await at.rindle.runtimeStatus()
  expect(findings).toContainEqual(expect.objectContaining({ class: 'unserved_target', count: 1 }))
  const { checks } = await at.rindle.doctor({ profiles: [] })
  expect(checks).toContainEqual(expect.objectContaining({ id: 'hooks.target', status: 'warn' }))
  await start({ ready: ({ event }) => void heard.push(event.assetId) })
  await allSettled()
  expect(heard).toEqual([id])
})

it('workers with the code, which start while its target is held, have its events at once', async () => {
  const heard: string[] = []
  const capable = await at.another({
    profiles: { photo: photoWith({ ready: ({ event }) => void heard.push(event.assetId) }) },
  })
  try {
    const incapable = await at.restart({ profiles: { photo: silent } })
    const id = await at.ready()
    await soon(async () => expect(await at.rindle.eventTargets()).toMatchObject([{ heldReason: 'no_code' }]))
    await incapable.stop()
    await capable.work()
    await soon(() => expect(heard).toEqual([id]))
  } finally {
    await capable.stop()
  }
})

it('an event of a type that only a newer version handles waits for it', async () => {
  const heard: string[] = []
  await start({ ready: ({ event }) => void heard.push(event.type) })
  const newer = {
    profiles: { photo: photoWith({ ready: () => {}, available: ({ event }) => void heard.push(event.type) }) },
  }
  const declaring = await at.another(newer)
  await at.ready()
  await soon(async () => {
    await at.later()
    expect((await deliveries())[0]?.attempts).toBeGreaterThan(1)
  })
  expect(heard).toEqual([])
  await declaring.work()
  await allSettled()
  expect(heard[0]).toBe('asset.available')
  await declaring.stop()
})

it('an event that nobody wants any more is dropped', async () => {
  const heard: string[] = []
  await start({
    available: () => {
      throw new Error('Never.')
    },
    ready: ({ event }) => void heard.push(event.type),
  })
  await at.ready()
  await soon(async () => expect((await deliveries())[0]?.attempts).toBe(1))
  await start({ ready: ({ event }) => void heard.push(event.type) })
  await allSettled()
  expect(heard).toEqual(['asset.ready'])
  expect((await deliveries()).map(({ state }) => state)).toEqual(['delivered'])
})

it('lost jobs of events are found, and made again', async () => {
  const heard: string[] = []
  await start({ ready: ({ event }) => void heard.push(event.assetId) })
  await at.rindle.pauseDeliveries('profile:photo')
  const id = await at.ready()
  await soon(async () => expect(await liveJobs()).toBe(0))
  // As if somebody had emptied the table of jobs.
  await at.sql('update rindle.media_event_targets set paused_at = null')
  expect((await at.rindle.checkInvariants()).violations).toMatchObject([{ class: 'event_without_job', assetId: id }])
  expect(await at.rindle.recoverLostWork({ olderThanSeconds: 0 })).toMatchObject({ found: 1, enqueued: 1 })
  await soon(() => expect(heard).toEqual([id]))
})

const liveJobs = async (): Promise<number> => {
  const rows: readonly { count: number }[] = await at.application.rindle.prisma
    .$queryRaw`select count(*)::int as count from pgboss.job where name = 'rindle_events' and state < 'completed'`
  return rows[0]?.count ?? 0
}

it('events that were delivered go with time, those that wait do not', async () => {
  const rindle = await start({ ready: () => {} })
  await at.ready()
  await allSettled()
  await rindle.pauseDeliveries('profile:photo')
  await at.ready()
  await at.sql(`update rindle.media_events set occurred_at = now() - interval '31 days'`)
  expect(await rindle.pruneEvents()).toMatchObject({ eventsFound: 1, eventsDeleted: 0, dryRun: true })
  expect(await rindle.pruneEvents({ live: true })).toMatchObject({ eventsDeleted: 1, dryRun: false })
  expect((await deliveries()).map(({ state }) => state)).toEqual(['pending'])
})
