/** The parts of an instance that reach its queue. */
interface Database {
  readonly prisma: { $executeRawUnsafe(sql: string): Promise<unknown> }
}

/** Announces jobs as pg-boss does: otherwise workers would only find them at their next poll. */
const ANNOUNCED = `pg_notify('pgboss_' || left(encode(sha224('pgboss'), 'hex'), 24), name)`

/** Lets jobs run at once that wait for a time: what waits for a time is not worth a test's waiting. */
export async function makeDue({ prisma }: Database): Promise<void> {
  await prisma.$executeRawUnsafe(
    `with due as (
       update pgboss.job set start_after = now() where state < 'active' and start_after > now() returning name
     )
     select ${ANNOUNCED} from due group by name`,
  )
}

/**
 * Lets the time pass that follows the death of a worker: its claims on jobs and sessions have run out, the next attempts
 * are due, and the supervision may look again.
 */
export async function passTime(database: Database): Promise<void> {
  const { prisma } = database
  await prisma.$executeRawUnsafe(
    `update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active'`,
  )
  await prisma.$executeRawUnsafe(
    `update rindle.media_upload_sessions set lock_expires_at = lock_expires_at - interval '1 minute'`,
  )
  await prisma.$executeRawUnsafe('update pgboss.queue set monitor_on = null, monitor_claim_on = null')
  await makeDue(database)
}
