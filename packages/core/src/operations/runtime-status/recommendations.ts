import type { Found, StatusClass, StatusFinding, StatusRecommendation } from './report.ts'

type Judgement = { readonly severity: StatusFinding['severity'] } & StatusRecommendation

const JUDGEMENTS: Readonly<Record<StatusClass, Judgement>> = {
  no_worker: {
    severity: 'error',
    verb: 'work',
    command: 'rindle worker',
    advice: 'Start a worker that serves these queues: until then nothing in them is done.',
  },
  stuck_asset: {
    severity: 'error',
    verb: 'recoverLostWork',
    command: 'rindle recover-lost-work',
    advice: 'These assets wait for a job that is gone; enqueue it again.',
  },
  queue_starved: {
    severity: 'error',
    verb: 'recoverLostWork',
    command: 'rindle recover-lost-work',
    advice: 'These variants are queued and their job is gone; enqueue it again.',
  },
  orphan_suspect: {
    severity: 'error',
    verb: 'recoverLostWork',
    command: 'rindle recover-lost-work',
    advice: 'These variants are being made by a job that is gone; enqueue it again.',
  },
  refused_by_outage: {
    severity: 'error',
    verb: 'releaseAsset',
    command: 'rindle release <assetId>',
    advice: 'An earlier version refused these files for an outage, which says nothing about them; promote them again.',
  },
  failed_work: {
    severity: 'error',
    verb: 'requeueVariants',
    command: 'rindle requeue <assetId>',
    advice: 'Remove the reason, then enqueue these variants again.',
  },
  storage_drift: {
    severity: 'error',
    verb: 'regenerateVariants',
    command: 'rindle regenerate-variants',
    advice: 'The objects of these variants are gone; make them again.',
  },
  recipe_drift: {
    severity: 'error',
    verb: 'regenerateVariants',
    command: 'rindle regenerate-variants',
    advice: 'These variants differ from what their profiles declare, or are not there yet; make them.',
  },
  probe_drift: {
    severity: 'error',
    verb: 'reprobe',
    command: 'rindle reprobe <assetId>',
    advice: 'The rows of these assets lack what their files say of themselves; read it again.',
  },
  overdue_session: {
    severity: 'error',
    verb: 'abortIncompleteUploads',
    command: 'rindle abort-incomplete-uploads',
    advice: 'The time of these uploads has run out and nobody has ended them; run it every night.',
  },
  resumable_stale: {
    severity: 'error',
    verb: 'abortIncompleteUploads',
    command: 'rindle abort-incomplete-uploads',
    advice: 'Nobody went on with these resumable uploads in time; end them, and their bytes are given up.',
  },
  cancelled_work: {
    severity: 'notice',
    verb: 'requeueVariants',
    command: 'rindle requeue <assetId>',
    advice: 'Somebody has cancelled these variants; enqueue them again if they are wanted.',
  },
  failed_session: {
    severity: 'notice',
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice: 'These uploads were refused; what is left of them goes with their assets.',
  },
  expired_session: {
    severity: 'notice',
    verb: 'cleanupOrphans',
    command: 'rindle cleanup-orphans --live',
    advice: 'Delete these sessions with what was staged for them.',
  },
  quarantined_asset: {
    severity: 'notice',
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice:
      'These files were rejected; look at their reasons. Release what was refused wrongly (rindle release <assetId>); ' +
      'the rest is purged when it has been kept for quarantineDays.',
  },
  unattached_asset: {
    severity: 'notice',
    verb: 'purgeUnattached',
    command: 'rindle purge-unattached --live',
    advice: 'Nobody has attached these assets; purge them, unless your own records name them.',
  },
}

/** What was found with how grave it is and what to do about it. Pure. */
export function judge(found: Found): StatusFinding {
  const { severity, ...recommendation } = JUDGEMENTS[found.class]
  return { ...found, severity, recommendation }
}
