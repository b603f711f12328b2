import type { Rindle } from '@rindle/core'

/** Minutes of one point, and points of a line: together an hour. */
const POINT_MINUTES = 2
const POINTS = 30
/** The latest events that are read: some milliseconds. */
const MOST_EVENTS = 5_000

/** The events of the last hour for one target, by when they occurred. */
export interface DeliveryRate {
  /** Those that were delivered, in each two minutes, the oldest first. */
  readonly delivered: readonly number[]
  /** All of them, whether they were delivered or not. */
  readonly total: number
}

/** Reads the rate of each target with events in the last hour; of a busier hour only its latest events. */
export async function readDeliveryRates({ prisma }: Rindle, now: Date): Promise<ReadonlyMap<string, DeliveryRate>> {
  const from = new Date(now.getTime() - POINTS * POINT_MINUTES * 60_000)
  const rows = await prisma.$queryRaw<{ target: string; point: number; delivered: number; total: number }[]>`
    select delivery.target, floor(extract(epoch from event.occurred_at - ${from}::timestamptz) / ${POINT_MINUTES * 60}::float8)::int as point,
      count(*) filter (where delivery.state = 'delivered')::int as delivered, count(*)::int as total
    from (select id, occurred_at from rindle.media_events where occurred_at >= ${from}::timestamptz
      order by occurred_at desc, id desc limit ${MOST_EVENTS}) as event
    join rindle.media_deliveries as delivery on delivery.event_id = event.id group by 1, 2`
  const byTarget = Map.groupBy(rows, ({ target }) => target)
  return new Map(
    [...byTarget].map(([target, points]) => {
      const delivered = Array.from(
        { length: POINTS },
        (_, index) => points.find(({ point }) => point === index)?.delivered ?? 0,
      )
      return [target, { delivered, total: points.reduce((sum, { total }) => sum + total, 0) }]
    }),
  )
}
