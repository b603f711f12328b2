import type { AssetState, SessionState, VariantState } from '../../domain/states.ts'

/** What can be wrong while everything runs, in the order in which it is reported. */
export const STATUS_CLASSES = [
  'no_worker',
  'stuck_asset',
  'queue_starved',
  'orphan_suspect',
  'refused_by_outage',
  'failed_work',
  'storage_drift',
  'recipe_drift',
  'probe_drift',
  'overdue_session',
  'resumable_stale',
  'cancelled_work',
  'failed_session',
  'expired_session',
  'quarantined_asset',
  'unattached_asset',
] as const

/** One of {@link STATUS_CLASSES}. */
export type StatusClass = (typeof STATUS_CLASSES)[number]

/** Options of `runtimeStatus`. */
export interface RuntimeStatusOptions<P extends string = string> {
  /** Only this profile; workers are those of all. @default all */
  readonly profile?: P
  /**
   * Leaves out what has changed more recently. @default 300 for work that waits without a job, 604800 for assets that
   * nobody attached, 0 for the rest
   */
  readonly olderThanSeconds?: number
  /** Examples of each finding, from 1 to 100. @default 5 */
  readonly limit?: number
}

/** One asset, variant, session or queue that a finding is about. */
export interface StatusExample {
  readonly assetId: string | null
  readonly variantName: string | null
  readonly sessionId: string | null
  readonly queue: string | null
  readonly state: string | null
  /** What its row gives as the reason. */
  readonly reason: string | null
  readonly ageSeconds: number | null
}

/** The verb that repairs, or ends, what was found. */
export interface StatusRecommendation {
  /** The method of the instance. */
  readonly verb: StatusVerb
  /** The command that does the same. */
  readonly command: string
  /** One sentence. */
  readonly advice: string
}

/** The verbs that {@link StatusRecommendation} may name. */
export type StatusVerb =
  | 'work'
  | 'recoverLostWork'
  | 'releaseAsset'
  | 'requeueVariants'
  | 'regenerateVariants'
  | 'reprobe'
  | 'abortIncompleteUploads'
  | 'cleanupOrphans'
  | 'purgeUnattached'

/** Everything of one class. */
export interface StatusFinding {
  readonly class: StatusClass
  /** `notice`: nothing is broken, but somebody may want to look, or to clean up. */
  readonly severity: 'error' | 'notice'
  readonly count: number
  /** Whether there may be more: counting stops at a bound. */
  readonly isAtLeast: boolean
  /** `null` where nothing tells. */
  readonly oldestAgeSeconds: number | null
  /** The oldest first. */
  readonly examples: readonly StatusExample[]
  readonly recommendation: StatusRecommendation
}

/** How many rows are in each state; states without rows are left out. */
export interface StateCounts {
  readonly assets: Partial<Readonly<Record<AssetState, number>>>
  readonly variants: Partial<Readonly<Record<VariantState, number>>>
  readonly sessions: Partial<Readonly<Record<SessionState, number>>>
  /** Whether variants and sessions are those of 10,000 assets of the profile, because it has more. */
  readonly isPartial: boolean
}

/** What `runtimeStatus` found. */
export interface RuntimeStatus {
  /** When the snapshot was taken, by the clock of the database. */
  readonly takenAt: Date
  /** `null`: all. */
  readonly profile: string | null
  readonly counts: StateCounts
  /** Empty: nothing is degraded and nothing is stuck. */
  readonly findings: readonly StatusFinding[]
}

/** What there is of one class, before anybody says what to do about it. */
export interface Found {
  readonly class: StatusClass
  readonly count: number
  readonly isAtLeast: boolean
  readonly oldestAgeSeconds: number | null
  readonly examples: readonly StatusExample[]
}
