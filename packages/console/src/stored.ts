import type { Rindle } from '@rindle/core'

/** Bytes of a table up to which all of its rows are read; of a larger one a sample of as many bytes is. */
const MOST_READ_BYTES = 64_000_000

/** The sizes of the large tables, without their indexes. */
export interface TableSizes {
  readonly assets: number
  readonly variants: number
  readonly runs: number
}

/** Reads the sizes of the tables; takes a millisecond. */
export async function readTableSizes({ prisma }: Rindle): Promise<TableSizes> {
  const [sizes] = await prisma.$queryRaw<TableSizes[]>`
    select pg_relation_size('rindle.media_assets')::float8 as assets,
      pg_relation_size('rindle.media_variants')::float8 as variants,
      pg_relation_size('rindle.media_processing_runs')::float8 as runs`
  return sizes ?? { assets: 0, variants: 0, runs: 0 }
}

/** Whether every row is counted within some tens of milliseconds. Pure. */
export function isSmall({ assets, variants, runs }: TableSizes): boolean {
  return assets + variants + runs <= MOST_READ_BYTES
}

/** The bytes that the storages hold. */
export interface Stored {
  readonly originals: number
  readonly variants: number
  /** Whether they were computed from a sample. */
  readonly isEstimate: boolean
}

/** Sums the bytes of originals and variants: from a sample of the rows where there are many. */
export async function readStored(rindle: Rindle): Promise<Stored> {
  const sizes = await readTableSizes(rindle)
  return {
    originals: await sumOf(rindle, 'media_assets', sizes.assets, "state not in ('staged', 'deleted')"),
    variants: await sumOf(rindle, 'media_variants', sizes.variants, 'storage_key is not null'),
    isEstimate: Math.max(sizes.assets, sizes.variants) > MOST_READ_BYTES,
  }
}

async function sumOf({ prisma }: Rindle, table: string, size: number, condition: string): Promise<number> {
  const part = Math.min(1, MOST_READ_BYTES / Math.max(1, size))
  const sample = part < 1 ? `tablesample system (${100 * part})` : ''
  const [sum] = await prisma.$queryRawUnsafe<{ bytes: number }[]>(
    `select coalesce(sum(byte_size), 0)::float8 as bytes from rindle.${table} ${sample} where ${condition}`,
  )
  return (sum?.bytes ?? 0) / part
}
