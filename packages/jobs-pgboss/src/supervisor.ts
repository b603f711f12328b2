import { type CodedLogger, errorFields } from '@rindle/core/adapter'
import { PgBoss } from 'pg-boss'
import { mapError } from './map-error.ts'
import type { PgBossJobsConfig } from './options.ts'
import { logEvents } from './queue-store.ts'

const CRON_INTERVAL_SECONDS = 15
const DELETION_INTERVAL_SECONDS = 60 * 60

/** The background work beside workers. */
export interface Supervisor {
  /** Makes one pass now, unless another process has just made one. Never rejects. */
  pass(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts pg-boss's background work: overdue heartbeats, expiry, deletion, cron. Any number of processes may run it; for
 * each pass the database chooses one of them. It uses the connections of `boss`.
 */
export async function startSupervisor(
  boss: PgBoss,
  options: PgBossJobsConfig,
  logger: CodedLogger,
): Promise<Supervisor> {
  const intervalSeconds = Math.max(1, Math.floor(options.heartbeatSeconds / 3))
  const connections = boss.getDb()
  const supervisor = new PgBoss({
    // Wrapped, so that it neither closes the connections nor reports their errors a second time.
    db: { executeSql: (text, values) => connections.executeSql(text, values) },
    schema: options.schema,
    superviseIntervalSeconds: intervalSeconds,
    monitorIntervalSeconds: intervalSeconds,
    maintenanceIntervalSeconds: DELETION_INTERVAL_SECONDS,
    cronMonitorIntervalSeconds: CRON_INTERVAL_SECONDS,
    cronWorkerIntervalSeconds: 1,
    // A long backlog is normal after a regeneration; the default would warn about it at every pass.
    warningQueueSize: Number.MAX_SAFE_INTEGER,
  })
  logEvents(supervisor, logger)
  try {
    await supervisor.start()
  } catch (error) {
    await supervisor.stop({ graceful: false })
    throw mapError(error, 'starting its supervision')
  }
  return {
    pass: () =>
      supervisor.supervise().catch((error: unknown) => {
        logger.warn(errorFields(error), 'A pass of the supervision of jobs has failed.')
      }),
    stop: () => supervisor.stop({ graceful: false }),
  }
}
