import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Rindle } from '@rindle/core'
import { type WebhookReceiver, webhookReceiver } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { byRunLength, SEED } from '../support/run-length.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type KillPlace, killInstance } from './kill-instance.ts'
import type { KillMessage } from './kill-program.ts'

const KILLS = byRunLength('kills between the commit of an event and its delivery', {
  sample: 0,
  short: 20,
  long: 1_000,
})
const MS_PER_KILL = 15_000

/** The moment of a death: after so many commits, or requests to the receiver. */
interface Death {
  readonly at: 'commit' | 'request'
  readonly count: number
}

let application: Application<typeof photoProfiles>
let receiver: WebhookReceiver
let place: KillPlace
let rindle: Rindle

describe.skipIf(KILLS === 0)('events of processes that are killed between commit and delivery', () => {
  beforeAll(
    async () => {
      console.info(`${KILLS} kills with seed ${SEED}. RINDLE_RUNS and RINDLE_SEED choose others.`)
      application = await startApplication()
      receiver = await webhookReceiver()
      await application.rindle.prisma.$executeRawUnsafe('create table notes (event uuid)')
      const { url, secret } = receiver
      place = { databaseUrl: application.databaseUrl, directory: application.directory, webhook: { url, secret } }
      const random = seededRandom(SEED)
      for (let kill = 0; kill < KILLS; kill += 1) {
        await liveAndDie({ at: random() < 0.5 ? 'commit' : 'request', count: 1 + Math.floor(random() * 12) })
      }
      await drain()
    },
    60_000 + KILLS * MS_PER_KILL,
  )
  afterAll(async () => {
    await rindle?.stop()
    await receiver.close()
    await application[Symbol.asyncDispose]()
  })

  it('every event reaches every target that wants it', async () => {
    const events = await rindle.prisma.mediaEvent.findMany({ include: { deliveries: true } })
    console.info(`${events.length} events, ${receiver.accepted.length} requests.`)
    expect(events.length).toBeGreaterThan(KILLS)
    const wanted = events.filter(({ deliveries }) => deliveries.some(({ target }) => target === 'receiver'))
    const arrived = new Set(receiver.accepted.map(({ id }) => id))
    expect(wanted.filter(({ id }) => !arrived.has(id))).toEqual([])
    expect(arrived.size).toBe(wanted.length)
    expect(events.flatMap(({ deliveries }) => deliveries).filter(({ state }) => state !== 'delivered')).toEqual([])
  })

  it('what a handler writes with an event is there exactly once', async () => {
    const noted: readonly { event: string }[] = await rindle.prisma.$queryRaw`select event from notes`
    const handled = await rindle.prisma.mediaDelivery.findMany({ where: { target: 'profile:picture' } })
    expect(noted.map(({ event }) => event).toSorted()).toEqual(handled.map(({ eventId }) => eventId).toSorted())
  })

  it('the events of an asset arrive in order, also those that come twice', async () => {
    const events = await rindle.prisma.mediaEvent.findMany()
    const sequences = new Map(events.map(({ id, sequence }) => [id, sequence]))
    const last = new Map<unknown, bigint>()
    const early: string[] = []
    for (const { id, data } of receiver.accepted) {
      const sequence = sequences.get(id) ?? 0n
      if (sequence < (last.get(data['assetId']) ?? 0n)) early.push(id)
      last.set(data['assetId'], sequence)
    }
    expect(early).toEqual([])
  })

  it('every invariant holds', async () => {
    expect((await rindle.checkInvariants()).violations).toEqual([])
  })
})

/** Starts a process that makes and delivers events, and kills it at a moment between a commit and its delivery. */
async function liveAndDie({ at, count }: Death): Promise<void> {
  // Most of a short life is the start of the program: the cache halves it.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(place.directory, 'compiled') }
  const child = fork(fileURLToPath(new URL('./kill-program.ts', import.meta.url)), [JSON.stringify(place)], { env })
  const closed = once(child, 'close')
  const moment = at === 'commit' ? commits(child, count) : requests(count)
  await Promise.race([moment, closed])
  child.kill('SIGKILL')
  receiver.answer(204)
  const [code, signal] = await closed
  if (signal !== 'SIGKILL') throw new Error(`The process ended before it was killed, with ${String(code ?? signal)}.`)
}

function commits(child: ChildProcess, count: number): Promise<void> {
  return new Promise((resolve) => {
    let heard = 0
    child.on('message', (message: KillMessage) => {
      if (message === 'committed') heard += 1
      if (heard === count) resolve()
    })
  })
}

/** The receiver has the event by then, and the sender never hears of it. */
function requests(count: number): Promise<void> {
  return new Promise((resolve) => {
    let heard = 0
    receiver.answer(() => {
      heard += 1
      if (heard >= count) resolve()
      return 204
    })
  })
}

/** Another process delivers what is left. */
async function drain(): Promise<void> {
  rindle = killInstance(place)
  await rindle.start()
  await rindle.work()
  await vi.waitFor(
    async () => {
      await makeDue(rindle)
      const left = await rindle.prisma.mediaDelivery.count({ where: { state: 'pending' } })
      const onTheirWay = await rindle.prisma.mediaAsset.count({ where: { state: { notIn: ['ready', 'deleted'] } } })
      expect({ left, onTheirWay }).toEqual({ left: 0, onTheirWay: 0 })
    },
    { timeout: 120_000, interval: 100 },
  )
}
