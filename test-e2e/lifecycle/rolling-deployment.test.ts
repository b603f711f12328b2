import {
  type AssetWithVariants,
  defineProfile,
  type Processor,
  type Profiles,
  type Rindle,
  type RindleOptions,
  type Scanner,
  silentLogger,
} from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { openDatabase } from '@rindle/prisma'
import { image } from '@rindle/processor-image/recipes'
import { afterEach, expect, it, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { storageIn } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

const accept = { types: ['image/jpeg'], maxBytes: 1_000_000 } as const
const thumb = image.crop(8, 8, { format: 'webp' })
const photo = defineProfile({ storage: 'main', accept, variants: { thumb } })

let application: Application<Profiles>
let older: Rindle
let newer: Rindle
afterEach(async () => application[Symbol.asyncDispose]())

const jobs = () => pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 })

/** An instance as it is deployed, and the next version of it, which is made later; on one database. */
async function deploy(
  oldOptions: Partial<RindleOptions<Profiles>>,
  newOptions: Partial<RindleOptions<Profiles>>,
): Promise<void> {
  application = await startApplication<Profiles>({ profiles: { photo }, jobs: jobs(), ...oldOptions })
  older = application.rindle
  newer = await application.another({ jobs: jobs(), ...newOptions })
}

const soon = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 })

/** Waits until the old workers have had the asset so often that a job would be dead by now, and have not refused it. */
async function handedOnByTheOld(id: string, times = 6): Promise<void> {
  await soon(async () => {
    await makeDue(older)
    const [job] = await older.prisma.$queryRaw<readonly { times: number | null }[]>`
      select max((data->>'handedOn')::int) as times from pgboss.job where data->>'assetId' = ${id}`
    const isRefused = (await older.asset(id))?.state === 'quarantined'
    expect(isRefused ? times : (job?.times ?? 0)).toBeGreaterThanOrEqual(times)
  })
  expect((await older.asset(id))?.state).not.toBe('quarantined')
}

async function readyByTheNew(id: string): Promise<AssetWithVariants | null> {
  await newer.work()
  await soon(async () => {
    await makeDue(newer)
    expect(await newer.asset(id)).toMatchObject({ state: 'ready' })
  })
  const asset = await newer.asset(id)
  expect(asset).toMatchObject({ waitingSince: null, errorReason: null })
  const moves = await newer.prisma.mediaProcessingRun.findMany({ where: { assetId: id, state: 'succeeded' } })
  expect(moves).not.toEqual([])
  expect((await newer.checkInvariants()).violations).toEqual([])
  return asset
}

async function upload(profile: string, filename = 'a.jpg'): Promise<string> {
  return (await newer.upload(profile, await quadrants(20, 20), { filename })).id
}

it('a profile that the old worker does not know waits for the new one', async () => {
  await deploy({}, { profiles: { photo, cover: photo } })
  await older.work()
  const id = await upload('cover')
  await handedOnByTheOld(id)
  expect(await older.asset(id)).toMatchObject({
    state: 'validating',
    errorReason: 'unknown_profile',
    waitingSince: expect.any(Date),
  })
  expect((await readyByTheNew(id))?.variants).toMatchObject([{ state: 'ready' }])
})

it('a storage that the old worker does not know waits for the new one, from the upload to the purge', async () => {
  await deploy({}, {})
  const archive = storageIn(`${application.directory}/archive`)
  const archived = defineProfile({ storage: 'archive', slots: { a: 'one' }, accept, variants: { thumb } })
  newer = await application.another({
    jobs: jobs(),
    profiles: { photo, archived },
    storages: { main: application.storage, archive },
  })
  // It knows the profile, and keeps its files elsewhere.
  const confused = await application.another({ jobs: jobs(), profiles: { photo, archived: photo } })
  const workers = await confused.work()
  const owner = { type: 'member', id: 1 }
  const uploaded = await newer.upload('archived', await quadrants(20, 20), { filename: 'a.jpg', owner, slot: 'a' })
  await handedOnByTheOld(uploaded.id)
  expect(await confused.asset(uploaded.id)).toMatchObject({ state: 'validating', errorReason: 'unknown_storage' })
  await workers.stop()

  const promoting = await newer.work({ queues: ['rindle_promote'] })
  await soon(async () => {
    await makeDue(newer)
    expect(await newer.asset(uploaded.id)).toMatchObject({ state: 'processing' })
  })
  await promoting.stop()
  const variants = await confused.work()
  await handedOnByTheOld(uploaded.id)
  expect(await newer.asset(uploaded.id)).toMatchObject({
    state: 'processing',
    variants: [{ state: 'queued', errorReason: 'unknown_storage', waitingSince: expect.any(Date) }],
  })
  await variants.stop()
  await readyByTheNew(uploaded.id)

  await newer.stop()
  const purging = await confused.work()
  await confused.detach(owner, 'a')
  await handedOnByTheOld(uploaded.id)
  await purging.stop()
  const last = await application.another({
    jobs: jobs(),
    profiles: { photo, archived },
    storages: { main: application.storage, archive },
  })
  await last.work()
  await soon(async () => {
    await makeDue(last)
    expect(await last.asset(uploaded.id)).toBeNull()
  })
  const left: string[] = []
  for await (const { key } of archive.list('')) left.push(key)
  expect(left).toEqual([])
})

it('a processor that the old worker does not have is waited for, for the probe of its types', async () => {
  const anything = { ...accept, types: ['image/*'] } as const
  const pictures = defineProfile({ storage: 'main', accept: anything, variants: { thumb } })
  await deploy(
    { profiles: { pictures }, processors: [withoutTypes(warmImageProcessor(), 'image/jpeg')] },
    { profiles: { pictures }, processors: [renamed(warmImageProcessor())] },
  )
  await older.work()
  const id = await upload('pictures')
  await handedOnByTheOld(id)
  expect(await older.asset(id)).toMatchObject({
    state: 'analyzing',
    errorReason: 'newer_worker_needed',
    errorMessage: expect.stringContaining('the processor jpegs'),
  })
  expect(await readyByTheNew(id)).toMatchObject({ width: 20 })
})

it('a file that nobody can read without the processor of its variants waits for a worker that has it', async () => {
  await deploy({ processors: [] }, { processors: [warmImageProcessor()] })
  await older.work()
  const { id } = await older.upload('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  await handedOnByTheOld(id)
  expect(await older.asset(id)).toMatchObject({
    state: 'analyzing',
    errorReason: 'processor_capability_missing',
    errorMessage: expect.stringContaining('Add @rindle/processor-image to `processors`'),
  })
  expect(await readyByTheNew(id)).toMatchObject({ width: 20 })
})

it('a processor that the old worker does not have is waited for, for its variants', async () => {
  const wide = defineProfile({ storage: 'main', accept, variants: { thumb, wide: image.fit(12) } })
  const webps = only(warmImageProcessor(), 'image/webp')
  await deploy({ processors: [webps] }, { profiles: { photo: wide }, processors: [warmImageProcessor()] })
  const promoting = await newer.work({ queues: ['rindle_promote'] })
  const id = await upload('photo')
  await soon(async () => expect(await newer.asset(id)).toMatchObject({ state: 'processing' }))
  await promoting.stop()
  await older.work()
  await handedOnByTheOld(id)
  expect((await older.asset(id))?.variants).toMatchObject([
    { name: 'thumb', state: 'ready' },
    { name: 'wide', state: 'queued', errorReason: 'processor_capability_missing' },
  ])
  await readyByTheNew(id)
})

it('a scanner that the old worker does not have is waited for: nothing passes unscanned', async () => {
  let scans = 0
  const scanner: Scanner = {
    name: 'virus',
    scan: async () => {
      scans += 1
      return { accepted: true }
    },
  }
  await deploy({}, { profiles: { photo: { ...photo, scanners: [scanner] } } })
  await older.work()
  const id = await upload('photo')
  await handedOnByTheOld(id)
  expect(await older.asset(id)).toMatchObject({
    state: 'validating',
    errorReason: 'newer_worker_needed',
    errorMessage: expect.stringContaining('the scanner virus'),
  })
  expect(scans).toBe(0)
  await readyByTheNew(id)
  expect(scans).toBe(1)
})

it('a file that the old worker would refuse and the new one accepts waits for the new one', async () => {
  const smaller = defineProfile({ storage: 'main', accept: { ...accept, maxBytes: 100 }, variants: { thumb } })
  await deploy({ profiles: { photo: smaller } }, { profiles: { photo } })
  await older.work()
  const id = await upload('photo')
  await handedOnByTheOld(id)
  expect(await older.asset(id)).toMatchObject({
    state: 'validating',
    errorReason: 'newer_worker_needed',
    errorMessage: expect.stringContaining('max_bytes_exceeded'),
  })
  await readyByTheNew(id)
})

it('a file that the new process took by the same rules is refused by an old worker as well', async () => {
  await deploy({}, {})
  await older.work()
  const { session, request } = await newer.presignedPut('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
  const { method, url, headers } = request
  await newer.serveFile(new Request(url, { method, headers, body: 'plain text' }))
  const { asset } = await newer.verifyCompletion(session.id)
  await soon(async () => expect(await newer.asset(asset.id)).toMatchObject({ state: 'quarantined' }))
})

it.each([
  ['kind', 'media', { kind: 'acme/stream', preset: 'hls' }, 'acme/stream', 'processor_capability_missing'],
  ['mode', 'process', { mode: 'smart' }, 'fast', 'newer_worker_needed'],
  ['option', 'process', { glow: 3 }, 'fast', 'newer_worker_needed'],
] as const)(
  'a recipe whose %s only the new worker knows waits for it, and what both know is made',
  async (_what, lane, change, workClass, reason) => {
    await deploy({}, {})
    const promoting = await newer.work({ queues: ['rindle_promote'] })
    const id = await upload('photo')
    await soon(async () => expect(await newer.asset(id)).toMatchObject({ state: 'processing' }))
    await promoting.stop()
    // A row of a newer version.
    const [known] = (await newer.asset(id))?.variants ?? []
    const recipe = 'kind' in change ? change : { ...known?.recipe, ...change }
    const digest = 'f'.repeat(64)
    await older.prisma.$executeRaw`
      insert into rindle.media_variants
        (id, asset_id, name, state, output_kind, recipe, recipe_digest, queue, work_class)
      values (gen_random_uuid(), ${id}::uuid, 'next', 'queued', 'image', ${JSON.stringify(recipe)}::jsonb, ${digest},
        ${lane}, ${workClass})`
    await enqueue({ queue: `rindle_${lane}`, key: `${id}:${workClass}`, payload: { assetId: id, class: workClass } })

    await older.work()
    await handedOnByTheOld(id)
    await soon(async () =>
      expect((await older.asset(id))?.variants).toMatchObject([
        {
          name: 'next',
          state: 'queued',
          errorReason: reason,
          waitingSince: expect.any(Date),
          attempt: 0,
        },
        { name: 'thumb', state: 'ready' },
      ]),
    )
    expect((await older.asset(id))?.state).toMatch(/^(processing|transcoding)$/)
    expect((await older.checkInvariants()).violations).toEqual([])
    expect(await older.recoverLostWork({ olderThanSeconds: 0 })).toMatchObject({ found: 0 })
    // The new worker: here it is one that knows the recipe because it is what both know.
    await older.prisma.$executeRaw`
      update rindle.media_variants
      set recipe = ${JSON.stringify(known?.recipe)}::jsonb, recipe_digest = ${known?.recipeDigest}, queue = 'process',
        work_class = 'fast'
      where asset_id = ${id}::uuid and name = 'next'`
    if (lane === 'media') {
      await enqueue({ queue: 'rindle_process', key: `${id}:fast`, payload: { assetId: id, class: 'fast' } })
    }
    await readyByTheNew(id)
  },
)

it.each([
  ['rindle_fetch', { urls: ['a', 'b'] }],
  ['rindle_promote', { everything: true }],
  ['rindle_process', { assetIds: ['a', 'b'] }],
  ['rindle_purge', { prefix: 'photo/' }],
  ['rindle_events', { targets: ['a', 'b'] }],
  ['rindle_maintenance', { task: 'polishLenses', options: {} }],
  ['rindle_maintenance', { task: 'pruneRuns', options: { live: true, onlyOn: 'mondays' } }],
  ['rindle_maintenance', { task: 'cleanupOrphans', options: { live: true, storage: 'archive' } }],
  ['rindle_maintenance', { task: 'purgeUnattached', options: { live: true, profile: 'cover' } }],
] as const)(
  'a job of %s that asks for what the old worker does not know (%j) waits, and is never dead',
  async (queue, payload) => {
    const errors: string[] = []
    await deploy({ logger: { ...silentLogger, error: (_fields, message) => void errors.push(message) } }, {})
    await enqueue({ queue, key: 'next', payload })
    await older.work()
    const waiting = async () =>
      older.prisma.$queryRaw<readonly { name: string; times: number; key: string }[]>`
      select name, (data->>'handedOn')::int as times, singleton_key as key from pgboss.job where state <> 'completed'`
    await soon(async () => {
      await makeDue(older)
      expect(await waiting()).toEqual([{ name: queue, times: expect.any(Number), key: 'next' }])
      expect((await waiting())[0]?.times).toBeGreaterThan(6)
    })
    const [job] = await older.prisma.$queryRaw<
      readonly { data: Record<string, unknown> }[]
    >`select data from pgboss.job`
    expect(job?.data).toMatchObject(payload)
    expect(errors).toEqual([])
  },
)

async function enqueue(request: Parameters<ReturnType<typeof jobs>['enqueue']>[0][number]): Promise<void> {
  const database = openDatabase(application.databaseUrl)
  const adapter = jobs()
  adapter.connect({ database, logger: silentLogger })
  await adapter.enqueue([request], database)
  await adapter.stop()
  await database.close()
}

/** The same processor with another part of its abilities. */
function changed(real: Processor, changes: Partial<Processor>): Processor {
  return {
    name: real.name,
    recipes: real.recipes,
    capabilities: real.capabilities,
    probes: real.probes,
    start: (context) => real.start(context),
    stop: () => real.stop(),
    probe: (source, options) => real.probe(source, options),
    process: (request) => real.process(request),
    diagnose: (context) => real.diagnose(context),
    ...changes,
  }
}

const withoutTypes = (real: Processor, ...types: readonly string[]): Processor =>
  changed(real, { probes: new Set([...real.probes].filter((type) => !types.includes(type))) })

const renamed = (real: Processor): Processor => changed(real, { name: 'jpegs' })

const only = (real: Processor, capability: string): Processor =>
  changed(real, { name: capability, capabilities: new Set([capability]) })
