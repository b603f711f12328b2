import type { JsonObject, WorkersHealth } from '@rindle/core'

/** The answer to a probe. */
export interface HealthAnswer {
  readonly status: 200 | 503
  readonly body: JsonObject
}

/** The database's view of the workers: it is unreachable, knows none like them, or considers them alive. */
export type Acknowledgement = 'unreachable' | 'unknown' | 'known'

const DATABASE_WORDS: Readonly<Record<Acknowledgement, string>> = {
  unreachable: 'unreachable',
  unknown: 'knows of no heartbeat',
  known: 'knows of the heartbeat',
}

// Eight heartbeats: while the database is away each of them takes long to fail, and that is no reason to restart.
const LONGEST_SILENCE_SECONDS = 120

/** Whether the process should be left alone: its timers run, whether or not the database answers. Pure. */
export function liveness(health: WorkersHealth | undefined, now: Date): HealthAnswer {
  if (health === undefined) return { status: 200, body: { status: 'live', workers: 'starting' } }
  const silentSeconds = Math.round((now.getTime() - health.triedAt.getTime()) / 1_000)
  const isHung = health.state === 'working' && silentSeconds > LONGEST_SILENCE_SECONDS
  return {
    status: isHung ? 503 : 200,
    body: { status: isHung ? 'hung' : 'live', workers: health.state, silent_sec: Math.max(0, silentSeconds) },
  }
}

/** Whether it takes jobs: its workers run and, if the database was asked, it knows them. Pure. */
export function readiness(health: WorkersHealth | undefined, acknowledged?: Acknowledgement): HealthAnswer {
  const workers = health?.state ?? 'starting'
  const isReady = workers === 'working' && acknowledged === 'known'
  return {
    status: isReady ? 200 : 503,
    body: {
      status: isReady ? 'ready' : 'not_ready',
      workers,
      ...(acknowledged === undefined ? {} : { database: DATABASE_WORDS[acknowledged] }),
      ...(health === undefined || Object.keys(health.refused).length === 0 ? {} : { refused: health.refused }),
    },
  }
}
