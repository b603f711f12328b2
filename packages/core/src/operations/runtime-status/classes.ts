import type { StatusClass, StatusRecommendation, StatusSeverity } from './report.ts'

/** The default severity of a class, and its advice. */
export interface StatusDefault extends StatusRecommendation {
  readonly severity: StatusSeverity
  /** Younger findings are left out; `null`: age does not matter. */
  readonly thresholdSeconds: number | null
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Nightly work is late after a day, plus some time for the work itself. */
const NIGHTLY = DAY + 2 * HOUR

/** The grace period of `purgeUnattached`, which skips them before that. */
const PURGE_GRACE = 7 * DAY
const QUARANTINE_GRACE = 30 * DAY

/**
 * The default of each class, unless the options of `runtimeStatus` change it. On a healthy day there are no findings of
 * the severity `error`: a deploy takes minutes, nightly work comes every night, and users make mistakes.
 */
export const STATUS_DEFAULTS: Readonly<Record<StatusClass, StatusDefault>> = {
  no_worker: {
    severity: 'error',
    thresholdSeconds: 2 * MINUTE,
    verb: 'work',
    command: 'rindle worker',
    advice: 'Start a worker that serves these queues. Until then their jobs wait.',
  },
  stuck_promotion: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'doctor',
    command: 'rindle doctor',
    advice: 'These uploads wait, and the reason says for what. Fix it, and they continue automatically.',
  },
  waiting_work: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'doctor',
    command: 'rindle doctor',
    advice: 'This work waits, and the reason says for what. Fix it, and it continues automatically.',
  },
  dead_job: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'doctor',
    command: 'rindle doctor',
    advice:
      'The attempts of these jobs are used up, and their rows could not be updated: the log of the workers says why. Fix ' +
      'it, and they continue automatically.',
  },
  stuck_asset: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'recoverLostWork',
    command: 'rindle recover-lost-work',
    advice: 'The jobs of these assets are gone; enqueue them again.',
  },
  queue_starved: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'recoverLostWork',
    command: 'rindle recover-lost-work',
    advice: 'These variants are queued but their jobs are gone; enqueue them again.',
  },
  orphan_suspect: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'recoverLostWork',
    command: 'rindle recover-lost-work',
    advice: 'The jobs that make these variants are gone; enqueue them again.',
  },
  refused_by_outage: {
    severity: 'error',
    thresholdSeconds: 0,
    verb: 'releaseAsset',
    command: 'rindle release <assetId>',
    advice: 'An earlier version refused these files because of an outage; promote them again.',
  },
  failed_work: {
    severity: 'error',
    thresholdSeconds: 0,
    verb: 'requeueVariants',
    command: 'rindle requeue <assetId>',
    advice: 'Fix the cause, then enqueue these variants again.',
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
    advice: 'The originals of these assets have changed. Restore them from a backup under their keys, then verify.',
  },
  storage_drift: {
    severity: 'error',
    thresholdSeconds: 0,
    verb: 'regenerateVariants',
    command: 'rindle regenerate-variants',
    advice: 'The objects of these variants are gone; make them again.',
  },
  mirror_lag: {
    severity: 'error',
    thresholdSeconds: 15 * MINUTE,
    verb: 'doctor',
    command: 'rindle doctor',
    advice: 'These changes have not reached the mirrors of a storage. Fix the reason, and the mirrors catch up.',
  },
  dead_delivery: {
    severity: 'error',
    thresholdSeconds: 0,
    verb: 'redeliver',
    command: 'rindle redeliver --target <name>',
    advice: 'These events failed for days and were given up. Repair their target, then deliver them again.',
  },
  disabled_target: {
    severity: 'error',
    thresholdSeconds: 0,
    verb: 'resumeDeliveries',
    command: 'rindle resume-deliveries <name>',
    advice:
      'These receivers answered 410, so they get no more events. Resume a receiver that still exists; forget one that is no longer ' +
      'configured (rindle forget-target <name> --live).',
  },
  unserved_target: {
    severity: 'error',
    thresholdSeconds: 5 * MINUTE,
    verb: 'work',
    command: 'rindle worker',
    advice:
      'No running worker has the code or the URL of these targets. Start one that does, or forget a target that is no longer ' +
      'configured (rindle forget-target <name> --live).',
  },
  undelivered_event: {
    severity: 'error',
    thresholdSeconds: HOUR,
    verb: 'doctor',
    command: 'rindle doctor',
    advice: 'These events wait, and the reason says for what. Fix it, and they are delivered automatically, in order.',
  },
  overdue_session: {
    severity: 'error',
    thresholdSeconds: NIGHTLY,
    verb: 'abortIncompleteUploads',
    command: 'rindle abort-incomplete-uploads',
    advice: 'These uploads have expired but were not ended; run the command every night.',
  },
  resumable_stale: {
    severity: 'error',
    thresholdSeconds: NIGHTLY,
    verb: 'abortIncompleteUploads',
    command: 'rindle abort-incomplete-uploads',
    advice: 'These resumable uploads expired unfinished; end them to free their bytes.',
  },
  backlog: {
    severity: 'warn',
    thresholdSeconds: 30 * MINUTE,
    verb: 'work',
    command: 'rindle worker',
    advice: 'Work arrives faster than these queues process it, or it hangs. Start more workers.',
  },
  paused_target: {
    severity: 'warn',
    thresholdSeconds: DAY,
    verb: 'resumeDeliveries',
    command: 'rindle resume-deliveries <name>',
    advice: 'Deliveries to these targets are paused, and their events pile up; resume them.',
  },
  recipe_drift: {
    severity: 'warn',
    thresholdSeconds: 0,
    verb: 'regenerateVariants',
    command: 'rindle regenerate-variants',
    advice: 'These variants differ from their declarations, or do not exist yet; make them.',
  },
  unfinished_move: {
    severity: 'warn',
    thresholdSeconds: HOUR,
    verb: 'moveStorage',
    command: 'rindle move-storage --to <storage> --live',
    advice:
      'The move of these assets was killed in their midst. Go on with it; they are delivered from where they were.',
  },
  expired_session: {
    severity: 'warn',
    thresholdSeconds: NIGHTLY,
    verb: 'cleanupOrphans',
    command: 'rindle cleanup-orphans --live',
    advice: 'Delete these sessions with their staged objects; run the command every night.',
  },
  expired_staging: {
    severity: 'warn',
    thresholdSeconds: PURGE_GRACE + DAY,
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice: 'These uploads were never finished; purge their rows and their leftovers in staging.',
  },
  maintenance_unscheduled: {
    severity: 'warn',
    thresholdSeconds: null,
    verb: 'schedule',
    command: 'rindle schedule',
    advice: 'Nothing is scheduled, so abandoned uploads never end and lost objects are never found.',
  },
  maintenance_overdue: {
    severity: 'warn',
    thresholdSeconds: HOUR,
    verb: 'work',
    command: 'rindle worker',
    advice: 'These tasks were due but did not begin. Start a worker that serves maintenance.',
  },
  maintenance_failed: {
    severity: 'warn',
    thresholdSeconds: 5 * MINUTE,
    verb: 'scheduledMaintenance',
    command: 'rindle schedule --list',
    advice: 'The last run of these tasks failed. Fix the cause, then run their command or wait for the next run.',
  },
  refused_work: {
    severity: 'notice',
    thresholdSeconds: 0,
    verb: 'requeueVariants',
    command: 'rindle requeue <assetId>',
    advice: 'These variants cannot be made from their files; enqueue them again after decoders or limits have changed.',
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
    advice: 'The rows of these assets lack facts that their files state; read the files again.',
  },
  failed_session: {
    severity: 'notice',
    thresholdSeconds: QUARANTINE_GRACE + DAY,
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice: 'These uploads were refused; their leftovers go with their assets.',
  },
  quarantined_asset: {
    severity: 'notice',
    thresholdSeconds: 0,
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice:
      'These files were rejected; look at their reasons. Release wrongly refused ones (rindle release <assetId>). ' +
      'Unattached files are purged after quarantineDays; attached ones stay until you replace, detach or purge them ' +
      '(rindle purge <assetId> --detach --live).',
  },
  moved_objects: {
    severity: 'notice',
    thresholdSeconds: 0,
    verb: 'work',
    command: 'rindle worker',
    advice:
      'These assets have moved and left objects in another storage. A job deletes the objects when every URL to them has ' +
      'expired. Keep that storage configured until then.',
  },
  unattached_asset: {
    severity: 'notice',
    thresholdSeconds: PURGE_GRACE,
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice: 'These assets are attached nowhere. Purge them, unless your own records name them.',
  },
}
