import { z } from 'zod'
import type { JsonObject } from '../domain/errors.ts'
import { invalidOptions, problemsOf } from '../domain/option-problems.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { MAINTENANCE_QUEUE, SCHEDULED_VERBS, type ScheduledVerb } from './scheduled-verbs.ts'
import { profilesIn, storagesIn } from './scope.ts'

/** The time and options of a verb; `false`: never. */
export type Scheduled<O extends object> = false | (O & WhenDefaulted)

/** The same for a verb that runs only on request. */
export type ScheduledOnRequest<O extends object> = false | (O & When)

/** Five fields, in UTC. */
interface When {
  readonly cron: string
}

type WhenDefaulted = Partial<When>

/** Options that many verbs take. */
interface Live {
  /** Deletes; otherwise it only counts. @default false */
  readonly live?: boolean
}

interface Concurrent {
  /** Items at once. @default the verb's */
  readonly concurrency?: number
}

interface InProfile<P extends string> {
  /** Only this profile. @default all */
  readonly profile?: P
}

/** Options of `schedule`: verbs by name. A verb that you leave out keeps its default. */
export interface ScheduleOptions<P extends string = string> {
  /** Ends expired uploads. @default daily at 01:00 */
  readonly abortIncompleteUploads?: Scheduled<Concurrent>
  /** Deletes expired sessions with their staged objects. @default daily at 02:00, a dry run */
  readonly cleanupOrphans?: Scheduled<Live & Concurrent & { readonly storage?: string }>
  /** Runs on the machine of the worker that takes the job. @default daily at 03:00, a dry run */
  readonly sweepOrphanedTempFiles?: Scheduled<Live & { readonly thresholdSeconds?: number }>
  /** Asks the storages for every object. @default on Sundays at 04:00 */
  readonly verifyStorage?: Scheduled<
    Concurrent & InProfile<P> & { readonly variant?: string; readonly storage?: string; readonly checksum?: boolean }
  >
  /** Makes stale, missing and newly declared variants. @default never */
  readonly regenerateVariants?: ScheduledOnRequest<
    Concurrent & InProfile<P> & { readonly variant?: string; readonly prune?: boolean }
  >
  /** Enqueues work again that has lost its job. @default never */
  readonly recoverLostWork?: ScheduledOnRequest<Concurrent & { readonly olderThanSeconds?: number }>
  /** Finds objects that no row refers to. @default never */
  readonly scanOrphans?: ScheduledOnRequest<
    Live & { readonly prefix?: string; readonly graceSeconds?: number; readonly storage?: string }
  >
  /** Runs the analyzers over existing assets. @default never */
  readonly backfillMetadata?: ScheduledOnRequest<
    Concurrent & InProfile<P> & { readonly analyzer?: string; readonly storage?: string }
  >
  /** Purges assets that have long been unattached. @default never */
  readonly purgeUnattached?: ScheduledOnRequest<
    Live & Concurrent & InProfile<P> & { readonly graceSeconds?: number; readonly quarantineGraceSeconds?: number }
  >
  /** Purges assets whose time in the trash is over. @default every hour, at 30 */
  readonly purgeTrashed?: Scheduled<Concurrent & InProfile<P>>
  /** Purges variants on demand that no page asks for any more. @default never */
  readonly evictVariants?: ScheduledOnRequest<Concurrent & InProfile<P> & { readonly keepDays?: number }>
  /** Deletes old processing runs. @default never */
  readonly pruneRuns?: ScheduledOnRequest<Live & { readonly olderThanSeconds?: number }>
  /** Deletes old events with their deliveries. @default never */
  readonly pruneEvents?: ScheduledOnRequest<Live & { readonly olderThanSeconds?: number }>
}

const DEFAULT_CRONS: Partial<Readonly<Record<ScheduledVerb, string>>> = {
  abortIncompleteUploads: '0 1 * * *',
  cleanupOrphans: '0 2 * * *',
  sweepOrphanedTempFiles: '0 3 * * *',
  verifyStorage: '0 4 * * 0',
  purgeTrashed: '30 * * * *',
}

const cron = z.string('must be a cron expression of five fields, in UTC')
const live = z.boolean().optional()
const name = z.string().min(1).optional()
const seconds = z.number().min(0).optional()
const concurrency = z.int().min(1).max(1_000).optional()

const OPTIONS = {
  abortIncompleteUploads: { concurrency },
  cleanupOrphans: { live, concurrency, storage: name },
  sweepOrphanedTempFiles: { live, thresholdSeconds: seconds },
  verifyStorage: { concurrency, profile: name, variant: name, storage: name, checksum: z.boolean().optional() },
  regenerateVariants: { concurrency, profile: name, variant: name, prune: z.boolean().optional() },
  recoverLostWork: { concurrency, olderThanSeconds: seconds },
  scanOrphans: { live, prefix: z.string().optional(), graceSeconds: seconds, storage: name },
  backfillMetadata: { concurrency, profile: name, analyzer: name, storage: name },
  purgeUnattached: {
    live,
    concurrency,
    profile: name,
    graceSeconds: seconds,
    quarantineGraceSeconds: seconds,
  },
  purgeTrashed: { concurrency, profile: name },
  evictVariants: { concurrency, profile: name, keepDays: z.number().min(1).optional() },
  pruneRuns: { live, olderThanSeconds: seconds },
  pruneEvents: { live, olderThanSeconds: seconds },
} satisfies Readonly<Record<ScheduledVerb, z.ZodRawShape>>

const scheduleSchema = z.strictObject(
  Object.fromEntries(
    SCHEDULED_VERBS.map((verb) => {
      const when = verb in DEFAULT_CRONS ? cron.optional() : cron
      return [verb, z.union([z.literal(false), z.strictObject({ cron: when, ...OPTIONS[verb] })]).optional()]
    }),
  ),
)

/** Whether this version knows all options of a scheduled verb: a newer version may add some. Pure. */
export function areKnownOptions(verb: ScheduledVerb, options: JsonObject): boolean {
  return z.strictObject(OPTIONS[verb]).safeParse(options).success
}

/** The stored schedule of one verb: its time and its options. */
interface Entry {
  readonly cron: string
  readonly options: JsonObject
}

/**
 * Registers the maintenance of an application: cron jobs, in UTC, for any worker of the queue `rindle_maintenance`.
 * Each call replaces the whole schedule: verbs that it leaves out run by default, and registrations that it no longer
 * contains are removed. `invalid_input` with every problem, `unknown_profile`, `capability_unsupported` where the jobs
 * adapter has no schedules.
 */
export async function schedule(runtime: Runtime, options: ScheduleOptions = {}): Promise<void> {
  const entries = entriesOf(options)
  for (const { options: given } of entries.values()) assertNames(runtime, given)
  for (const verb of SCHEDULED_VERBS) {
    const entry = entries.get(verb)
    if (entry === undefined) await runtime.jobs.unschedule(verb, MAINTENANCE_QUEUE)
    else {
      const payload = { task: verb, options: entry.options }
      await runtime.jobs.schedule(verb, entry.cron, { queue: MAINTENANCE_QUEUE, key: verb, payload })
    }
  }
}

/** Reports a mistyped name now, not at night. */
function assertNames(runtime: Runtime, { profile, storage }: JsonObject): void {
  if (typeof profile === 'string') profilesIn(runtime, profile)
  if (typeof storage === 'string') storagesIn(runtime, storage)
}

function entriesOf(options: ScheduleOptions): ReadonlyMap<ScheduledVerb, Entry> {
  const parsed = scheduleSchema.safeParse(options)
  if (!parsed.success)
    throw invalidOptions('The schedule is not valid', problemsOf(parsed.error, options), 'invalid_input')
  return new Map(
    SCHEDULED_VERBS.flatMap((verb) => {
      const given = options[verb] ?? {}
      const when = given === false ? undefined : (given.cron ?? DEFAULT_CRONS[verb])
      if (given === false || when === undefined) return []
      const { cron: _cron, ...rest } = given
      return [[verb, { cron: when, options: rest }] as const]
    }),
  )
}
