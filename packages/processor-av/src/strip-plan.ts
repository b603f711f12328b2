/** The layout of the tiles of a strip in time and space. */
export type StripPlan = {
  readonly tileCount: number
  readonly columns: number
  readonly rows: number
  /** The time that each tile stands for. */
  readonly intervalMs: number
}

const MAX_TILES = 100
const COLUMNS = 10

/** Plans one tile for each second, at most a hundred, in rows of ten. Pure. */
export function planStrip(durationMs: number): StripPlan {
  const tileCount = Math.min(MAX_TILES, Math.max(1, Math.round(durationMs / 1_000)))
  const columns = Math.min(COLUMNS, tileCount)
  return {
    tileCount,
    columns,
    rows: Math.ceil(tileCount / columns),
    intervalMs: Math.max(1, Math.ceil(durationMs / tileCount)),
  }
}
