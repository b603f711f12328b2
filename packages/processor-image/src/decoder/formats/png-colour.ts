import { type Chromaticity, type Colour, colourOfCicp, isSrgb, SRGB_PRIMARIES } from '../colour/colour.ts'
import type { Bytes } from '../file-bytes.ts'
import { unsupported } from '../refusal.ts'
import { pngChunks } from './png-chunks.ts'

// The data of these chunks are read; all of them are short.
const COLOUR_CHUNKS: ReadonlySet<string> = new Set(['cICP', 'gAMA', 'cHRM'])
const COLOUR_CHUNK_BYTES = 32

/**
 * The colour space that a PNG names in other ways than by an ICC profile, which libvips ignores; `null` if sharp shows
 * it right. If there are several, the standard's order decides: cICP, iCCP, sRGB, gAMA and cHRM.
 */
export async function pngColour(bytes: Bytes): Promise<Colour | null> {
  const found = new Map<string, Buffer>()
  for await (const { type, at, length } of pngChunks(bytes)) {
    if (type === 'IDAT') break
    if (found.has(type)) continue
    const isRead = COLOUR_CHUNKS.has(type) && length <= COLOUR_CHUNK_BYTES
    found.set(type, isRead ? Buffer.from(await bytes.read(at, length)) : Buffer.alloc(0))
  }
  const colour = colourOf(found)
  return colour === null || isSrgb(colour) ? null : colour
}

function colourOf(found: ReadonlyMap<string, Buffer>): Colour | null {
  const cicp = found.get('cICP')
  if (cicp !== undefined && cicp.byteLength === 4) return cicpOf(cicp)
  if (found.has('iCCP') || found.has('sRGB')) return null
  const gamma = gammaOf(found.get('gAMA'))
  const chromaticities = chromaticitiesOf(found.get('cHRM'))
  if (gamma === null && chromaticities === null) return null
  const [white, red, green, blue] = chromaticities ?? []
  const isWhole = white !== undefined && red !== undefined && green !== undefined && blue !== undefined
  return {
    primaries: isWhole ? { red, green, blue, white } : SRGB_PRIMARIES,
    transfer: gamma === null ? { kind: 'srgb' } : { kind: 'gamma', exponent: 1 / gamma },
  }
}

function cicpOf(cicp: Buffer): Colour {
  const [primaries = 0, transfer = 0, matrix = 0, isFullRange = 0] = cicp
  const colour = colourOfCicp(primaries, transfer)
  if (colour !== null && matrix === 0 && isFullRange === 1) return colour
  throw unsupported(`a PNG of the colour space ${[primaries, transfer, matrix, isFullRange].join('/')} (cICP)`)
}

const UNIT = 100_000

function gammaOf(gamma: Buffer | undefined): number | null {
  const value = gamma?.byteLength === 4 ? gamma.readUInt32BE(0) / UNIT : 0
  // A value out of this range is not the gamma of a picture, and no decoder respects it.
  return value > 0.1 && value < 10 ? value : null
}

function chromaticitiesOf(chromaticities: Buffer | undefined): readonly Chromaticity[] | null {
  if (chromaticities?.byteLength !== 32) return null
  const pairs = [0, 8, 16, 24].map(
    (at): Chromaticity => [chromaticities.readUInt32BE(at) / UNIT, chromaticities.readUInt32BE(at + 4) / UNIT],
  )
  return pairs.every(([x, y]) => y > 0 && x + y <= 1) && isTriangle(pairs) ? pairs : null
}

// Three colours on one line make no picture, and no matrix.
function isTriangle([, red, green, blue]: readonly Chromaticity[]): boolean {
  if (red === undefined || green === undefined || blue === undefined) return false
  const area = (green[0] - red[0]) * (blue[1] - red[1]) - (blue[0] - red[0]) * (green[1] - red[1])
  return Math.abs(area) > 0.01
}
