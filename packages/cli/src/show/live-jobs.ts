import type { Rindle } from '@rindle/core'

/** A job that waits, runs, or waits for its next attempt. */
export interface LiveJob {
  readonly queue: string
  readonly id: string
  readonly state: string
  /** Failed attempts so far. */
  readonly failures: number
  readonly createdAt: Date
}

/**
 * The unfinished jobs of an asset in pg-boss's usual schema; `null` if that does not exist. Job keys are the asset's
 * id, or begin with it and a colon.
 */
export async function liveJobs({ prisma }: Rindle, assetId: string): Promise<readonly LiveJob[] | null> {
  const [queue] = await prisma.$queryRaw<{ exists: boolean }[]>`select to_regclass('pgboss.job') is not null as exists`
  if (queue?.exists !== true) return null
  return prisma.$queryRaw<LiveJob[]>`
    select name as queue, id::text as id, state::text as state, retry_count as failures, created_on as "createdAt"
    from pgboss.job
    where name like 'rindle\_%' and state <= 'active' and split_part(singleton_key, ':', 1) = ${assetId}
    order by created_on, id`
}
