import type { QueueName } from '../domain/queues.ts'
import { json, number, text, time } from '../rows/row-values.ts'
import type { Runtime } from '../runtime.ts'
import { BEAT_EVERY_SECONDS } from './heartbeat.ts'

/** Workers whose last beat is older count as dead. */
const DEAD_AFTER_SECONDS = 4 * BEAT_EVERY_SECONDS

const MOST_ROWS = 1_000

/** Workers of one process, as the database knows them. */
export interface LiveWorker {
  /** One for each start of workers. */
  readonly id: string
  readonly host: string
  readonly processId: number
  /** How many jobs at once they take, of the queues that they serve. */
  readonly queues: Partial<Readonly<Record<QueueName, number>>>
  readonly startedAt: Date
  /** When they last said that they are alive. */
  readonly beatAt: Date
  /** How long ago that was, by the clock of the database. */
  readonly beatAgeSeconds: number
}

/** The workers of all processes that take jobs now, the longest running first; at most 1,000. */
export async function liveWorkers(runtime: Runtime): Promise<readonly LiveWorker[]> {
  const known = await knownWorkers(runtime)
  return known.filter(isAlive).toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime())
}

/** Those that died within the last day as well; the latest beat first. */
export async function knownWorkers({ database }: Runtime): Promise<readonly LiveWorker[]> {
  const { rows } = await database.executeSql(
    `select id::text as id, host, process_id, queues, started_at, beat_at,
       extract(epoch from clock_timestamp() - beat_at)::float8 as beat_age_seconds
     from rindle.media_workers order by beat_at desc, id limit ${MOST_ROWS}`,
  )
  return rows.map((row) => ({
    id: text(row, 'id'),
    host: text(row, 'host'),
    processId: number(row, 'process_id'),
    queues: json(row, 'queues'),
    startedAt: time(row, 'started_at'),
    beatAt: time(row, 'beat_at'),
    beatAgeSeconds: number(row, 'beat_age_seconds'),
  }))
}

/** Whether these workers take jobs, as far as anybody can tell. Pure. */
export function isAlive({ beatAgeSeconds }: Pick<LiveWorker, 'beatAgeSeconds'>): boolean {
  return beatAgeSeconds <= DEAD_AFTER_SECONDS
}
