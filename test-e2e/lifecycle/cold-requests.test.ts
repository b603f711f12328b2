import type { Rindle } from '@rindle/core'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { objectsIn } from '../operations/snapshot.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { makeDue, passTime } from '../support/make-due.ts'
import { grain, quadrants } from '../support/pictures.ts'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts'
import { askFor, heroImages, heroInstance, heroProfiles } from './hero-profile.ts'

const WORKER = new URL('./hero-worker.ts', import.meta.url)
const REQUESTS = 100

type Instance = Rindle<typeof heroProfiles>

let application: Application<typeof heroProfiles>

beforeAll(async () => {
  application = await startApplication({ profiles: heroProfiles, images: heroImages })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRaw`
    truncate rindle.media_assets, rindle.media_processing_runs, pgboss.job cascade`
})

/** Ready assets of which no page has asked for anything; no worker runs afterwards. */
async function untouched(picture: Buffer, count = 1): Promise<readonly string[]> {
  const { rindle } = application
  const workers = await rindle.work()
  const ids: string[] = []
  for (let made = 0; made < count; made += 1)
    ids.push((await rindle.upload('photo', picture, { filename: 'a.jpg' })).id)
  for (const id of ids) await settled(rindle, id)
  await workers.stop()
  return ids
}

/** Another web process. */
async function webProcess(
  options: Partial<typeof heroImages> & { readonly maxMaking?: number } = {},
): Promise<Instance> {
  const { databaseUrl, directory } = application
  const rindle = heroInstance(databaseUrl, directory, { images: { ...heroImages, ...options } })
  await rindle.start()
  onTestFinished(() => rindle.stop())
  return rindle
}

async function workerProcess(): Promise<WorkerProcess> {
  const worker = await startWorkerProcess(application.databaseUrl, application.directory, WORKER)
  onTestFinished(async () => worker.kill())
  return worker
}

/** The attempts at a variant, by their ends. */
async function runsOf(variantName: string): Promise<readonly string[]> {
  const runs = await application.rindle.prisma.mediaProcessingRun.findMany({ where: { variantName } })
  return runs.map(({ state }) => state).toSorted()
}

async function bytesOf(responses: readonly Response[]): Promise<readonly string[]> {
  const bodies = await Promise.all(responses.map(async (response) => Buffer.from(await response.arrayBuffer())))
  return [...new Set(bodies.map((body) => body.toString('base64')))]
}

it('a hundred cold requests to two processes make one encode', { timeout: 120_000 }, async () => {
  const [id = ''] = await untouched(await quadrants(40, 30))
  const web = [application.rindle, await webProcess()]
  await Promise.all([workerProcess(), workerProcess()])
  const asks = Array.from({ length: REQUESTS }, (_, index) => askFor(web[index % 2] as Instance, id))
  const responses = await Promise.all(asks)
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200))
  expect(await bytesOf(responses)).toHaveLength(1)
  expect(await runsOf('hero_w16_jpeg')).toEqual(['succeeded'])
  const asset = await application.rindle.asset(id)
  expect(asset?.variants.filter(({ onDemand }) => onDemand)).toMatchObject([
    { name: 'hero_w16_jpeg', state: 'ready', attempt: 1, width: 16 },
  ])
})

it('the death of the worker in the middle costs its attempt and no request', { timeout: 180_000 }, async () => {
  const [id = ''] = await untouched(await grain(1_600, 1_200))
  const web = [application.rindle, await webProcess()]
  const doomed = await workerProcess()
  const asks = Array.from({ length: REQUESTS }, (_, index) =>
    askFor(web[index % 2] as Instance, id, { family: 'vast', query: 'w=1200' }),
  )
  const answered = Promise.all(asks)
  await vi.waitFor(async () => expect(await runsOf('vast_w1200_avif')).toEqual(['processing']), {
    timeout: 60_000,
    interval: 5,
  })
  await doomed.kill()
  expect(await runsOf('vast_w1200_avif')).toEqual(['processing'])
  await passTime(application.rindle)
  await workerProcess()
  await vi.waitFor(
    async () => {
      await makeDue(application.rindle)
      expect(await runsOf('vast_w1200_avif')).toEqual(['failed', 'succeeded'])
    },
    { timeout: 60_000, interval: 100 },
  )
  const responses = await answered
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200))
  expect(await bytesOf(responses)).toHaveLength(1)
  const { prisma } = application.rindle
  expect(await prisma.mediaVariant.findMany({ where: { onDemand: true } })).toMatchObject([{ state: 'ready' }])
  const objects = await objectsIn(application.storage, `photo/${id}/vast`)
  expect(objects).toHaveLength(1)
})

it('a flood of requests stays within the cap, exactly, whatever it asks for', { timeout: 120_000 }, async () => {
  const MAX = 5
  const ids = await untouched(await quadrants(40, 30), 4)
  const options = { waitMs: 2_000, maxMaking: MAX }
  const web = [await webProcess(options), await webProcess(options)]
  const before = await objectsIn(application.storage)
  const queries = ['w=1', 'w=8', 'w=9', 'w=16', 'w=17', 'w=31', 'w=99999', 'w=8&format=webp', 'w=24&format=webp']
  const asks = ids.flatMap((id) =>
    queries.flatMap((query) => web.map(async (rindle) => (await askFor(rindle, id, { query })).status)),
  )
  expect([...new Set(await Promise.all(asks))]).toEqual([503])
  const junk = ['', 'w=0', 'w=-8', 'w=8.5', 'w=1e9', 'w=8&w=9', 'w=8&format=gif', 'w=8&format=../x', 'w=8&nonce=1']
  for (const query of junk) expect((await askFor(web[0] as Instance, ids[0] ?? '', { query })).status).toBe(400)
  const { prisma } = application.rindle
  const asked = async (): Promise<number> => prisma.mediaVariant.count({ where: { onDemand: true } })
  await expect.poll(asked).toBe(MAX)
  const [jobs] = await prisma.$queryRaw<readonly { count: number }[]>`
    select count(*)::int as count from pgboss.job where name = 'rindle_process' and state = 'created'`
  // One for each asset.
  expect(jobs?.count).toBeLessThanOrEqual(ids.length)
  expect(await objectsIn(application.storage)).toEqual(before)

  // Once these are made, there is room for others.
  const workers = await application.work()
  await expect.poll(async () => prisma.mediaVariant.count({ where: { onDemand: true, state: 'ready' } })).toBe(MAX)
  for (const id of ids) {
    for (const query of queries) expect((await askFor(application.rindle, id, { query })).status).toBe(200)
  }
  await workers.stop()
  expect((await application.rindle.checkInvariants()).violations).toEqual([])
})
