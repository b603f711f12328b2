import type { QueueName } from '../../domain/queues.ts'
import type { AssetState, SessionState, VariantState } from '../../domain/states.ts'

/** Problems that can exist while everything runs, in the order of the report. */
export const STATUS_CLASSES = [
  'no_worker',
  'stuck_promotion',
  'waiting_work',
  'dead_job',
  'stuck_asset',
  'queue_starved',
  'orphan_suspect',
  'refused_by_outage',
  'failed_work',
  'lost_original',
  'damaged_original',
  'storage_drift',
  'mirror_lag',
  'dead_delivery',
  'disabled_target',
  'unserved_target',
  'undelivered_event',
  'overdue_session',
  'resumable_stale',
  'backlog',
  'paused_target',
  'recipe_drift',
  'unfinished_move',
  'expired_session',
  'expired_staging',
  'maintenance_unscheduled',
  'maintenance_overdue',
  'maintenance_failed',
  'refused_work',
  'cancelled_work',
  'probe_drift',
  'failed_session',
  'quarantined_asset',
  'moved_objects',
  'unattached_asset',
] as const

/** One of {@link STATUS_CLASSES}. */
export type StatusClass = (typeof STATUS_CLASSES)[number]

/**
 * The severities of findings, the gravest first. `error`: an operator must act. `warn`: nothing is broken yet, but it
 * gets worse. `notice`: an operator may want to look, or to clean up.
 */
export const STATUS_SEVERITIES = ['error', 'warn', 'notice'] as const

/** One of {@link STATUS_SEVERITIES}. */
export type StatusSeverity = (typeof STATUS_SEVERITIES)[number]

/** Options of `runtimeStatus`. */
export interface RuntimeStatusOptions<P extends string = string> {
  /** Only this profile; queues, workers and maintenance always cover all. @default all */
  readonly profile?: P
  /** A threshold for every class that `thresholds` does not name. @default the class's own, {@link STATUS_DEFAULTS} */
  readonly olderThanSeconds?: number
  /** Examples of each finding, from 1 to 100. @default 5 */
  readonly limit?: number
  /** By class, in seconds: younger findings are left out. @default {@link STATUS_DEFAULTS} */
  readonly thresholds?: Partial<Readonly<Record<StatusClass, number>>>
  /** By class: the severity; `ignore` leaves it out. @default {@link STATUS_DEFAULTS} */
  readonly severities?: Partial<Readonly<Record<StatusClass, StatusSeverity | 'ignore'>>>
}

/** One asset, variant, session, event, target, queue or task with the problem; fields that do not apply are `null`. */
export interface StatusExample {
  readonly assetId: string | null
  readonly variantName: string | null
  readonly sessionId: string | null
  /** A target of events: `profile:lesson` for the handlers of a profile, or the name of a webhook. */
  readonly target: string | null
  /** An event that did not reach the target. */
  readonly eventId: string | null
  readonly queue: QueueName | null
  /** A task of the scheduled maintenance: the name of its verb. */
  readonly task: string | null
  readonly state: string | null
  /** The reason in its row: a code. */
  readonly reason: string | null
  /** The same as a sentence, where there is one. */
  readonly message: string | null
  /** The age of the problem. */
  readonly ageSeconds: number | null
}

/** The verb that repairs, or ends, the problem. */
export interface StatusRecommendation {
  /** The method of the instance. */
  readonly verb: StatusVerb
  /** The command that does the same. */
  readonly command: string
  /** One sentence, or two. */
  readonly advice: string
}

/** The verbs that {@link StatusRecommendation} may name. */
export type StatusVerb =
  | 'work'
  | 'doctor'
  | 'recoverLostWork'
  | 'releaseAsset'
  | 'requeueVariants'
  | 'redeliver'
  | 'resumeDeliveries'
  | 'regenerateVariants'
  | 'verifyStorage'
  | 'moveStorage'
  | 'reprobe'
  | 'abortIncompleteUploads'
  | 'cleanupOrphans'
  | 'purgeUnattached'
  | 'schedule'
  | 'scheduledMaintenance'

/** All findings of one class. */
export interface StatusFinding {
  readonly class: StatusClass
  readonly severity: StatusSeverity
  /** Younger findings are left out; `null`: age does not matter. */
  readonly thresholdSeconds: number | null
  readonly count: number
  /** Whether there may be more: counting stops at a limit. */
  readonly isAtLeast: boolean
  /** `null` when unknown. */
  readonly oldestAgeSeconds: number | null
  /** The oldest first. */
  readonly examples: readonly StatusExample[]
  readonly recommendation: StatusRecommendation
}

/** The number of rows in each state; states without rows are left out. */
export interface StateCounts {
  readonly assets: Partial<Readonly<Record<AssetState, number>>>
  readonly variants: Partial<Readonly<Record<VariantState, number>>>
  /** Those of the variants that are made when a page first asks for them; none has a row before. */
  readonly onDemand: Partial<Readonly<Record<VariantState, number>>>
  readonly sessions: Partial<Readonly<Record<SessionState, number>>>
  /** Whether variants and sessions cover only 10,000 assets of the profile, because it has more. */
  readonly isPartial: boolean
  /**
   * Whether numbers above 50,000 are estimates of the database's planner, because a table has more than five million
   * rows. Smaller numbers always are exact.
   */
  readonly isEstimated: boolean
}

/** One queue, with its jobs and workers. */
export interface QueueStatus {
  readonly queue: QueueName
  /** Waiting jobs, including those that wait for a retry. */
  readonly waiting: number
  /** The waiting time of the job that was due first; `null` when none is due. */
  readonly oldestWaitSeconds: number | null
  readonly running: number
  /** Jobs without attempts left, until that is recorded in the rows. */
  readonly dead: number
  /** How long ago the oldest of them died; `null` when there is none. */
  readonly oldestDeadSeconds: number | null
  /** Workers that serve it, of all processes. */
  readonly workers: number
}

/** A recipe that a deployment changed, and how far existing variants have followed. */
export interface RecipeChange {
  readonly profile: string
  readonly variant: string
  /** The time at which a worker first declared it. */
  readonly declaredAt: Date
  /** The time at which all existing variants were compared with it; `null`: workers still compare them. */
  readonly comparedAt: Date | null
  /** Variants of another recipe that were marked as stale. */
  readonly markedStale: number
}

/** The results of `runtimeStatus`. */
export interface RuntimeStatus {
  /** The time of the snapshot, by the clock of the database. */
  readonly takenAt: Date
  /** `null`: all. */
  readonly profile: string | null
  readonly counts: StateCounts
  readonly queues: readonly QueueStatus[]
  /** Recipes that existing variants still follow, or have followed within a week; the latest first. */
  readonly recipeChanges: readonly RecipeChange[]
  /** Empty: nothing is degraded or stuck. */
  readonly findings: readonly StatusFinding[]
}

/** The findings of one class, before their severity and advice. */
export interface Found {
  readonly class: StatusClass
  readonly count: number
  readonly isAtLeast: boolean
  readonly oldestAgeSeconds: number | null
  readonly examples: readonly StatusExample[]
}

/** An example without a subject. */
export const NO_SUBJECT: StatusExample = {
  assetId: null,
  variantName: null,
  sessionId: null,
  target: null,
  eventId: null,
  queue: null,
  task: null,
  state: null,
  reason: null,
  message: null,
  ageSeconds: null,
}

/** A finding whose examples are all known: the oldest first, those without an age before them. Pure. */
export function foundAll(statusClass: StatusClass, all: readonly StatusExample[], limit: number): Found {
  const age = ({ ageSeconds }: StatusExample): number => ageSeconds ?? Number.POSITIVE_INFINITY
  const oldestFirst = all.toSorted((a, b) => (age(a) === age(b) ? 0 : age(b) - age(a)))
  const ages = all.flatMap(({ ageSeconds }) => ageSeconds ?? [])
  return {
    class: statusClass,
    count: all.length,
    isAtLeast: false,
    oldestAgeSeconds: ages.length === 0 ? null : Math.max(...ages),
    examples: oldestFirst.slice(0, limit),
  }
}
