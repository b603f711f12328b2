import type { CodedPicture } from './coded-pictures.ts'

/** One item of a file. Ids are the places in the list, from 1. */
export interface Item {
  /** "hvc1", "grid", "Exif". */
  readonly type: string
  readonly data: Buffer
  readonly properties?: readonly Buffer[]
}

/** From one item to others: "dimg", "auxl", "prem", "cdsc". */
export interface Reference {
  readonly type: string
  readonly from: number
  readonly to: readonly number[]
}

/** A file to put together. */
export interface HeifFile {
  readonly items: readonly Item[]
  /** @default 1 */
  readonly primary?: number
  readonly references?: readonly Reference[]
  /** @default heic */
  readonly brand?: string
}

/** Puts a HEIF together. Equal data are stored once. */
export function heifFile({ items, primary = 1, references = [], brand = 'heic' }: HeifFile): Buffer {
  const head = box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1heic`, 'latin1'))
  const different = [...new Set(items.map(({ data }) => data))]
  const metaOf = (dataAt: number): Buffer => {
    const places = new Map<Buffer, number>()
    let at = dataAt
    for (const data of different) {
      places.set(data, at)
      at += data.byteLength
    }
    return fullBox(
      'meta',
      fullBox('hdlr', Buffer.from('\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1')),
      fullBox('pitm', uint16(primary)),
      locations(items, places),
      fullBox('iinf', uint16(items.length), ...items.map(({ type }, index) => entry(index + 1, type))),
      box('iprp', ...propertiesOf(items)),
      ...(references.length === 0 ? [] : [fullBox('iref', ...references.map(referenceBox))]),
    )
  }
  // Its length does not depend on the places.
  const dataAt = head.byteLength + metaOf(0).byteLength + 8
  return Buffer.concat([head, metaOf(dataAt), box('mdat', ...different)])
}

/** An item of a coded picture, with further properties. */
export function codedItem(picture: CodedPicture, ...properties: readonly Buffer[]): Item {
  const { configuration, data, side } = picture
  return { type: 'hvc1', data, properties: [box('hvcC', configuration), size(side, side), ...properties] }
}

/** A file of one tile after the other, in rows, cut to a size. The picture is the last item. */
export function gridFile(tile: CodedPicture, width: number, height: number, ...properties: readonly Buffer[]): Buffer {
  return gridOf(codedItem(tile), tile.side, width, height, ...properties)
}

/** A grid of tiles that say that they are coded as AV1, for readers of headers: there is nothing in them. */
export function emptyAvifGrid(): Buffer {
  const properties = [box('av1C', Buffer.from([0x81, 0, 0x0c, 0])), size(64, 64)]
  return gridOf({ type: 'av01', data: Buffer.alloc(16), properties }, 64, 128, 128)
}

function gridOf(tile: Item, side: number, width: number, height: number, ...properties: readonly Buffer[]): Buffer {
  const [columns, rows] = [Math.ceil(width / side), Math.ceil(height / side)]
  const tiles = Array.from({ length: columns * rows }, () => tile)
  const layout = Buffer.from([0, 1, rows - 1, columns - 1])
  const grid = { type: 'grid', data: Buffer.concat([layout, uint32(width), uint32(height)]) }
  const from = tiles.length + 1
  return heifFile({
    items: [...tiles, { ...grid, properties: [size(width, height), ...properties] }],
    primary: from,
    references: [{ type: 'dimg', from, to: tiles.map((_, index) => index + 1) }],
  })
}

function size(width: number, height: number): Buffer {
  return fullBox('ispe', uint32(width), uint32(height))
}

/** A property: turned anticlockwise by so many quarters. */
export function turned(quarters: number): Buffer {
  return box('irot', Buffer.from([quarters]))
}

/** A property: mirrored, top to bottom or left to right. */
export function mirrored(axis: 'top_bottom' | 'left_right'): Buffer {
  return box('imir', Buffer.from([axis === 'top_bottom' ? 0 : 1]))
}

/** A property: the middle of that size is shown. */
export function cropped(width: number, height: number): Buffer {
  const one = uint32(1)
  const nothing = uint32(0)
  return box('clap', uint32(width), one, uint32(height), one, nothing, one, nothing, one)
}

/** A property: the colour space by numbers of H.273; the matrix is that of BT.601, in the full range. */
export function numbered(primaries: number, transfer: number): Buffer {
  return box('colr', Buffer.from('nclx'), uint16(primaries), uint16(transfer), uint16(6), Buffer.from([0x80]))
}

/** A property: the colour space by an ICC profile. */
export function profiled(icc: Buffer): Buffer {
  return box('colr', Buffer.from('prof'), icc)
}

/** A property: the item is the transparency of another one. */
export function transparency(): Buffer {
  return fullBox('auxC', Buffer.from('urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0', 'latin1'))
}

/** A file of tracks alone, as of moving pictures. */
export function movingFile(): Buffer {
  const head = box('ftyp', Buffer.from('msf1\0\0\0\0msf1hevc', 'latin1'))
  return Buffer.concat([head, box('moov', fullBox('mvhd', Buffer.alloc(96)))])
}

function locations(items: readonly Item[], places: ReadonlyMap<Buffer, number>): Buffer {
  const each = items.map(({ data }, index) =>
    Buffer.concat([uint16(index + 1), uint16(0), uint16(1), uint32(places.get(data) ?? 0), uint32(data.byteLength)]),
  )
  // Offsets and lengths of 4 bytes, no base.
  return fullBox('iloc', Buffer.from([0x44, 0]), uint16(items.length), ...each)
}

function entry(id: number, type: string): Buffer {
  const version2 = Buffer.from([2, 0, 0, 0])
  return box('infe', version2, uint16(id), uint16(0), Buffer.from(`${type}\0`, 'latin1'))
}

// Every property of every item, one after the other.
function propertiesOf(items: readonly Item[]): readonly Buffer[] {
  const all: Buffer[] = []
  const associations = items.map(({ properties = [] }, index) => {
    const indexes = properties.map((property) => {
      const known = all.findIndex((other) => other.equals(property))
      return known === -1 ? all.push(property) : known + 1
    })
    return Buffer.concat([uint16(index + 1), Buffer.from([indexes.length, ...indexes])])
  })
  return [box('ipco', ...all), fullBox('ipma', uint32(items.length), ...associations)]
}

function referenceBox({ type, from, to }: Reference): Buffer {
  return box(type, uint16(from), uint16(to.length), ...to.map(uint16))
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([uint32(content.byteLength + 8), Buffer.from(type, 'latin1'), content])
}

function fullBox(type: string, ...parts: readonly Buffer[]): Buffer {
  return box(type, uint32(0), ...parts)
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
