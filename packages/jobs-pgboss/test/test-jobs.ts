import { type JobsAdapter, type Logger, type QueueName, silentLogger } from '@rindle/core'
import type { JobRequest } from '@rindle/core/adapter'
import { type PgBossJobsOptions, pgBossJobs } from '@rindle/jobs-pgboss'
import { type Database, openDatabase } from '@rindle/prisma'
import { vi } from 'vitest'

/** Fast retries; and polling so rare that only an announcement can wake a worker in time. */
export const ANNOUNCED_ONLY: PgBossJobsOptions = {
  retryDelaySeconds: 0,
  retryDelayMaxSeconds: 0,
  pollingIntervalSeconds: 3_600,
}

/** Fast retries, and polling as often as it can be. */
export const FAST: PgBossJobsOptions = { ...ANNOUNCED_ONLY, pollingIntervalSeconds: 0.5 }

/** A connected adapter with its database. */
export interface TestJobs extends AsyncDisposable {
  readonly adapter: JobsAdapter
  readonly database: Database
  /** Enqueues in a transaction that commits. */
  enqueue(...requests: readonly JobRequest[]): Promise<readonly (string | null)[]>
  /** One job row of pg-boss. */
  row(id: string | null | undefined): Promise<Record<string, unknown> | undefined>
}

export function testJobs(url: string, options: PgBossJobsOptions = FAST, logger: Logger = silentLogger): TestJobs {
  const database = openDatabase(url)
  const adapter = pgBossJobs(options)
  adapter.connect({ database, logger })
  return {
    adapter,
    database,
    enqueue: (...requests) => database.transaction((tx) => adapter.enqueue(requests, tx)),
    row: async (id) => (await database.executeSql('select * from pgboss.job where id = $1', [id])).rows[0],
    async [Symbol.asyncDispose]() {
      await adapter.stop()
      await database.close()
    },
  }
}

export function jobFor(key: string, queue: QueueName = 'rindle_promote'): JobRequest {
  return { queue, key, payload: { key } }
}

/** A handler's wait that only an abort ends. */
export function untilAborted({ signal }: { readonly signal: AbortSignal }): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason as Error)
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}

/** Waits, at most 20 s, until `check` passes. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 10 })
}

/** A log that can be read. */
export function recordingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = []
  const log: Logger['info'] = (fields, message) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  return { lines, debug: log, info: log, warn: log, error: log }
}
