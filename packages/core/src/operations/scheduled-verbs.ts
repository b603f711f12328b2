/** The queue of scheduled maintenance. */
export const MAINTENANCE_QUEUE = 'rindle_maintenance' as const

/** The verbs that a schedule can run. */
export const SCHEDULED_VERBS = [
  'abortIncompleteUploads',
  'cleanupOrphans',
  'sweepOrphanedTempFiles',
  'verifyStorage',
  'regenerateVariants',
  'recoverLostWork',
  'scanOrphans',
  'backfillMetadata',
  'purgeUnattached',
  'purgeTrashed',
  'evictVariants',
  'pruneRuns',
  'pruneEvents',
] as const

/** One of {@link SCHEDULED_VERBS}. */
export type ScheduledVerb = (typeof SCHEDULED_VERBS)[number]
