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
