import type { ReactElement } from 'react'
import type { Strip } from '../../../media/recordings.ts'

/** The tile of a strip that shows a moment. */
export function StripTile({ strip, second }: { readonly strip: Strip; readonly second: number }): ReactElement {
  const { url, tileCount, columns, rows, tileWidth, tileHeight, intervalMs } = strip
  const tile = Math.min(tileCount - 1, Math.max(0, Math.floor((second * 1_000) / intervalMs)))
  return (
    <span
      className="strip-tile"
      data-tile={tile}
      style={{
        width: tileWidth,
        height: tileHeight,
        backgroundImage: `url("${url}")`,
        backgroundSize: `${columns * tileWidth}px ${rows * tileHeight}px`,
        backgroundPosition: `${-(tile % columns) * tileWidth}px ${-Math.floor(tile / columns) * tileHeight}px`,
      }}
    />
  )
}
