import { randomBytes } from 'node:crypto'
import {
  defineProfile,
  type Rindle,
  type RuntimeStatusOptions,
  type StatusFinding,
  type WebhookOptions,
} from '@rindle/core'
import { type WebhookReceiver, webhookReceiver } from '@rindle/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SLOTS } from '../support/slots.ts'
import { soon, useHookApplication } from './hook-application.ts'

const accept = { types: ['image/jpeg'], maxBytes: 1_000_000 } as const
const photo = defineProfile({ storage: 'main', slots: SLOTS, accept })
const video = defineProfile({ storage: 'main', slots: SLOTS, accept })

const at = useHookApplication({ photo, video })
let receiver: WebhookReceiver
let rindle: Rindle
beforeEach(async () => {
  receiver = await webhookReceiver()
})
afterEach(() => receiver.close())

async function start(changes: Partial<WebhookOptions> = {}): Promise<void> {
  const { url, secret } = receiver
  const events = ['asset.ready', 'asset.deleted'] as const
  const webhook = { name: 'search', url, secret, events, allowPrivate: true, ...changes }
  rindle = await at.restart({ webhooks: [webhook] })
}

const upload = (profile = 'photo'): Promise<string> => at.ready(profile)
const later = (): Promise<void> => at.later()

const delivery = (assetId: string) =>
  rindle.prisma.mediaDelivery.findFirstOrThrow({ where: { assetId }, orderBy: { sequence: 'asc' } })

/** The assets whose events were accepted, in their order. */
const acceptedAssets = (): readonly string[] => receiver.accepted.map(({ data }) => data['assetId'] as string)

/** Waits until a delivery has been tried this often. */
const tried = (assetId: string, times: number): Promise<void> =>
  soon(async () => {
    const { attempts, claimedBy } = await delivery(assetId)
    expect({ attempts, claimedBy }).toEqual({ attempts: times, claimedBy: null })
  })

async function findings(thresholds: RuntimeStatusOptions['thresholds'] = {}): Promise<readonly StatusFinding[]> {
  return (await rindle.runtimeStatus({ thresholds, severities: { maintenance_unscheduled: 'ignore' } })).findings
}

it('a receiver gets signed events with ids and states, and no secrets', async () => {
  await start()
  const id = await upload()
  await rindle.attach({ id, profile: 'photo' }, { type: 'user', id: 7 }, 'cover')
  await rindle.detach({ type: 'user', id: 7 }, 'cover')
  await soon(() => expect(receiver.accepted.length).toBe(2))
  const [ready, deleted] = receiver.accepted
  const event = await rindle.prisma.mediaEvent.findFirstOrThrow({ where: { assetId: id, type: 'asset.ready' } })
  expect(ready).toEqual({
    id: event.id,
    type: 'asset.ready',
    timestamp: event.occurredAt,
    data: { assetId: id, profile: 'photo', state: 'ready' },
  })
  expect(deleted).toMatchObject({ type: 'asset.deleted', data: { assetId: id, state: 'deleted' } })
  expect(receiver.refused).toEqual([])
})

it('while secrets are rotated, a receiver may verify with either', async () => {
  const other = `whsec_${randomBytes(24).toString('base64')}`
  await start({ secret: [other, receiver.secret] })
  const id = await upload()
  await soon(() => expect(acceptedAssets()).toEqual([id]))
  expect(receiver.refused).toEqual([])
})

it('only the wanted profiles and types are written', async () => {
  await start({ profiles: ['video'] })
  await upload('photo')
  const id = await upload('video')
  await soon(() => expect(acceptedAssets()).toEqual([id]))
  expect(await rindle.prisma.mediaEvent.count()).toBe(1)
})

it.each([
  ['answers 500', 500, 'webhook_refused'],
  ['answers 503', 503, 'webhook_refused'],
  ['breaks the connection', 'reset', 'webhook_unreachable'],
] as const)(
  'a receiver that %s gets the same event again, and later ones wait for it',
  async (_what, answer, reason) => {
    await start()
    receiver.answer(answer)
    const id = await upload()
    await tried(id, 1)
    expect(await delivery(id)).toMatchObject({ state: 'pending', errorReason: reason })
    await rindle.purgeAsset(id, { live: true })
    await later()
    await tried(id, 2)
    expect(receiver.attempts.map(({ type }) => type)).toEqual(['asset.ready', 'asset.ready'])
    receiver.answer(200)
    await later()
    await soon(() => expect(receiver.accepted.map(({ type }) => type)).toEqual(['asset.ready', 'asset.deleted']))
    expect(new Set(receiver.attempts.map((attempt) => attempt.id)).size).toBe(2)
  },
)

it('a receiver decides when it is tried again', async () => {
  await start()
  receiver.answer({ status: 429, headers: { 'retry-after': '3600' } })
  const id = await upload()
  await tried(id, 1)
  const { nextAttemptAt } = await delivery(id)
  expect(nextAttemptAt.getTime() - Date.now()).toBeGreaterThan(3_500_000)
  // Its job waits for an hour; a person does not have to.
  receiver.answer(204)
  await rindle.resumeDeliveries('search')
  await soon(() => expect(acceptedAssets()).toEqual([id]))
})

it('redirects are not followed', async () => {
  await using elsewhere = await webhookReceiver({ secret: receiver.secret })
  await start()
  receiver.answer({ status: 302, headers: { location: elsewhere.url } })
  const id = await upload()
  await tried(id, 1)
  expect(await delivery(id)).toMatchObject({ errorReason: 'redirect_refused', lastStatus: 302 })
  expect(elsewhere.attempts).toEqual([])
})

it('private addresses are refused unless they are allowed, whatever their name', async () => {
  const { port } = new URL(receiver.url)
  await start({ url: `https://localhost:${port}/`, allowPrivate: false })
  const id = await upload()
  await tried(id, 1)
  expect(await delivery(id)).toMatchObject({ errorReason: 'address_refused', lastStatus: null })
  expect(receiver.attempts).toEqual([])
})

it('a delivery that fails for the whole time is given up, does not hold back its successors, and is brought back', async () => {
  await start()
  receiver.answer(500)
  const id = await upload()
  await tried(id, 1)
  await rindle.prisma.$executeRawUnsafe(
    `update rindle.media_deliveries set first_attempt_at = now() - interval '73 hours'`,
  )
  await later()
  await soon(async () => expect((await delivery(id)).state).toBe('dead'))
  expect(await findings()).toMatchObject([
    {
      class: 'dead_delivery',
      count: 1,
      examples: [{ target: 'search', assetId: id, eventId: (await delivery(id)).eventId, reason: 'webhook_refused' }],
    },
  ])
  receiver.answer(200)
  await rindle.purgeAsset(id, { live: true })
  await soon(() => expect(receiver.accepted.map(({ type }) => type)).toEqual(['asset.deleted']))
  const { eventId } = await delivery(id)
  expect(await rindle.redeliver({ eventId, dryRun: true })).toMatchObject({ found: 1, redelivered: 0 })
  expect(await rindle.redeliver({ eventId })).toMatchObject({ found: 1, redelivered: 1 })
  await soon(() => expect(receiver.accepted.map(({ type }) => type)).toEqual(['asset.deleted', 'asset.ready']))
  expect(receiver.accepted[1]?.id).toBe(eventId)
  expect(await rindle.redeliver({ eventId })).toMatchObject({ found: 0, redelivered: 0 })
})

it('410 disables a target, which is a finding, until it is resumed', async () => {
  await start()
  receiver.answer(410)
  const id = await upload()
  await tried(id, 1)
  const second = await upload()
  expect(await findings()).toMatchObject([{ class: 'disabled_target', count: 1, examples: [{ target: 'search' }] }])
  expect(receiver.attempts.length).toBe(1)
  receiver.answer(204)
  expect(await rindle.resumeDeliveries('search')).toEqual({ target: 'search', changed: true })
  await soon(() => expect(acceptedAssets().toSorted()).toEqual([id, second].toSorted()))
  expect(await findings()).toEqual([])
})

it('a paused target gets nothing, and everything in order once it is resumed', async () => {
  await start()
  await rindle.pauseDeliveries('search')
  const id = await upload()
  await rindle.purgeAsset(id, { live: true })
  await soon(async () => expect(await rindle.asset(id)).toBeNull())
  await soon(async () =>
    expect(await rindle.eventTargets()).toMatchObject([{ name: 'search', pending: 2, workers: 1 }]),
  )
  expect(receiver.attempts).toEqual([])
  expect((await rindle.checkInvariants()).violations).toEqual([])
  await rindle.resumeDeliveries('search')
  await soon(() => expect(receiver.accepted.map(({ type }) => type)).toEqual(['asset.ready', 'asset.deleted']))
})

it('a receiver that is down for a day costs few attempts, and gets everything when it is up', async () => {
  await start()
  receiver.answer('reset')
  const ids: string[] = []
  for (let count = 0; count < 12; count += 1) ids.push(await upload())
  await soon(async () => {
    const [target] = await rindle.eventTargets()
    expect(target).toMatchObject({ heldReason: 'unreachable', pending: 12 })
  })
  // A day of ticks: each time the hold ends, some are tried.
  for (let hour = 0; hour < 24; hour += 1) {
    await rindle.prisma.$executeRawUnsafe(
      `update rindle.media_deliveries set first_attempt_at = first_attempt_at - interval '1 hour'`,
    )
    const before = receiver.attempts.length
    await soon(async () => {
      await later()
      expect(receiver.attempts.length).toBeGreaterThan(before)
    })
  }
  expect(await findings({ undelivered_event: 0 })).toMatchObject([{ class: 'undelivered_event', count: 12 }])
  receiver.answer(200)
  await soon(async () => {
    await later()
    expect(acceptedAssets().toSorted()).toEqual(ids.toSorted())
  })
  await soon(async () => expect(await rindle.eventTargets()).toMatchObject([{ heldUntil: null, pending: 0, dead: 0 }]))
}, 120_000)

it('a target that is no longer configured is forgotten, and its events are written no more', async () => {
  await start()
  await expect(rindle.forgetTarget('search', { live: true })).rejects.toMatchObject({ code: 'conflict' })
  const next = await at.restart({})
  await upload()
  await soon(async () => expect(await next.eventTargets()).toMatchObject([{ heldReason: 'no_code', workers: 0 }]))
  expect(await next.forgetTarget('search')).toEqual({ target: 'search', deliveries: 1, dryRun: true })
  expect(await next.forgetTarget('search', { live: true })).toEqual({ target: 'search', deliveries: 1, dryRun: false })
  await upload()
  expect(await next.prisma.mediaEvent.count()).toBe(1)
  await expect(next.forgetTarget('search')).rejects.toMatchObject({ code: 'not_found' })
})
