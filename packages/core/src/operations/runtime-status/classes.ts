import type { StatusClass, StatusRecommendation, StatusSeverity } from './report.ts'

/** What a class is taken for, unless somebody says otherwise, and what to do about it. */
export interface StatusDefault extends StatusRecommendation {
  readonly severity: StatusSeverity
  /** What has been so for less long is left out; `null`: time does not matter. */
  readonly thresholdSeconds: number | null
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What every night ends or deletes is late after a day, and some time for the night's work. */
const NIGHTLY = DAY + 2 * HOUR

/** The graces of `purgeUnattached`: before, it leaves them alone. */
const PURGE_GRACE = 7 * DAY
const QUARANTINE_GRACE = 30 * DAY

/**
 * What each class is taken for, unless the options of `runtimeStatus` say otherwise. On a healthy day nothing of the
 * severity `error` is found: a deploy takes minutes, a night's work comes every night, and users err.
 */
export const STATUS_DEFAULTS: Readonly<Record<StatusClass, StatusDefault>> = {
  no_worker: {
    severity: 'error',
    thresholdSeconds: 2 * MINUTE,
    verb: 'work',
    command: 'rindle worker',
    advice: 'Start a worker that serves these queues: until then nothing in them is done.',
  },
  stuck_promotion: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'doctor',
    command: 'rindle doctor',
    advice: 'These uploads wait for what their reason names. Put that right, and they go on by themselves.',
  },
  waiting_work: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'doctor',
    command: 'rindle doctor',
    advice: 'These variants and purges wait for what their reason names. Put that right, and they go on by themselves.',
  },
  dead_job: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'doctor',
    command: 'rindle doctor',
    advice:
      'The attempts of these jobs are used up, and their rows cannot be told: the log of the workers says why. Put that ' +
      'right, and they go on by themselves.',
  },
  stuck_asset: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'recoverLostWork',
    command: 'rindle recover-lost-work',
    advice: 'These assets wait for a job that is gone; enqueue it again.',
  },
  queue_starved: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'recoverLostWork',
    command: 'rindle recover-lost-work',
    advice: 'These variants are queued and their job is gone; enqueue it again.',
  },
  orphan_suspect: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'recoverLostWork',
    command: 'rindle recover-lost-work',
    advice: 'These variants are being made by a job that is gone; enqueue it again.',
  },
  refused_by_outage: {
    severity: 'error',
    thresholdSeconds: 0,
    verb: 'releaseAsset',
    command: 'rindle release <assetId>',
    advice: 'An earlier version refused these files for an outage, which says nothing about them; promote them again.',
  },
  failed_work: {
    severity: 'error',
    thresholdSeconds: 0,
    verb: 'requeueVariants',
    command: 'rindle requeue <assetId>',
    advice: 'Remove the reason, then enqueue these variants again.',
  },
  lost_original: {
    severity: 'error',
    thresholdSeconds: 0,
    verb: 'verifyStorage',
    command: 'rindle verify-storage',
    advice: 'The originals of these assets are gone. Restore them from a backup under their keys, then verify.',
  },
  damaged_original: {
    severity: 'error',
    thresholdSeconds: 0,
    verb: 'verifyStorage',
    command: 'rindle verify-storage',
    advice: 'The originals of these assets hold other bytes. Restore them from a backup under their keys, then verify.',
  },
  storage_drift: {
    severity: 'error',
    thresholdSeconds: 0,
    verb: 'regenerateVariants',
    command: 'rindle regenerate-variants',
    advice: 'The objects of these variants are gone; make them again.',
  },
  overdue_session: {
    severity: 'error',
    thresholdSeconds: NIGHTLY,
    verb: 'abortIncompleteUploads',
    command: 'rindle abort-incomplete-uploads',
    advice: 'The time of these uploads has run out and nobody has ended them; run it every night.',
  },
  resumable_stale: {
    severity: 'error',
    thresholdSeconds: NIGHTLY,
    verb: 'abortIncompleteUploads',
    command: 'rindle abort-incomplete-uploads',
    advice: 'Nobody went on with these resumable uploads in time; end them, and their bytes are given up.',
  },
  backlog: {
    severity: 'warn',
    thresholdSeconds: 30 * MINUTE,
    verb: 'work',
    command: 'rindle worker',
    advice: 'Work comes in faster than these queues are worked off, or it hangs: start more workers.',
  },
  recipe_drift: {
    severity: 'warn',
    thresholdSeconds: 0,
    verb: 'regenerateVariants',
    command: 'rindle regenerate-variants',
    advice: 'These variants differ from what their profiles declare, or are not there yet; make them.',
  },
  expired_session: {
    severity: 'warn',
    thresholdSeconds: NIGHTLY,
    verb: 'cleanupOrphans',
    command: 'rindle cleanup-orphans --live',
    advice: 'Delete these sessions with what was staged for them; run it every night.',
  },
  expired_staging: {
    severity: 'warn',
    thresholdSeconds: PURGE_GRACE + DAY,
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice: 'These uploads were never finished; purge their rows with what is left in staging.',
  },
  maintenance_unscheduled: {
    severity: 'warn',
    thresholdSeconds: null,
    verb: 'schedule',
    command: 'rindle schedule',
    advice: 'Nothing is scheduled: uploads that were given up are never ended, and lost objects are never found.',
  },
  maintenance_overdue: {
    severity: 'warn',
    thresholdSeconds: HOUR,
    verb: 'work',
    command: 'rindle worker',
    advice: 'These tasks were due and did not begin: a worker has to run then, and to serve maintenance.',
  },
  maintenance_failed: {
    severity: 'warn',
    thresholdSeconds: 5 * MINUTE,
    verb: 'scheduledMaintenance',
    command: 'rindle schedule --list',
    advice: 'The last run of these tasks failed. Remove the reason, and run their command, or wait for the next time.',
  },
  refused_work: {
    severity: 'notice',
    thresholdSeconds: 0,
    verb: 'requeueVariants',
    command: 'rindle requeue <assetId>',
    advice: 'These variants cannot be made of their files; enqueue them again after decoders or limits have changed.',
  },
  cancelled_work: {
    severity: 'notice',
    thresholdSeconds: 0,
    verb: 'requeueVariants',
    command: 'rindle requeue <assetId>',
    advice: 'These variants were cancelled; enqueue them again if they are wanted.',
  },
  probe_drift: {
    severity: 'notice',
    thresholdSeconds: 0,
    verb: 'reprobe',
    command: 'rindle reprobe <assetId>',
    advice: 'The rows of these assets lack what their files say of themselves; read it again.',
  },
  failed_session: {
    severity: 'notice',
    thresholdSeconds: QUARANTINE_GRACE + DAY,
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice: 'These uploads were refused; what is left of them goes with their assets.',
  },
  quarantined_asset: {
    severity: 'notice',
    thresholdSeconds: 0,
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice:
      'These files were rejected; look at their reasons. Release what was refused wrongly (rindle release <assetId>). Of ' +
      'the rest, what nobody has attached is purged when it has been kept for quarantineDays; what is attached stays ' +
      'until it is replaced, detached, or purged by name (rindle purge <assetId> --detach --live).',
  },
  unattached_asset: {
    severity: 'notice',
    thresholdSeconds: PURGE_GRACE,
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice: 'Nobody has attached these assets; purge them, unless your own records name them.',
  },
}
