/** How the tiles of a strip are laid out in time and space. */
export type StripPlan = {
  readonly tileCount: number
  readonly columns: number
  readonly rows: number
  /** Each tile stands for so long. */
  readonly intervalMs: number
}

const MAX_TILES = 100
const COLUMNS = 10

/** One tile for each second, at most a hundred, in rows of ten. Pure. */
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
