import { checkOptions } from '@rindle/core/adapter'
import { z } from 'zod'

/** Options of `pgBossJobs`. */
export interface PgBossJobsOptions {
  /**
   * A PostgreSQL URL for the job queue's own connections, which must lead to the server itself, because LISTEN does not
   * work through a pooler in transaction mode. Needed if the instance was created from a pool or a Prisma client.
   * @default the URL of the instance; with `{ poolerUrl, directUrl }`, the pooler, and LISTEN on the instance's own
   * connection
   */
  readonly connectionString?: string
  /**
   * The PostgreSQL schema of pg-boss: lower-case letters, digits and underscores. You may share it with your
   * application's own pg-boss. It is created if it is missing.
   * @default 'pgboss'
   */
  readonly schema?: string
  /**
   * Most connections at once in this process; workers hold one more, for LISTEN.
   * @default 5
   */
  readonly maxConnections?: number
  /**
   * Delay before the second attempt; each later delay is twice as long, plus up to as much again at random. 0 retries
   * at once and without back-off.
   * @default 3
   */
  readonly retryDelaySeconds?: number
  /**
   * The longest delay between two attempts, and the delay between attempts to handle a dead letter.
   * @default 30
   */
  readonly retryDelayMaxSeconds?: number
  /**
   * How long a running job stays claimed without a heartbeat, at least 10. Heartbeats are sent, and overdue ones looked
   * for, three times as often, so a dead worker's job is found after at most 4/3 of this.
   * @default 15
   */
  readonly heartbeatSeconds?: number
  /**
   * How often workers poll for jobs that no NOTIFY announces: retries that became due, and all of them if LISTEN/NOTIFY
   * does not work. At least 0.5.
   * @default 2
   */
  readonly pollingIntervalSeconds?: number
}

const schema = z
  .strictObject({
    connectionString: z
      .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL like postgres://user@host:5432/database' })
      .optional(),
    schema: z
      .string()
      .regex(
        /^[a-z_][a-z0-9_]{0,49}$/,
        'must be lower-case letters, digits and underscores, at most 50, no digit first',
      )
      .default('pgboss'),
    maxConnections: z.int().min(1).max(1_000).default(5),
    retryDelaySeconds: z.int().min(0).max(86_400).default(3),
    retryDelayMaxSeconds: z.int().min(0).max(86_400).default(30),
    heartbeatSeconds: z.int().min(10).max(3_600).default(15),
    pollingIntervalSeconds: z.number().min(0.5).max(3_600).default(2),
  })
  .refine(({ retryDelaySeconds, retryDelayMaxSeconds }) => retryDelayMaxSeconds >= retryDelaySeconds, {
    path: ['retryDelayMaxSeconds'],
    error: 'must be at least retryDelaySeconds',
  })

/** The options with every default filled in. */
export type PgBossJobsConfig = Omit<Required<PgBossJobsOptions>, 'connectionString'> & {
  readonly connectionString?: string | undefined
}

/** Checks all options; `config_invalid` lists every problem with its path. */
export function parseOptions(options: PgBossJobsOptions): PgBossJobsConfig {
  return checkOptions('pgBossJobs', schema, options)
}
