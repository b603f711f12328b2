import type { Rindle } from '@rindle/core'

/** The ranges of the charts, and the seconds of one bar. */
export const RANGES = {
  '1h': { label: '1 h', seconds: 3_600, bar: 60 },
  '24h': { label: '24 h', seconds: 86_400, bar: 1_800 },
  '7d': { label: '7 d', seconds: 604_800, bar: 10_800 },
} as const

/** One of {@link RANGES}. */
export type RangeName = keyof typeof RANGES

/** The work of one bar of a chart. */
export interface Bar {
  readonly from: Date
  /** Runs for pictures, documents and other files that succeeded. */
  readonly image: number
  /** Runs for video and audio that succeeded. */
  readonly av: number
  readonly failed: number
  /** Seconds from upload to ready, of half of the assets; `null`: none became ready. */
  readonly p50: number | null
  readonly p95: number | null
}

/** The newest runs that a chart reads: some tenths of a second, behind the page. */
const MOST_ROWS = 100_000

/** The work of a range, its bars in order; `isCut` if there was more than a chart reads. */
export interface Throughput {
  readonly bars: readonly Bar[]
  readonly isCut: boolean
}

interface RunRow {
  readonly bar: number
  readonly image: number
  readonly av: number
  readonly failed: number
}

interface ReadyRow {
  readonly bar: number
  readonly assets: number
  readonly p50: number
  readonly p95: number
}

/** Reads how much work was done, from the runs, and how long it took, from the variants of the assets of the range. */
export async function readThroughput({ prisma }: Rindle, range: RangeName, now: Date): Promise<Throughput> {
  const { seconds, bar } = RANGES[range]
  const bars = seconds / bar
  const from = new Date(Math.floor(now.getTime() / 1000 / bar) * bar * 1000 - (bars - 1) * bar * 1000)
  // Ids begin with the time at which the asset was made, so the primary key finds the newest.
  const firstId = `${Math.max(0, from.getTime())
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/, '$1-')}-7000-8000-000000000000`
  const [runs, ready] = await Promise.all([
    prisma.$queryRaw<RunRow[]>`
      select floor(extract(epoch from finished_at - ${from}::timestamptz) / ${bar}::float8)::int as bar,
        count(*) filter (where run.state = 'succeeded' and asset.kind is distinct from 'video'
          and asset.kind is distinct from 'audio')::int as image,
        count(*) filter (where run.state = 'succeeded' and asset.kind in ('video', 'audio'))::int as av,
        count(*) filter (where run.state = 'failed')::int as failed
      from (select asset_id, finished_at, state from rindle.media_processing_runs where finished_at >= ${from}::timestamptz
        order by finished_at desc limit ${MOST_ROWS}) as run
      left join rindle.media_assets as asset on asset.id = run.asset_id group by 1`,
    prisma.$queryRaw<ReadyRow[]>`
      select floor(extract(epoch from created_at - ${from}::timestamptz) / ${bar}::float8)::int as bar, count(*)::int as assets,
        percentile_cont(0.5) within group (order by took)::float8 as p50,
        percentile_cont(0.95) within group (order by took)::float8 as p95
      from (select asset.created_at, extract(epoch from (
          select max(generated_at) from rindle.media_variants where asset_id = asset.id and not on_demand) - asset.created_at) as took
        from (select id, created_at from rindle.media_assets
          where id >= ${firstId}::uuid and state = 'ready' and created_at >= ${from}::timestamptz
          order by id desc limit ${MOST_ROWS / 5}) as asset) as ready
      where took is not null group by 1`,
  ])
  const sum = runs.reduce((total, run) => total + run.image + run.av + run.failed, 0)
  return { bars: Array.from({ length: bars }, (_, index) => barAt(index)), isCut: sum >= MOST_ROWS }

  function barAt(index: number): Bar {
    const run = runs.find((row) => row.bar === index)
    const took = ready.find((row) => row.bar === index)
    return {
      from: new Date(from.getTime() + index * bar * 1000),
      image: run?.image ?? 0,
      av: run?.av ?? 0,
      failed: run?.failed ?? 0,
      p50: took?.p50 ?? null,
      p95: took?.p95 ?? null,
    }
  }
}
