import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssetWithVariants } from '@rindle/core'
import { createHandler } from '@rindle/http'
import { avProcessor } from '@rindle/processor-av'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { readEvents } from '../http/read-events.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { byRunLength } from '../support/run-length.ts'
import { startWorkerProcess } from '../support/worker-process.ts'
import { avProfiles } from './av-profiles.ts'
import { makeClip } from './make-clip.ts'
import { processesWith } from './processes-with.ts'

const ARE_ENDED = byRunLength('a stream whose encoder is ended in the middle', {
  sample: false,
  short: true,
  long: true,
})
const PARTS = ['film_720', 'film_90', 'film_sound']

let application: Application<typeof avProfiles>
beforeAll(async () => {
  application = await startApplication({ profiles: avProfiles, processors: [avProcessor()] })
})
afterAll(async () => application[Symbol.asyncDispose]())

function statesOf({ variants }: AssetWithVariants): object {
  return Object.fromEntries(variants.map(({ name, state }) => [name, state]))
}

const every = (state: string) => Object.fromEntries(PARTS.map((name) => [name, state]))

/** The stored objects of an asset: its original and its variants. */
async function objectsOf(id: string): Promise<readonly string[]> {
  const entries = await readdir(join(application.directory, 'storage'), { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return paths.filter((path) => path.includes(id) && !path.includes('/staging/') && !path.endsWith('.sha256'))
}

it('the parts of a stream live, fail, come back and end as variants do', { timeout: 60_000 }, async () => {
  const { rindle, storage } = application
  const owner = { type: 'member', id: '1' }
  const bytes = await makeClip(application.directory, { size: '320x180', seconds: 3 })
  const uploaded = await rindle.upload('film', bytes, { filename: 'film.mp4' })
  const { id } = uploaded
  await rindle.attach(uploaded, owner, 'trailer')
  await using workers = { ...(await application.work()), [Symbol.asyncDispose]: async () => workers.stop() }
  const made = await settled(rindle, id, 50_000)
  expect(made).toMatchObject({
    state: 'ready',
    variants: [
      { name: 'film_720', outputKind: 'stream', contentType: 'video/mp4', width: 320, height: 180 },
      { name: 'film_90', outputKind: 'stream', contentType: 'video/mp4', width: 160, height: 90 },
      { name: 'film_sound', outputKind: 'stream', contentType: 'audio/mp4' },
    ],
  })
  for (const { metadata, byteSize } of made.variants) {
    const { init, segments } = metadata['stream'] as { init: number; segments: { bytes: number[]; ticks: number[] } }
    expect(segments.ticks).toHaveLength(2)
    const end = segments.bytes.reduce((at, each) => at + each, init)
    expect(Number(byteSize)).toBeGreaterThan(end)
    expect(Number(byteSize) - end).toBeLessThan(300)
  }
  // All of them came from one job, so from one decode.
  const runs = await rindle.prisma.mediaProcessingRun.findMany({
    where: { assetId: id, state: 'succeeded', variantName: { not: null } },
  })
  expect(new Set(runs.map(({ details }) => (details as { jobId?: string }).jobId)).size).toBe(1)

  const lost = made.variants.find(({ name }) => name === 'film_90')
  await storage.delete(lost?.storageKey ?? '')
  expect(await rindle.verifyStorage()).toMatchObject({ missing: 1, originalsLost: 0 })
  expect(statesOf(await found(id))).toEqual({ ...every('ready'), film_90: 'missing' })
  await rindle.regenerateVariants({ profile: 'film' })
  await vi.waitFor(async () => expect(statesOf(await found(id))).toEqual(every('ready')), { timeout: 20_000 })
  expect(await rindle.checkInvariants()).toMatchObject({ violationCount: 0 })

  expect(await objectsOf(id)).toHaveLength(1 + PARTS.length)
  await rindle.eraseOwner(owner)
  await vi.waitFor(async () => expect(await objectsOf(id)).toEqual([]), { timeout: 20_000 })
})

it('a stream that waits is cancelled whole, and can be queued again', { timeout: 60_000 }, async () => {
  const { rindle, directory } = application
  const bytes = await makeClip(directory, { size: '160x90', seconds: 1 })
  const { id } = await rindle.upload('film', bytes, { filename: 'film.mp4' })
  const early = await application.work({ queues: ['rindle_promote'] })
  await vi.waitFor(async () => expect(statesOf(await found(id))).toEqual({ film_90: 'queued', film_sound: 'queued' }))
  await early.stop()
  expect(await rindle.cancelProcessing(id)).toEqual(['film_90', 'film_sound'])
  await rindle.requeueVariants(id)
  await using workers = { ...(await application.work()), [Symbol.asyncDispose]: async () => workers.stop() }
  expect(statesOf(await settled(rindle, id, 50_000))).toEqual({ film_90: 'ready', film_sound: 'ready' })
})

it.skipIf(!ARE_ENDED)(
  'a worker that is killed in the middle of a stream, which its events tell, leaves nothing, and another one makes it',
  { timeout: 150_000 },
  async () => {
    const { rindle, directory, databaseUrl } = application
    const encoders = () => processesWith(join(directory, 'work', 'run-'))
    const bytes = await makeClip(directory, { size: '1280x720', seconds: 5 })
    const { id } = await rindle.upload('film', bytes, { filename: 'film.mp4' })
    const handler = createHandler(rindle, { basePath: '/', actor: () => ({ id: 'ann' }), canView: () => true })
    const events = readEvents(await handler(new Request(`http://app.test/assets/${id}/events`)))
    const worker = new URL('./av-worker.ts', import.meta.url)
    const doomed = await startWorkerProcess(databaseUrl, directory, worker)
    await vi.waitFor(async () => expect((await encoders()).length).toBeGreaterThan(0), {
      timeout: 30_000,
      interval: 20,
    })
    expect(await progressOfAll(events)).toEqual(PARTS)
    await doomed.kill()
    await events.return(undefined)
    await vi.waitFor(async () => expect(await encoders()).toEqual([]), { timeout: 2_000, interval: 20 })
    // The original alone.
    expect(await objectsOf(id)).toEqual([expect.any(String)])
    const survivor = await startWorkerProcess(databaseUrl, directory, worker)
    expect(statesOf(await settled(rindle, id, 120_000))).toEqual(every('ready'))
    expect(await survivor.stop()).toBe(0)
    expect(await objectsOf(id)).toHaveLength(1 + PARTS.length)
    expect(await rindle.checkInvariants()).toMatchObject({ violationCount: 0 })
  },
)

/** The parts of the first event in which each of them has come some way. */
async function progressOfAll(events: ReturnType<typeof readEvents>): Promise<readonly string[]> {
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    const variants = Object.entries(next.value.asset.variants)
    const moving = variants.filter(([, { state, progress }]) => state === 'processing' && (progress ?? 0) > 0)
    if (moving.length === PARTS.length) return moving.map(([name]) => name).toSorted()
  }
  return []
}

async function found(id: string): Promise<AssetWithVariants> {
  const asset = await application.rindle.asset(id)
  if (asset === null) throw new Error(`There is no asset ${id}.`)
  return asset
}
