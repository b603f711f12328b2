import { defineProfile } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { describe, expect, it } from 'vitest'
import { settled } from '../support/application.ts'
import { deploy } from './deployment.ts'
import { snapshot } from './snapshot.ts'
import { accept, OLD, profiles, thumb, useStatusApplication } from './status-application.ts'

const at = useStatusApplication()

describe('a finding', () => {
  it('is judged as it is asked for: by thresholds, by severities, and not at all', async () => {
    await at.setVariant(`state = 'failed', error_reason = 'processing_failed', updated_at = ${OLD}`)
    const options = { thresholds: { failed_work: 601 }, severities: { failed_work: 'notice' } } as const
    expect(await at.finding('failed_work', { thresholds: { failed_work: 599 } })).toMatchObject({
      thresholdSeconds: 599,
    })
    expect(await at.finding('failed_work', { thresholds: { failed_work: 3_600 } })).toBeUndefined()
    // More exact than the threshold of all.
    expect(await at.finding('failed_work', { ...options, thresholds: {}, olderThanSeconds: 3_600 })).toBeUndefined()
    expect(await at.finding('failed_work', { thresholds: { failed_work: 0 }, olderThanSeconds: 3_600 })).toBeDefined()
    expect(await at.finding('failed_work', { severities: { failed_work: 'notice' } })).toMatchObject({
      severity: 'notice',
    })
    expect(await at.finding('failed_work', { severities: { failed_work: 'ignore' } })).toBeUndefined()
  })

  it.each([
    [{ thresholds: { failed: 5 } }, 'thresholds.failed: there is no class "failed". The classes are: no_worker, '],
    [{ thresholds: { backlog: -1 } }, 'thresholds.backlog must be a number of seconds from 0.'],
    [{ thresholds: { backlog: '5' } }, 'thresholds.backlog must be a number of seconds from 0.'],
    [{ thresholds: { maintenance_unscheduled: 5 } }, 'thresholds.maintenance_unscheduled: this class has no threshold'],
    [{ severities: { backlog: 'red' } }, 'severities.backlog must be one of error, warn, notice, ignore.'],
    [{ severities: { toString: 'error' } }, 'severities.toString: there is no class "toString".'],
  ])('%j is refused', async (options, message) => {
    await expect(at.rindle.runtimeStatus(options as never)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(message),
    })
  })

  it('is neither the remains of a rejected file, nor variants that are no longer declared', async () => {
    for (const state of ['failed', 'cancelled', 'missing', 'stale']) {
      await at.setVariant(`state = '${state}', error_reason = 'corrupt_media'`)
      await at.setAsset(`state = 'quarantined'`)
      const { findings } = await at.rindle.runtimeStatus()
      expect([state, ...findings.map((found) => found.class)]).toEqual([state, 'quarantined_asset'])
      await at.setAsset(`state = 'degraded'`)
      await at.setVariant(`name = 'undeclared'`)
      const others = (await at.rindle.runtimeStatus()).findings.map((found) => found.class)
      // Only a declared variant without a row is drift; nothing else counts as work.
      expect([state, ...others]).toEqual([state, 'recipe_drift'])
      await at.setVariant(`name = 'thumb'`)
    }
  })

  it('is the original, not each variant that cannot be made of it', async () => {
    await at.setVariant(`state = 'failed', error_reason = 'original_missing'`)
    await at.setAsset(`state = 'degraded', original_damaged_at = now(), error_reason = 'original_missing'`)
    const { findings } = await at.rindle.runtimeStatus()
    expect(findings.map((found) => found.class)).toEqual(['lost_original'])
  })

  it('is a promotion whose attempts fail, or do not end, and none that waits its turn', async () => {
    await at.waitingJob('rindle_promote')
    await at.setAsset(`state = 'validating', updated_at = ${OLD}`)
    await at.sql('truncate rindle.media_processing_runs')
    expect(await at.finding('stuck_promotion')).toBeUndefined()
    const attempt = (state: string, startedAt: string, reason: string): Promise<number> =>
      at.sql(`insert into rindle.media_processing_runs (id, asset_id, worker, state, started_at, finished_at, error_reason)
        values (gen_random_uuid(), '${at.asset.id}', 'a:1', '${state}', ${startedAt},
          ${state === 'failed' ? 'now()' : 'null'}, ${reason})`)
    await attempt('processing', OLD, 'null')
    expect(await at.finding('stuck_promotion')).toBeUndefined()
    await attempt('processing', `now() - interval '2 hours'`, 'null')
    expect(await at.finding('stuck_promotion')).toMatchObject({ examples: [{ reason: 'still_running' }] })
    await attempt('failed', OLD, `'storage_unavailable'`)
    expect(await at.finding('stuck_promotion')).toMatchObject({
      count: 1,
      examples: [{ reason: 'storage_unavailable' }],
    })
    await at.sql('truncate pgboss.job cascade')
    // Without a job it is lost work, and told once.
    const { findings } = await at.rindle.runtimeStatus()
    expect(findings.map((found) => found.class)).toEqual(['stuck_asset'])
  })

  it('is a purge that waits', async () => {
    await at.waitingJob('rindle_purge')
    await at.setAsset(`state = 'deleted', waiting_since = ${OLD}, error_reason = 'storage_denied'`)
    expect(await at.finding('waiting_work')).toMatchObject({
      count: 1,
      examples: [{ assetId: at.asset.id, variantName: null, state: 'deleted', reason: 'storage_denied' }],
    })
  })

  it('is not a file without a duration in its header', async () => {
    await at.setVariant(`state = 'purged'`)
    const probed = `kind = 'audio', width = null, height = null, has_audio_track = true, duration_ms = null`
    await at.setAsset(`${probed}, content_type = 'image/jpeg'`)
    expect(await at.finding('probe_drift')).toBeUndefined()
    await at.setAsset('has_audio_track = null')
    expect(await at.finding('probe_drift')).toMatchObject({ count: 1 })
  })
})

describe('what the status counts', () => {
  it('is of one profile where that is asked for', async () => {
    await at.attachedPhoto('other', '2')
    await at.setVariant(`state = 'failed'`)
    expect(await at.finding('failed_work', { profile: 'photo' })).toMatchObject({ count: 1 })
    expect(await at.finding('failed_work', { profile: 'other' })).toBeUndefined()
    const { counts, profile } = await at.rindle.runtimeStatus({ profile: 'other' })
    expect({ counts, profile }).toEqual({
      counts: {
        assets: { ready: 1 },
        variants: { ready: 1 },
        onDemand: {},
        sessions: { completed: 1 },
        isPartial: false,
        isEstimated: false,
      },
      profile: 'other',
    })
    const unknown = at.rindle.runtimeStatus({ profile: 'phot' as 'photo' })
    await expect(unknown).rejects.toMatchObject({ code: 'unknown_profile' })
  })

  it('is counted by state as before where a table is said to be very large', async () => {
    await at.attachedPhoto('other', '2')
    const { counts } = await at.rindle.runtimeStatus()
    const tables = ['media_assets', 'media_variants', 'media_upload_sessions']
    const oids = tables.map((table) => `'rindle.${table}'::regclass`).join(', ')
    await at.sql(`update pg_catalog.pg_class set reltuples = 6000000 where oid in (${oids})`)
    const large = await at.rindle.runtimeStatus()
    await at.sql(`analyze ${tables.map((table) => `rindle.${table}`).join(', ')}`)
    expect(large.counts).toEqual(counts)
    expect(counts.assets).toEqual({ ready: 2 })
  })

  it('has few examples, the oldest first, and omits those younger than requested', async () => {
    for (const owner of ['2', '3', '4']) await at.attachedPhoto('photo', owner)
    await at.sql(`update rindle.media_variants set state = 'failed', updated_at = now() - interval '1 hour'
      * (1 + (select count(*) from rindle.media_variants as older where older.id < media_variants.id))`)
    await at.setVariant(`updated_at = now()`)
    const found = await at.finding('failed_work', { limit: 2 })
    const hoursOf = (seconds: number | null | undefined) => Math.floor((seconds ?? 0) / 3_600)
    expect(found).toMatchObject({ count: 4, isAtLeast: false })
    expect(hoursOf(found?.oldestAgeSeconds)).toBe(4)
    expect(found?.examples.map(({ ageSeconds }) => hoursOf(ageSeconds))).toEqual([4, 3])
    expect(await at.finding('failed_work', { olderThanSeconds: 60 })).toMatchObject({ count: 3 })
    expect(await at.finding('failed_work', { olderThanSeconds: 18_000 })).toBeUndefined()
    for (const wrongOptions of [{ limit: 0 }, { limit: 101 }, { limit: 1.5 }, { olderThanSeconds: -1 }]) {
      await expect(at.rindle.runtimeStatus(wrongOptions)).rejects.toMatchObject({ code: 'invalid_input' })
    }
  })

  it('is not work that waits its turn, or has just changed', async () => {
    await at.workers.stop()
    await at.setVariant(`state = 'failed'`)
    await at.rindle.requeueVariants(at.asset.id)
    await at.setVariant(`updated_at = ${OLD}`)
    expect(await at.finding('queue_starved')).toBeUndefined()
    await at.sql('truncate pgboss.job')
    await at.setVariant(`updated_at = now()`)
    expect(await at.finding('queue_starved')).toBeUndefined()
    expect(await at.finding('queue_starved', { olderThanSeconds: 0 })).toMatchObject({ count: 1 })
    await at.sql(`update rindle.media_upload_sessions set state = 'signed', expires_at = now() + interval '1 hour'`)
    expect(await at.finding('overdue_session')).toBeUndefined()
    at.workers = await at.application.work()
  })

  it('is not work that ends while the queue is asked for its job', async () => {
    const finishing = new Proxy(pgBossJobs(), {
      get: (jobs, name) => {
        const member: unknown = Reflect.get(jobs, name)
        if (name !== 'findLive') return typeof member === 'function' ? member.bind(jobs) : member
        return async () => {
          await at.setVariant(`state = 'ready', updated_at = now()`)
          return new Set()
        }
      },
    })
    const deployed = await deploy(at.application, profiles, { jobs: finishing })
    await at.setVariant(`state = 'processing', job_id = 'a', updated_at = ${OLD}`)
    expect(await at.finding('orphan_suspect', {}, deployed)).toBeUndefined()
  })

  it('is a variant that a profile declares and an asset has never had, and none that another kind has', async () => {
    const wider = {
      ...profiles,
      photo: defineProfile({
        storage: 'main',
        accept,
        variants: { thumb, card: image.fit(20) },
      }),
    }
    const deployed = await deploy(at.application, wider)
    expect(await at.finding('recipe_drift', {}, deployed)).toMatchObject({
      count: 1,
      examples: [{ assetId: at.asset.id, variantName: 'card', state: null, reason: 'never planned' }],
    })
    await deployed.regenerateVariants()
    await settled(at.rindle, at.asset.id)
    expect(await at.finding('recipe_drift', {}, deployed)).toBeUndefined()
  })

  it('is a recipe that was changed in one profile while another one still has it', async () => {
    await at.attachedPhoto('other', '2')
    const changed = {
      ...profiles,
      other: defineProfile({ storage: 'main', accept, variants: { thumb: image.crop(9, 8, { format: 'webp' }) } }),
    }
    const deployed = await deploy(at.application, changed)
    expect(await at.finding('recipe_drift', {}, deployed)).toMatchObject({ count: 1, isAtLeast: false })
    expect(await at.finding('recipe_drift')).toBeUndefined()
  })

  it('changes nothing, and needs no started instance', async () => {
    await at.setVariant(`state = 'failed'`)
    await at.setAsset('width = null, height = null')
    await at.newSession('signed', '1 hour')
    await at.workers.stop()
    const before = await snapshot(at.rindle, at.application.storage)
    await at.rindle.runtimeStatus({ olderThanSeconds: 0 })
    expect(await snapshot(at.rindle, at.application.storage)).toEqual(before)
    at.workers = await at.application.work()
  })
})
