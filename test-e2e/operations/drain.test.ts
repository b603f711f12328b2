import { defineProfile } from '@rindle/core'
import { video } from '@rindle/processor-av/recipes'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(8, 8), small: image.fit(16, null) },
  }),
  film: defineProfile({
    storage: 'main',
    accept: { types: ['video/mp4'], maxBytes: 1_000_000 },
    variants: { web: video.mp4({ height: 240 }) },
  }),
}

let application: Application<typeof profiles>
let picture: Buffer
beforeAll(async () => {
  application = await startApplication({ profiles })
  picture = await quadrants(20, 20)
})
afterAll(async () => application[Symbol.asyncDispose]())

const photo = async (): Promise<string> => (await application.rindle.upload('photo', picture, { filename: 'a.jpg' })).id
const stateOf = async (id: string): Promise<string | undefined> => (await application.rindle.asset(id))?.state

it('does the work that is due, and returns', async () => {
  const ids = await Promise.all([photo(), photo(), photo()])
  const report = await application.rindle.drain({ maxSeconds: 60 })
  expect(await Promise.all(ids.map(stateOf))).toEqual(['ready', 'ready', 'ready'])
  expect(report).toMatchObject({ done: { rindle_promote: 3 }, failed: {}, waiting: {}, endedBy: 'idle' })
  // Its workers are gone.
  expect(await application.rindle.liveWorkers()).toEqual([])
})

it('takes the work of one asset alone', async () => {
  const [wanted, other] = await Promise.all([photo(), photo()])
  const report = await application.rindle.drain({ maxSeconds: 60, assetId: wanted })
  expect([await stateOf(wanted), await stateOf(other)]).toEqual(['ready', 'validating'])
  expect(report).toMatchObject({ waiting: { rindle_promote: 1 }, endedBy: 'idle' })
  await application.rindle.drain({ maxSeconds: 60 })
  expect(await stateOf(other)).toBe('ready')
})

it('runs beside itself, and nothing is done twice', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, photo))
  const reports = await Promise.all([1, 2].map(() => application.rindle.drain({ maxSeconds: 60 })))
  expect(await Promise.all(ids.map(stateOf))).toEqual(ids.map(() => 'ready'))
  const promoted = reports.reduce((sum, { done }) => sum + (done.rindle_promote ?? 0), 0)
  expect(promoted).toBe(ids.length)
})

it('leaves media to workers, by name, and tells what waits', async () => {
  await application.rindle.prisma.$executeRawUnsafe(
    `insert into pgboss.job (name, data, singleton_key) values ('rindle_media', '{}', 'of nobody')`,
  )
  const report = await application.rindle.drain({ maxSeconds: 60 })
  expect(report).toMatchObject({
    refused: { rindle_media: expect.stringMatching(/^Video and sound take longer/) },
    waiting: { rindle_media: 1 },
  })
  await expect(application.rindle.drain({ maxSeconds: 60, queues: ['rindle_media'] })).rejects.toMatchObject({
    code: 'setup_incomplete',
    message: expect.stringContaining('rindle_media'),
  })
  await application.rindle.prisma.$executeRawUnsafe(`delete from pgboss.job where name = 'rindle_media'`)
})

it('ends in time, and gives unfinished jobs back without an attempt used up', async () => {
  const held = Promise.withResolvers<void>()
  const slow = await application.another({
    profiles: {
      ...profiles,
      photo: {
        ...profiles.photo,
        scanners: [
          {
            name: 'slow',
            scan: ({ signal }) =>
              new Promise((_resolve, reject) => {
                held.resolve()
                signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
              }),
          },
        ],
      },
    },
  })
  const id = await photo()
  const ending = new AbortController()
  const draining = slow.drain({ maxSeconds: 600, signal: ending.signal })
  await held.promise
  ending.abort()
  expect(await draining).toMatchObject({ failed: { rindle_promote: 1 }, endedBy: 'time' })
  const jobs = await application.rindle.prisma.$queryRawUnsafe(
    `select state::text, retry_count from pgboss.job where name = 'rindle_promote'`,
  )
  expect(jobs).toEqual([{ state: 'retry', retry_count: 0 }])
  await application.rindle.drain({ maxSeconds: 60 })
  expect(await stateOf(id)).toBe('ready')
})

it('finds the jobs of a process that was killed', async () => {
  const id = await photo()
  // As a dead worker leaves it: claimed, with a heartbeat from long ago.
  await application.rindle.prisma.$executeRawUnsafe(
    `update pgboss.job set state = 'active', started_on = now(), heartbeat_on = now() - interval '1 minute'
     where name = 'rindle_promote'`,
  )
  // An interval has passed since the last pass of the supervision.
  await application.rindle.prisma.$executeRawUnsafe(
    `update pgboss.queue set monitor_on = null, monitor_claim_on = null`,
  )
  // Its next attempt is due in some seconds.
  expect(await application.rindle.drain({ maxSeconds: 60 })).toMatchObject({ waiting: { rindle_promote: 1 } })
  await makeDue(application.rindle)
  await application.rindle.drain({ maxSeconds: 60 })
  expect(await stateOf(id)).toBe('ready')
})

it.each([1, 86_401, Number.NaN])('refuses %s as maxSeconds', async (maxSeconds) => {
  await expect(application.rindle.drain({ maxSeconds })).rejects.toMatchObject({ code: 'invalid_input' })
})
