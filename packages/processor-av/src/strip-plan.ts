/** The layout of the tiles of a strip in time and space. */
export type StripPlan = {
  readonly tileCount: number
  readonly columns: number
  readonly rows: number
  /** The time that each tile stands for. */
  readonly intervalMs: number
}

const COLUMNS = 10

/** Plans one tile for each second, at most `maxTiles`, in rows of ten. Pure. */
export function planStrip(durationMs: number, maxTiles: number): StripPlan {
  const tileCount = Math.min(maxTiles, Math.max(1, Math.round(durationMs / 1_000)))
  const columns = Math.min(COLUMNS, tileCount)
  return {
    tileCount,
    columns,
    rows: Math.ceil(tileCount / columns),
    intervalMs: Math.max(1, Math.ceil(durationMs / tileCount)),
  }
}
