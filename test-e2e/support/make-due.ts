/** What of an instance the queue is reached by. */
interface Database {
  readonly prisma: { $executeRawUnsafe(sql: string): Promise<unknown> }
}

/** Lets work run at once that waits for a time: what waits for a time is not worth a test's waiting. */
export async function makeDue({ prisma }: Database): Promise<void> {
  await prisma.$executeRawUnsafe(
    "update pgboss.job set start_after = now() where state < 'active' and start_after > now()",
  )
}
