import type { QueueName, RefusedQueues } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { json, number, numberOrNull, text, time } from '../kernel/sql/row-values.ts'
import { BEAT_EVERY_SECONDS } from './heartbeat.ts'

/** Workers whose last beat is older count as dead. */
const DEAD_AFTER_SECONDS = 4 * BEAT_EVERY_SECONDS

/** Drains come at least this often: cron jobs of functions run every minute, or some minutes apart. */
const DRAINED_WITHIN_SECONDS = 900

const MOST_ROWS = 1_000

/** The workers of one process, as the database knows them. */
export interface LiveWorker {
  /** A new id for each start of workers. */
  readonly id: string
  readonly host: string
  readonly processId: number
  /** Jobs at once, for each queue that they serve. */
  readonly queues: Partial<Readonly<Record<QueueName, number>>>
  /** Queues that they should serve but cannot, each with the reason: the machine lacks FFmpeg, for instance. */
  readonly refused: RefusedQueues
  /** The event targets to which they can deliver: handlers of profiles, and webhooks. */
  readonly targets: readonly string[]
  readonly startedAt: Date
  /** The time of their last heartbeat. */
  readonly beatAt: Date
  /** The age of the last heartbeat, by the clock of the database. */
  readonly beatAgeSeconds: number
}

/** Workers that may have stopped or died. */
export interface KnownWorker extends LiveWorker {
  /** Seconds since they stopped on request; `null`: they run, or died. */
  readonly stoppedAgeSeconds: number | null
  /** Whether they are of a drain, which ends by itself. */
  readonly isBrief: boolean
}

/** The workers of all processes that take jobs now, the longest running first; at most 1,000. */
export async function liveWorkers(runtime: Runtime): Promise<readonly LiveWorker[]> {
  const alive = (await knownWorkers(runtime)).filter(isAlive)
  return alive
    .map(({ stoppedAgeSeconds: _running, isBrief: _brief, ...worker }) => worker)
    .toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
}

/** {@link liveWorkers} and those that stopped or died within the last day; the latest sign of life first. */
export async function knownWorkers({ database }: Runtime): Promise<readonly KnownWorker[]> {
  const { rows } = await database.executeSql(
    `select id::text as id, host, process_id, queues, refused, targets, started_at, beat_at,
       extract(epoch from clock_timestamp() - beat_at)::float8 as beat_age_seconds,
       extract(epoch from clock_timestamp() - stopped_at)::float8 as stopped_age_seconds, is_brief
     from rindle.media_workers order by beat_at desc, id limit ${MOST_ROWS}`,
  )
  return rows.map((row) => ({
    id: text(row, 'id'),
    host: text(row, 'host'),
    processId: number(row, 'process_id'),
    queues: json(row, 'queues'),
    refused: json(row, 'refused'),
    targets: json(row, 'targets'),
    startedAt: time(row, 'started_at'),
    beatAt: time(row, 'beat_at'),
    beatAgeSeconds: number(row, 'beat_age_seconds'),
    stoppedAgeSeconds: numberOrNull(row, 'stopped_age_seconds'),
    isBrief: row['is_brief'] === true,
  }))
}

/** Whether these workers take jobs, as far as the database knows. Pure. */
export function isAlive({
  beatAgeSeconds,
  stoppedAgeSeconds,
}: Pick<KnownWorker, 'beatAgeSeconds' | 'stoppedAgeSeconds'>): boolean {
  return stoppedAgeSeconds === null && beatAgeSeconds <= DEAD_AFTER_SECONDS
}

/** Whether these workers are of a drain that is over, but not so long that the next one is overdue. Pure. */
export function hasDrained(worker: Pick<KnownWorker, 'beatAgeSeconds' | 'stoppedAgeSeconds' | 'isBrief'>): boolean {
  return worker.isBrief && !isAlive(worker) && worker.beatAgeSeconds <= DRAINED_WITHIN_SECONDS
}

/** Names workers that take no more jobs, and how they ended: "process 7 on a, stopped 90 s ago". Pure. */
export function lastSeen({ processId, host, beatAgeSeconds, stoppedAgeSeconds }: KnownWorker): string {
  const end =
    stoppedAgeSeconds === null
      ? `died ${Math.round(beatAgeSeconds)} s ago`
      : `stopped ${Math.round(stoppedAgeSeconds)} s ago`
  return `process ${processId} on ${host}, ${end}`
}
