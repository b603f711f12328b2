import { isStartOfFrame } from './jpeg.ts'
import { type HuffmanTable, huffmanTables, JpegBits } from './jpeg-bits.ts'
import { jpegMarkers } from './jpeg-markers.ts'

/**
 * How much of the picture is missing in a JPEG whose decoder complains: the share of its blocks after the place where
 * its data end, or stop making sense; 0 if all blocks are there and the complaint was about something else. `null` if
 * that cannot be counted: in progressive and arithmetic coding, where every scan covers the whole picture. Pure.
 */
export function missingShareOfJpeg(bytes: Buffer): number | null {
  const file = readMarkers(bytes)
  if (file === null) return null
  const { frame, scans } = file
  const counted = frame.components.map(({ id }) => {
    const scan = scans.find(({ components }) => components.some((component) => component.id === id))
    return scan === undefined ? 0 : shareRead(bytes, frame, scan)
  })
  return 1 - Math.min(...counted)
}

interface Component {
  readonly id: number
  readonly across: number
  readonly down: number
}

interface Frame {
  readonly width: number
  readonly height: number
  readonly components: readonly Component[]
}

interface Scan {
  readonly components: readonly { readonly id: number; readonly dc: HuffmanTable; readonly ac: HuffmanTable }[]
  readonly restartInterval: number
  /** Offset of its data. */
  readonly at: number
}

const HUFFMAN_TABLES = 0xc4
const RESTART_INTERVAL = 0xdd
const START_OF_SCAN = 0xda
const SEQUENTIAL: readonly number[] = [0xc0, 0xc1]

function readMarkers(bytes: Buffer): { readonly frame: Frame; readonly scans: readonly Scan[] } | null {
  const tables = new Map<number, HuffmanTable>()
  const scans: Scan[] = []
  let frame: Frame | null = null
  let restartInterval = 0
  for (const { marker, data, end } of jpegMarkers(bytes)) {
    if (isStartOfFrame(marker)) {
      if (!SEQUENTIAL.includes(marker) || data.byteLength < 6) return null
      frame = readFrame(data)
    } else if (marker === HUFFMAN_TABLES) {
      for (const [id, table] of huffmanTables(data)) tables.set(id, table)
    } else if (marker === RESTART_INTERVAL && data.byteLength >= 2) restartInterval = data.readUInt16BE(0)
    else if (marker === START_OF_SCAN) {
      const components = readScan(data, tables)
      if (components === null) return null
      scans.push({ components, restartInterval, at: end })
    }
  }
  return frame === null || frame.components.length === 0 ? null : { frame, scans }
}

function readFrame(data: Buffer): Frame {
  const count = data[5] ?? 0
  const components = Array.from({ length: count }, (_, index) => {
    const sampling = data[7 + index * 3] ?? 0x11
    return { id: data[6 + index * 3] ?? 0, across: sampling >> 4, down: sampling & 15 }
  })
  return { height: data.readUInt16BE(1), width: data.readUInt16BE(3), components }
}

function readScan(data: Buffer, tables: ReadonlyMap<number, HuffmanTable>): Scan['components'] | null {
  const components = Array.from({ length: data[0] ?? 0 }, (_, index) => {
    const selected = data[2 + index * 2] ?? 0
    return { id: data[1 + index * 2] ?? 0, dc: tables.get(selected >> 4), ac: tables.get(0x10 | (selected & 15)) }
  })
  const known = components.filter((component): component is Scan['components'][number] => {
    return component.dc !== undefined && component.ac !== undefined
  })
  return known.length === components.length ? known : null
}

// A unit is what one step of a scan decodes: a block, or the blocks of a whole patch if components are interleaved.
function shareRead(bytes: Buffer, frame: Frame, scan: Scan): number {
  const blocks = scan.components.flatMap(({ id, dc, ac }) => {
    const component = frame.components.find((candidate) => candidate.id === id)
    const count = scan.components.length === 1 ? 1 : (component?.across ?? 1) * (component?.down ?? 1)
    return Array.from({ length: count }, () => ({ dc, ac }))
  })
  const units = unitsOf(frame, scan)
  const bits = new JpegBits(bytes, scan.at)
  for (let unit = 0; unit < units; unit += 1) {
    const isAtRestart = scan.restartInterval > 0 && unit > 0 && unit % scan.restartInterval === 0
    if (isAtRestart && !bits.restart(unit / scan.restartInterval - 1)) return unit / units
    for (const { dc, ac } of blocks) if (!bits.skipBlock(dc, ac)) return unit / units
  }
  return 1
}

function unitsOf({ width, height, components }: Frame, scan: Scan): number {
  const across = Math.max(1, ...components.map((component) => component.across))
  const down = Math.max(1, ...components.map((component) => component.down))
  const only = components.find(({ id }) => scan.components.length === 1 && id === scan.components[0]?.id)
  if (only === undefined) return Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down))
  const columns = Math.ceil(Math.ceil((width * only.across) / across) / 8)
  return columns * Math.ceil(Math.ceil((height * only.down) / down) / 8)
}
