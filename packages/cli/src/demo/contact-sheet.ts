import type sharp from 'sharp'

/** One picture of the sheet. */
export interface Tile {
  /** The variant's name. */
  readonly name: string
  /** Its dimensions and format. */
  readonly caption: string
  /** An image that fits into {@link TILE}. */
  readonly image: Buffer
}

/** One file's pictures. */
export interface TileRow {
  readonly title: string
  readonly tiles: readonly Tile[]
}

/** The box that a picture fits into, in pixels. */
export const TILE = { width: 200, height: 150 } as const

/** Further rows are left out: nobody looks at a picture that is higher. */
export const MAX_ROWS = 50

const MARGIN = 16
const LINE = 18
const ROW_HEIGHT = LINE + TILE.height + 2 * LINE + MARGIN

/** Scales an image down to a tile. */
export async function makeTileImage(sharpOf: typeof sharp, bytes: Uint8Array): Promise<Buffer> {
  return sharpOf(bytes)
    .resize({ ...TILE, fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer()
}

/** One picture of all variants with their names, a row for each file: a PNG. */
export async function makeContactSheet(sharpOf: typeof sharp, rows: readonly TileRow[]): Promise<Buffer> {
  const shown = rows.slice(0, MAX_ROWS)
  const columns = Math.max(1, ...shown.map(({ tiles }) => tiles.length))
  const width = MARGIN + columns * (TILE.width + MARGIN)
  const height = MARGIN + Math.max(1, shown.length) * ROW_HEIGHT
  const tiles = shown.flatMap((row, rowIndex) =>
    row.tiles.map(({ image }, column) => ({ input: image, left: leftOf(column), top: topOf(rowIndex) + LINE })),
  )
  return sharpOf(Buffer.from(labels(shown, width, height)))
    .composite(tiles)
    .removeAlpha()
    .png()
    .toBuffer()
}

function labels(rows: readonly TileRow[], width: number, height: number): string {
  const texts = rows.flatMap(({ title, tiles }, row) => [
    `<text x="${MARGIN}" y="${topOf(row) + 12}" font-weight="bold">${escapeXml(title)}</text>`,
    ...tiles.flatMap(({ name, caption }, column) => {
      const y = topOf(row) + LINE + TILE.height + 14
      return [
        `<text x="${leftOf(column)}" y="${y}" font-weight="bold">${escapeXml(name)}</text>`,
        `<text x="${leftOf(column)}" y="${y + LINE - 2}" fill="#555">${escapeXml(caption)}</text>`,
      ]
    }),
  ])
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#f4f4f2"/>` +
    `<g font-family="sans-serif" font-size="13" fill="#222">${texts.join('')}</g></svg>`
  )
}

function leftOf(column: number): number {
  return MARGIN + column * (TILE.width + MARGIN)
}

function topOf(row: number): number {
  return MARGIN + row * ROW_HEIGHT
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
