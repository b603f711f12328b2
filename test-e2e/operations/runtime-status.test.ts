import {
  type AssetWithVariants,
  defineProfile,
  type Rindle,
  STATUS_CLASSES,
  type StatusClass,
  type StatusFinding,
  type StatusVerb,
  type Workers,
} from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy } from './deployment.ts'
import { snapshot } from './snapshot.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 }
const thumb = { mode: 'crop', width: 8, height: 8, format: 'webp' } as const
const profiles = {
  photo: defineProfile({ storage: 'main', accept, variants: { thumb } }),
  other: defineProfile({ storage: 'main', accept, variants: { thumb } }),
}

let application: Application<typeof profiles>
let rindle: Rindle<typeof profiles>
let workers: Workers

beforeAll(async () => {
  application = await startApplication({ profiles })
  rindle = application.rindle
  workers = await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())

let asset: AssetWithVariants

beforeEach(async () => {
  await sql('truncate rindle.media_assets, pgboss.job cascade')
  asset = await attachedPhoto('photo')
  // A job in hand would be taken for that of the work that is made wrong here.
  await vi.waitFor(async () => expect(await liveJobs()).toEqual([]), { timeout: 10_000 })
})

const liveJobs = (): Promise<readonly unknown[]> =>
  rindle.prisma.$queryRawUnsafe<readonly unknown[]>(`select id::text from pgboss.job where state <= 'active'`)
const sql = (text: string): Promise<number> => rindle.prisma.$executeRawUnsafe(text)

async function attachedPhoto(profile: keyof typeof profiles, owner = '1'): Promise<AssetWithVariants> {
  const to = { owner: { type: 'member', id: owner }, slot: 'cover' }
  const { id } = await rindle.upload(profile, await quadrants(40, 30), { filename: 'a.jpg', ...to })
  return settled(rindle, id)
}

async function finding(
  statusClass: StatusClass,
  options: Parameters<typeof rindle.runtimeStatus>[0] = {},
  instance: Pick<Rindle, 'runtimeStatus'> = rindle,
): Promise<StatusFinding | undefined> {
  const { findings } = await instance.runtimeStatus(options)
  return findings.find((found) => found.class === statusClass)
}

/** What the tests make wrong, by class: each names the verb that repairs it. */
const tested = new Map<StatusClass, StatusVerb>()

/** Makes something wrong, sees its line, repairs it, and sees the line go. */
function wrong(
  statusClass: StatusClass,
  verb: StatusVerb,
  how: {
    readonly make: () => Promise<unknown>
    readonly example: () => object
    readonly repair: () => Promise<unknown>
    readonly severity?: 'error' | 'notice'
  },
): void {
  tested.set(statusClass, verb)
  it(`${statusClass}: ${verb}`, async () => {
    expect(await finding(statusClass)).toBeUndefined()
    await how.make()
    const found = await finding(statusClass)
    expect(found).toMatchObject({
      class: statusClass,
      severity: how.severity ?? 'error',
      count: 1,
      isAtLeast: false,
      examples: [how.example()],
      recommendation: { verb, command: expect.stringMatching(/^rindle [a-z]/) },
    })
    await how.repair()
    await vi.waitFor(async () => expect(await finding(statusClass)).toBeUndefined(), { timeout: 10_000 })
  })
}

const OLD = `now() - interval '10 minutes'`
const setVariant = (set: string) => sql(`update rindle.media_variants set ${set} where asset_id = '${asset.id}'`)
const setAsset = (set: string) => sql(`update rindle.media_assets set ${set} where id = '${asset.id}'`)
const variantExample = (state: string) => ({ assetId: asset.id, variantName: 'thumb', state })

async function newSession(state: string, expiry: string, strategy = 'presigned_put'): Promise<void> {
  const { session } = await rindle.presignedPut('photo', { filename: 'b.jpg', contentType: 'image/jpeg', byteSize: 9 })
  const protocol = strategy === 'resumable' ? `'tus'` : 'null'
  await sql(`update rindle.media_upload_sessions set state = '${state}', expires_at = now() + interval '${expiry}',
    upload_strategy = '${strategy}', resumable_protocol = ${protocol} where id = '${session.id}'`)
}

describe('runtime status', () => {
  it('says nothing where nothing is wrong, and counts what there is', async () => {
    const { findings, counts, profile, takenAt } = await rindle.runtimeStatus()
    expect({ findings, counts, profile }).toEqual({
      findings: [],
      counts: { assets: { ready: 1 }, variants: { ready: 1 }, sessions: { completed: 1 }, isPartial: false },
      profile: null,
    })
    expect(Math.abs(takenAt.getTime() - Date.now())).toBeLessThan(60_000)
  })

  wrong('failed_work', 'requeueVariants', {
    make: () => setVariant(`state = 'failed', error_reason = 'corrupt_media'`),
    example: () => ({ ...variantExample('failed'), reason: 'corrupt_media' }),
    repair: () => rindle.requeueVariants(asset.id),
  })
  wrong('cancelled_work', 'requeueVariants', {
    severity: 'notice',
    make: () => setVariant(`state = 'cancelled'`),
    example: () => variantExample('cancelled'),
    repair: () => rindle.requeueVariants(asset.id),
  })
  wrong('storage_drift', 'regenerateVariants', {
    make: () => setVariant(`state = 'missing'`),
    example: () => variantExample('missing'),
    repair: () => rindle.regenerateVariants(),
  })
  wrong('recipe_drift', 'regenerateVariants', {
    make: () => setVariant(`recipe_digest = repeat('0', 64)`),
    example: () => variantExample('ready'),
    repair: () => rindle.regenerateVariants(),
  })
  wrong('queue_starved', 'recoverLostWork', {
    make: () => setVariant(`state = 'queued', job_id = null, updated_at = ${OLD}`),
    example: () => variantExample('queued'),
    repair: () => rindle.recoverLostWork(),
  })
  wrong('orphan_suspect', 'recoverLostWork', {
    make: () => setVariant(`state = 'processing', job_id = 'gone', updated_at = ${OLD}`),
    example: () => variantExample('processing'),
    repair: () => rindle.recoverLostWork(),
  })
  wrong('stuck_asset', 'recoverLostWork', {
    make: () => setAsset(`state = 'analyzing', updated_at = ${OLD}`),
    example: () => ({ assetId: asset.id, variantName: null, state: 'analyzing' }),
    repair: () => rindle.recoverLostWork(),
  })
  wrong('probe_drift', 'reprobe', {
    make: () => setAsset('width = null, height = null'),
    example: () => ({ assetId: asset.id, state: 'ready' }),
    repair: () => rindle.reprobe(asset.id),
  })
  wrong('overdue_session', 'abortIncompleteUploads', {
    make: () => newSession('signed', '-1 hour'),
    example: () => ({ sessionId: expect.any(String), state: 'signed' }),
    repair: () => rindle.abortIncompleteUploads(),
  })
  wrong('resumable_stale', 'abortIncompleteUploads', {
    make: () => newSession('resuming', '-1 hour', 'resumable'),
    example: () => ({ sessionId: expect.any(String), state: 'resuming' }),
    repair: () => rindle.abortIncompleteUploads(),
  })
  wrong('expired_session', 'cleanupOrphans', {
    severity: 'notice',
    make: () => newSession('expired', '-1 hour'),
    example: () => ({ sessionId: expect.any(String), state: 'expired' }),
    repair: () => rindle.cleanupOrphans({ live: true }),
  })
  wrong('failed_session', 'purgeUnattached', {
    severity: 'notice',
    make: () => newSession('failed', '1 hour'),
    example: () => ({ sessionId: expect.any(String), state: 'failed' }),
    repair: () => rindle.purgeUnattached({ live: true, graceSeconds: 0 }),
  })
  wrong('quarantined_asset', 'purgeUnattached', {
    severity: 'notice',
    make: async () => {
      await rindle.detach({ type: 'member', id: 1 }, 'cover')
      const rejected = await rindle.upload('photo', await quadrants(8, 8), { filename: 'b.jpg' })
      await settled(rindle, rejected.id)
      await sql(`update rindle.media_assets set state = 'quarantined', error_reason = 'scanner_rejected:virus'
        where id = '${rejected.id}'`)
    },
    example: () => ({ state: 'quarantined', reason: 'scanner_rejected:virus' }),
    repair: () => rindle.purgeUnattached({ live: true, quarantineGraceSeconds: 0 }),
  })
  wrong('refused_by_outage', 'releaseAsset', {
    make: () => setAsset(`state = 'quarantined', error_reason = 'promotion_failed:ffmpeg_not_found'`),
    example: () => ({ state: 'quarantined', reason: 'promotion_failed:ffmpeg_not_found' }),
    repair: () => rindle.releaseAsset(asset.id),
  })
  wrong('unattached_asset', 'purgeUnattached', {
    severity: 'notice',
    make: async () => {
      await sql('delete from rindle.media_attachments')
      const id = '01900000-0000-7000-8000-000000000001'
      // As old as it says: ids tell the time as well.
      await sql(`update rindle.media_assets set id = '${id}', updated_at = now() - interval '8 days'`)
    },
    example: () => ({ assetId: '01900000-0000-7000-8000-000000000001', state: 'ready' }),
    repair: () => rindle.purgeUnattached({ live: true }),
  })

  tested.set('no_worker', 'work')
  it('no_worker: work', async () => {
    await workers.stop()
    const found = await finding('no_worker')
    expect(found).toMatchObject({ count: 5, severity: 'error', recommendation: { verb: 'work' } })
    expect(found?.examples.map(({ queue }) => queue)).toContain('rindle_promote')
    const some = await rindle.work({ queues: ['rindle_promote'] })
    // A queue that nobody serves matters once something waits in it.
    expect(await finding('no_worker')).toBeUndefined()
    await rindle.regenerateVariants()
    await setVariant(`state = 'failed'`)
    await rindle.requeueVariants(asset.id)
    expect(await finding('no_worker')).toMatchObject({
      count: 1,
      examples: [{ queue: 'rindle_process', reason: '1 jobs wait' }],
    })
    await some.stop()
    workers = await application.work()
    await vi.waitFor(async () => expect(await finding('no_worker')).toBeUndefined(), { timeout: 10_000 })
  })

  it('has a class, and a test, for each that it declares', () => {
    expect([...tested.keys()].toSorted()).toEqual([...STATUS_CLASSES].toSorted())
  })
})

describe('what the status counts', () => {
  it('is of one profile where that is asked for', async () => {
    await attachedPhoto('other', '2')
    await setVariant(`state = 'failed'`)
    expect(await finding('failed_work', { profile: 'photo' })).toMatchObject({ count: 1 })
    expect(await finding('failed_work', { profile: 'other' })).toBeUndefined()
    const { counts, profile } = await rindle.runtimeStatus({ profile: 'other' })
    expect({ counts, profile }).toEqual({
      counts: { assets: { ready: 1 }, variants: { ready: 1 }, sessions: { completed: 1 }, isPartial: false },
      profile: 'other',
    })
    const unknown = rindle.runtimeStatus({ profile: 'phot' as 'photo' })
    await expect(unknown).rejects.toMatchObject({ code: 'unknown_profile' })
  })

  it('has few examples, the oldest first, and leaves out what is younger than asked for', async () => {
    for (const owner of ['2', '3', '4']) await attachedPhoto('photo', owner)
    await sql(`update rindle.media_variants set state = 'failed', updated_at = now() - interval '1 hour'
      * (1 + (select count(*) from rindle.media_variants as older where older.id < media_variants.id))`)
    await setVariant(`updated_at = now()`)
    const found = await finding('failed_work', { limit: 2 })
    const hoursOf = (seconds: number | null | undefined) => Math.floor((seconds ?? 0) / 3_600)
    expect(found).toMatchObject({ count: 4, isAtLeast: false })
    expect(hoursOf(found?.oldestAgeSeconds)).toBe(4)
    expect(found?.examples.map(({ ageSeconds }) => hoursOf(ageSeconds))).toEqual([4, 3])
    expect(await finding('failed_work', { olderThanSeconds: 60 })).toMatchObject({ count: 3 })
    expect(await finding('failed_work', { olderThanSeconds: 18_000 })).toBeUndefined()
    for (const wrongOptions of [{ limit: 0 }, { limit: 101 }, { limit: 1.5 }, { olderThanSeconds: -1 }]) {
      await expect(rindle.runtimeStatus(wrongOptions)).rejects.toMatchObject({ code: 'invalid_input' })
    }
  })

  it('is nothing of what waits its turn, or has just changed', async () => {
    await workers.stop()
    await setVariant(`state = 'failed'`)
    await rindle.requeueVariants(asset.id)
    await setVariant(`updated_at = ${OLD}`)
    expect(await finding('queue_starved')).toBeUndefined()
    await sql('truncate pgboss.job')
    await setVariant(`updated_at = now()`)
    expect(await finding('queue_starved')).toBeUndefined()
    expect(await finding('queue_starved', { olderThanSeconds: 0 })).toMatchObject({ count: 1 })
    await sql(`update rindle.media_upload_sessions set state = 'signed', expires_at = now() + interval '1 hour'`)
    expect(await finding('overdue_session')).toBeUndefined()
    workers = await application.work()
  })

  it('is no work that ends while the queue is asked for its job', async () => {
    const finishing = new Proxy(pgBossJobs(), {
      get: (jobs, name) => {
        const member: unknown = Reflect.get(jobs, name)
        if (name !== 'findLive') return typeof member === 'function' ? member.bind(jobs) : member
        return async () => {
          await setVariant(`state = 'ready', updated_at = now()`)
          return new Set()
        }
      },
    })
    const deployed = await deploy(application, profiles, { jobs: finishing })
    await setVariant(`state = 'processing', job_id = 'a', updated_at = ${OLD}`)
    expect(await finding('orphan_suspect', {}, deployed)).toBeUndefined()
  })

  it('is a variant that a profile declares and an asset has never had, and none that another kind has', async () => {
    const wider = {
      ...profiles,
      photo: defineProfile({
        storage: 'main',
        accept,
        variants: { thumb, card: { mode: 'fit', width: 20 } },
      }),
    }
    const deployed = await deploy(application, wider)
    expect(await finding('recipe_drift', {}, deployed)).toMatchObject({
      count: 1,
      examples: [{ assetId: asset.id, variantName: 'card', state: null, reason: 'never planned' }],
    })
    await deployed.regenerateVariants()
    await settled(rindle, asset.id)
    expect(await finding('recipe_drift', {}, deployed)).toBeUndefined()
  })

  it('is a recipe that was changed in one profile while another one still has it', async () => {
    await attachedPhoto('other', '2')
    const changed = {
      ...profiles,
      other: defineProfile({ storage: 'main', accept, variants: { thumb: { ...thumb, width: 9 } } }),
    }
    const deployed = await deploy(application, changed)
    expect(await finding('recipe_drift', {}, deployed)).toMatchObject({ count: 1, isAtLeast: false })
    expect(await finding('recipe_drift')).toBeUndefined()
  })

  it('changes nothing, and needs no started instance', async () => {
    await setVariant(`state = 'failed'`)
    await setAsset('width = null, height = null')
    await newSession('signed', '-1 hour')
    await workers.stop()
    const before = await snapshot(rindle, application.storage)
    await rindle.runtimeStatus({ olderThanSeconds: 0 })
    expect(await snapshot(rindle, application.storage)).toEqual(before)
    workers = await application.work()
  })
})
