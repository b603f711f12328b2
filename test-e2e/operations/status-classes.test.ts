import { QUEUE_NAMES, STATUS_CLASSES, type StatusClass, type StatusSeverity, type StatusVerb } from '@rindle/core'
import { describe, expect, it, vi } from 'vitest'
import { settled } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { OLD, TARGET, useStatusApplication } from './status-application.ts'

const at = useStatusApplication()

/** The problems that the tests make, by class: each names the verb that repairs it. */
const tested = new Map<StatusClass, StatusVerb>()

/** Makes a problem, sees its line, follows its recommendation, and sees the line go. */
function wrong(
  statusClass: StatusClass,
  verb: StatusVerb,
  how: {
    readonly make: () => Promise<unknown>
    readonly example: () => object
    readonly repair: () => Promise<unknown>
    readonly severity?: StatusSeverity
  },
): void {
  tested.set(statusClass, verb)
  it(`${statusClass}: ${verb}`, async () => {
    expect(await at.finding(statusClass)).toBeUndefined()
    await how.make()
    const found = await at.finding(statusClass)
    expect(found).toMatchObject({
      class: statusClass,
      severity: how.severity ?? 'error',
      count: 1,
      isAtLeast: false,
      examples: [how.example()],
      recommendation: { verb, command: expect.stringMatching(/^rindle [a-z]/) },
    })
    await how.repair()
    await vi.waitFor(async () => expect(await at.finding(statusClass)).toBeUndefined(), { timeout: 10_000 })
  })
}

describe('runtime status', () => {
  it('says nothing where nothing is wrong, and counts what there is', async () => {
    const { findings, counts, profile, takenAt, queues } = await at.rindle.runtimeStatus()
    expect({ findings, counts, profile }).toEqual({
      findings: [],
      counts: {
        assets: { ready: 1 },
        variants: { ready: 1 },
        onDemand: {},
        sessions: { completed: 1 },
        isPartial: false,
        isEstimated: false,
      },
      profile: null,
    })
    expect(queues).toEqual(
      QUEUE_NAMES.map((queue) => ({
        queue,
        waiting: 0,
        oldestWaitSeconds: null,
        running: 0,
        dead: 0,
        oldestDeadSeconds: null,
        workers: 1,
      })),
    )
    expect(Math.abs(takenAt.getTime() - Date.now())).toBeLessThan(60_000)
  })

  wrong('stuck_promotion', 'doctor', {
    make: async () => {
      await at.waitingJob('rindle_promote')
      await at.setAsset(`state = 'analyzing', waiting_since = ${OLD}, error_reason = 'storage_unavailable',
        error_message = 'The storage did not answer.'`)
    },
    example: () => ({
      assetId: at.asset.id,
      state: 'analyzing',
      reason: 'storage_unavailable',
      message: 'The storage did not answer.',
      ageSeconds: expect.toSatisfy((seconds: number) => seconds >= 600),
    }),
    repair: async () => {
      await at.rindle.doctor({ profiles: [] })
      await at.endOutage()
    },
  })
  wrong('waiting_work', 'doctor', {
    make: async () => {
      await at.waitingJob('rindle_process', 'fast')
      await at.setVariant(`state = 'queued', waiting_since = ${OLD}, error_reason = 'insufficient_disk',
        error_message = 'The disk is full.'`)
    },
    example: () => ({ ...at.variantExample('queued'), reason: 'insufficient_disk', message: 'The disk is full.' }),
    repair: async () => {
      await at.rindle.doctor({ profiles: [] })
      await at.endOutage()
    },
  })
  wrong('failed_work', 'requeueVariants', {
    make: () => at.setVariant(`state = 'failed', error_reason = 'processing_failed'`),
    example: () => ({ ...at.variantExample('failed'), reason: 'processing_failed' }),
    repair: () => at.rindle.requeueVariants(at.asset.id),
  })
  wrong('refused_work', 'requeueVariants', {
    severity: 'notice',
    make: () => at.setVariant(`state = 'failed', error_reason = 'unsupported_codec'`),
    example: () => ({ ...at.variantExample('failed'), reason: 'unsupported_codec' }),
    repair: () => at.rindle.requeueVariants(at.asset.id),
  })
  wrong('cancelled_work', 'requeueVariants', {
    severity: 'notice',
    make: () => at.setVariant(`state = 'cancelled'`),
    example: () => at.variantExample('cancelled'),
    repair: () => at.rindle.requeueVariants(at.asset.id),
  })
  wrong('lost_original', 'verifyStorage', {
    make: () =>
      at.setAsset(`original_damaged_at = now(), error_reason = 'original_missing', error_message = 'It is gone.'`),
    example: () => ({ assetId: at.asset.id, reason: 'original_missing', message: 'It is gone.' }),
    repair: () => at.rindle.verifyStorage(),
  })
  wrong('damaged_original', 'verifyStorage', {
    make: () => at.setAsset(`original_damaged_at = now(), error_reason = 'original_damaged'`),
    example: () => ({ assetId: at.asset.id, reason: 'original_damaged' }),
    repair: () => at.rindle.verifyStorage(),
  })
  wrong('storage_drift', 'regenerateVariants', {
    make: () => at.setVariant(`state = 'missing'`),
    example: () => at.variantExample('missing'),
    repair: () => at.rindle.regenerateVariants(),
  })
  wrong('recipe_drift', 'regenerateVariants', {
    severity: 'warn',
    make: () => at.setVariant(`recipe_digest = repeat('0', 64)`),
    example: () => at.variantExample('ready'),
    repair: () => at.rindle.regenerateVariants(),
  })
  wrong('queue_starved', 'recoverLostWork', {
    make: () => at.setVariant(`state = 'queued', job_id = null, updated_at = ${OLD}`),
    example: () => at.variantExample('queued'),
    repair: () => at.rindle.recoverLostWork(),
  })
  wrong('orphan_suspect', 'recoverLostWork', {
    make: () => at.setVariant(`state = 'processing', job_id = 'gone', updated_at = ${OLD}`),
    example: () => at.variantExample('processing'),
    repair: () => at.rindle.recoverLostWork(),
  })
  wrong('stuck_asset', 'recoverLostWork', {
    make: () => at.setAsset(`state = 'analyzing', updated_at = ${OLD}`),
    example: () => ({ assetId: at.asset.id, variantName: null, state: 'analyzing' }),
    repair: () => at.rindle.recoverLostWork(),
  })
  wrong('probe_drift', 'reprobe', {
    severity: 'notice',
    make: () => at.setAsset('width = null, height = null'),
    example: () => ({ assetId: at.asset.id, state: 'ready' }),
    repair: () => at.rindle.reprobe(at.asset.id),
  })
  wrong('overdue_session', 'abortIncompleteUploads', {
    make: () => at.newSession('signed', '27 hours'),
    example: () => ({ sessionId: expect.any(String), state: 'signed' }),
    repair: () => at.rindle.abortIncompleteUploads(),
  })
  wrong('resumable_stale', 'abortIncompleteUploads', {
    make: () => at.newSession('resuming', '27 hours', 'resumable'),
    example: () => ({ sessionId: expect.any(String), state: 'resuming' }),
    repair: () => at.rindle.abortIncompleteUploads(),
  })
  wrong('expired_session', 'cleanupOrphans', {
    severity: 'warn',
    make: () => at.newSession('expired', '27 hours'),
    example: () => ({ sessionId: expect.any(String), state: 'expired' }),
    repair: () => at.rindle.cleanupOrphans({ live: true }),
  })
  wrong('expired_staging', 'purgeUnattached', {
    severity: 'warn',
    make: async () => {
      await at.newSession('expired', '9 days')
      await at.rindle.cleanupOrphans({ live: true })
    },
    example: () => ({ assetId: expect.any(String), state: 'staged' }),
    repair: () => at.rindle.purgeUnattached({ live: true }),
  })
  wrong('failed_session', 'purgeUnattached', {
    severity: 'notice',
    make: () => at.newSession('failed', '40 days'),
    example: () => ({ sessionId: expect.any(String), state: 'failed' }),
    repair: () => at.rindle.purgeUnattached({ live: true }),
  })
  wrong('quarantined_asset', 'purgeUnattached', {
    severity: 'notice',
    make: async () => {
      await at.rindle.detach({ type: 'member', id: 1 }, 'cover')
      const rejected = await at.rindle.upload('photo', await quadrants(8, 8), { filename: 'b.jpg' })
      await settled(at.rindle, rejected.id)
      await at.sql(`update rindle.media_assets set state = 'quarantined', error_reason = 'scanner_rejected:virus'
        where id = '${rejected.id}'`)
    },
    example: () => ({ state: 'quarantined', reason: 'scanner_rejected:virus' }),
    repair: () => at.rindle.purgeUnattached({ live: true, quarantineGraceSeconds: 0 }),
  })
  it('quarantined_asset: one that is attached stays, and goes when it is purged by name', async () => {
    await at.setAsset(`state = 'quarantined', error_reason = 'unknown_type', updated_at = ${OLD}`)
    const { advice } = (await at.finding('quarantined_asset'))?.recommendation ?? {}
    expect(advice).toContain('rindle purge <assetId> --detach --live')
    expect(await at.rindle.purgeUnattached({ live: true, quarantineGraceSeconds: 0 })).toMatchObject({ found: 0 })
    await at.rindle.purgeAsset(at.asset.id, { live: true, detach: true })
    await vi.waitFor(async () => expect(await at.finding('quarantined_asset')).toBeUndefined(), { timeout: 10_000 })
  })
  wrong('refused_by_outage', 'releaseAsset', {
    make: () => at.setAsset(`state = 'quarantined', error_reason = 'promotion_failed:program_not_found'`),
    example: () => ({ state: 'quarantined', reason: 'promotion_failed:program_not_found' }),
    repair: () => at.rindle.releaseAsset(at.asset.id),
  })
  wrong('unattached_asset', 'purgeUnattached', {
    severity: 'notice',
    make: async () => {
      await at.sql('delete from rindle.media_attachments')
      const id = '01900000-0000-7000-8000-000000000001'
      // As old as it says: ids hold the time as well.
      await at.sql(`update rindle.media_assets set id = '${id}', updated_at = now() - interval '8 days'`)
    },
    example: () => ({ assetId: '01900000-0000-7000-8000-000000000001', state: 'ready' }),
    repair: () => at.rindle.purgeUnattached({ live: true }),
  })
  wrong('dead_delivery', 'redeliver', {
    make: () =>
      at.oldEvent('state, settled_at, error_reason, error_message', `'dead', ${OLD}, 'handler_failed', 'No such row.'`),
    example: () => ({
      target: TARGET,
      eventId: expect.any(String),
      assetId: at.asset.id,
      state: 'dead',
      reason: 'handler_failed',
      message: 'No such row.',
    }),
    repair: () => at.rindle.redeliver({ target: TARGET }),
  })
  wrong('disabled_target', 'resumeDeliveries', {
    make: () => at.setTarget(`disabled_at = ${OLD}`),
    example: () => ({ target: TARGET, assetId: null, state: 'disabled', reason: 'webhook_gone' }),
    repair: () => at.rindle.resumeDeliveries(TARGET),
  })
  wrong('unserved_target', 'work', {
    make: () => at.setTarget(`held_until = now() + interval '1 hour', held_reason = 'no_code', updated_at = ${OLD}`),
    example: () => ({ target: TARGET, state: 'held' }),
    // One that starts with the code says so.
    repair: async () => void (await at.application.another()),
  })
  wrong('undelivered_event', 'doctor', {
    make: () => at.oldEvent('next_attempt_at, error_reason', `now() + interval '1 hour', 'handler_failed'`),
    example: () => ({ target: TARGET, assetId: at.asset.id, state: 'pending', reason: 'handler_failed' }),
    repair: async () => {
      await at.rindle.doctor({ profiles: [] })
      await at.rindle.resumeDeliveries(TARGET)
    },
  })
  wrong('paused_target', 'resumeDeliveries', {
    severity: 'warn',
    make: () => at.setTarget(`paused_at = now() - interval '2 days'`),
    example: () => ({ target: TARGET, state: 'paused' }),
    repair: () => at.rindle.resumeDeliveries(TARGET),
  })
  wrong('maintenance_unscheduled', 'schedule', {
    severity: 'warn',
    make: () =>
      at.rindle.schedule({
        abortIncompleteUploads: false,
        cleanupOrphans: false,
        sweepOrphanedTempFiles: false,
        verifyStorage: false,
        purgeTrashed: false,
      }),
    example: () => ({ task: null }),
    repair: () => at.rindle.schedule(),
  })
  wrong('maintenance_overdue', 'work', {
    severity: 'warn',
    make: () =>
      at.sql(`update pgboss.schedule set updated_on = now() - interval '26 hours' where key = 'cleanupOrphans'`),
    example: () => ({ task: 'cleanupOrphans', ageSeconds: expect.toSatisfy((seconds: number) => seconds >= 3_600) }),
    repair: () => at.runTask('cleanupOrphans'),
  })
  wrong('maintenance_failed', 'scheduledMaintenance', {
    severity: 'warn',
    make: () =>
      at.sql(`insert into rindle.media_maintenance_runs (task, worker, state, error_reason, started_at, finished_at)
        values ('verifyStorage', 'a:1', 'failed', 'storage_unavailable', ${OLD}, ${OLD})`),
    example: () => ({ task: 'verifyStorage', state: 'failed', reason: 'storage_unavailable' }),
    repair: async () => {
      const tasks = await at.rindle.scheduledMaintenance()
      expect(tasks.find(({ task }) => task === 'verifyStorage')?.lastRun?.errorReason).toBe('storage_unavailable')
      await at.runTask('verifyStorage')
    },
  })

  wrong('mirror_lag', 'doctor', {
    make: () =>
      at.sql(`insert into rindle.media_mirror_changes (storage, storage_key, error_reason, due_at, created_at)
        values ('main', 'photo/a', 'storage_unavailable', now() + interval '1 hour', now() - interval '1 hour')`),
    example: () => ({ reason: 'storage_unavailable', message: 'Storage "main", photo/a', state: 'waiting' }),
    repair: () => at.sql('delete from rindle.media_mirror_changes'),
  })

  wrong('unfinished_move', 'moveStorage', {
    severity: 'warn',
    make: () =>
      at.sql(`insert into rindle.media_moves (asset_id, storage, created_at)
        values ('${at.asset.id}', 'archive', now() - interval '2 hours')`),
    example: () => ({ assetId: at.asset.id, state: 'copying', message: 'Storage "archive"' }),
    repair: () => at.sql('delete from rindle.media_moves'),
  })

  wrong('moved_objects', 'work', {
    severity: 'notice',
    make: () =>
      at.sql(`insert into rindle.media_moves (asset_id, storage, delete_after, created_at)
        values ('${at.asset.id}', 'archive', now() + interval '1 day', ${OLD})`),
    example: () => ({ assetId: at.asset.id, state: 'moved', message: 'Storage "archive"' }),
    repair: () => at.sql('delete from rindle.media_moves'),
  })

  wrong('dead_job', 'doctor', {
    make: () =>
      // One whose rows could not be told, and that waits for its next attempt.
      at.sql(`insert into pgboss.job (name, data, state, retry_count, retry_limit, created_on, start_after)
        values ('rindle_process_dead', '{"assetId": "${at.asset.id}", "class": "fast"}', 'retry', 1, 9, ${OLD},
          now() + interval '1 hour')`),
    example: () => ({
      queue: 'rindle_process',
      message: '1 job died, and could not be handled',
      ageSeconds: expect.toSatisfy((seconds: number) => seconds >= 600),
    }),
    repair: async () => {
      await at.rindle.doctor({ profiles: [] })
      await at.endOutage()
    },
  })

  wrong('backlog', 'work', {
    severity: 'warn',
    make: async () => {
      await at.workers.stop()
      await at.silentWorker()
      await at.setVariant(`state = 'failed'`)
      await at.rindle.requeueVariants(at.asset.id)
      await at.sql(`update pgboss.job set start_after = now() - interval '40 minutes'`)
    },
    example: () => ({
      queue: 'rindle_process',
      message: '1 job waits; 0 run, on 1 worker',
      ageSeconds: expect.any(Number),
    }),
    repair: async () => {
      at.workers = await at.application.work()
    },
  })

  tested.set('no_worker', 'work')
  it('no_worker: work', async () => {
    await at.workers.stop()
    // A deploy takes its time.
    expect(await at.finding('no_worker')).toBeUndefined()
    await at.sql(`update rindle.media_workers set stopped_at = ${OLD}, beat_at = ${OLD}`)
    const found = await at.finding('no_worker')
    expect(found).toMatchObject({ count: 7, severity: 'error', recommendation: { verb: 'work' } })
    expect(found?.examples[0]).toMatchObject({
      queue: 'rindle_fetch',
      message: expect.stringMatching(/^no job waits; the last worker was process \d+ on \S+, stopped 60\d s ago$/),
      ageSeconds: expect.toSatisfy((seconds: number) => seconds >= 600),
    })
    const some = await at.rindle.work({ queues: ['rindle_promote'] })
    // A queue without a worker matters once something waits in it.
    expect(await at.finding('no_worker')).toBeUndefined()
    await at.setVariant(`state = 'failed'`)
    await at.rindle.requeueVariants(at.asset.id)
    expect(await at.finding('no_worker')).toMatchObject({
      count: 1,
      examples: [{ queue: 'rindle_process', message: expect.stringMatching(/^1 job waits; the last worker was /) }],
    })
    await some.stop()
    at.workers = await at.application.work()
    await vi.waitFor(async () => expect(await at.finding('no_worker')).toBeUndefined(), { timeout: 10_000 })
  })

  it('has a class, and a test, for each that it declares', () => {
    expect([...tested.keys()].toSorted()).toEqual([...STATUS_CLASSES].toSorted())
  })
})
