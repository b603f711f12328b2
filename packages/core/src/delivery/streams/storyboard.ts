import { z } from 'zod'
import type { Variant } from '../../domain/entities.ts'

/** The tiles of a thumbnail strip, row by row: tile `n` shows the time from `n` to `n + 1` times `intervalMs`. */
export interface StripTiles {
  readonly tileCount: number
  readonly columns: number
  readonly intervalMs: number
  /** Pixels. */
  readonly tileWidth: number
  /** Pixels. */
  readonly tileHeight: number
}

const count = z.int().min(1)
const tilesSchema = z.object({
  tileCount: z.int().min(1).max(10_000),
  columns: count,
  intervalMs: count,
  tileWidth: count,
  tileHeight: count,
})

/** The tiles in the row of a strip; `null`: it is none. Pure. */
export function stripTilesOf({ metadata }: Pick<Variant, 'metadata'>): StripTiles | null {
  const parsed = tilesSchema.safeParse(metadata)
  return parsed.success ? parsed.data : null
}

/**
 * A storyboard in WebVTT: for each tile a cue with the URL of the strip and the place in it, as a media fragment
 * (`#xywh=160,0,160,90`). Pure.
 */
export function storyboardText(
  { tileCount, columns, intervalMs, tileWidth, tileHeight }: StripTiles,
  url: string,
): string {
  const cues = Array.from({ length: tileCount }, (_, tile) => {
    const place = [(tile % columns) * tileWidth, Math.floor(tile / columns) * tileHeight, tileWidth, tileHeight]
    return `${clock(tile * intervalMs)} --> ${clock((tile + 1) * intervalMs)}\n${url}#xywh=${place.join(',')}\n`
  })
  return ['WEBVTT\n', ...cues].join('\n')
}

/** `00:01:05.250` */
function clock(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const rest = String(ms % 1_000).padStart(3, '0')
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}.${rest}`
}
