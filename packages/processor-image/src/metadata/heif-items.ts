import { endsWithin, notRemovable } from './read-bytes.ts'

/** Bytes of the file that belong to an item of metadata. */
export interface ItemPlace {
  readonly kind: 'exif' | 'xmp' | 'other'
  readonly start: number
  readonly length: number
}

const HEAD_BYTES = 8
const XMP = Buffer.from('application/rdf+xml', 'latin1')
const MAX_PLACES = 10_000

/**
 * The places of all items of metadata: EXIF, XMP and other items with a MIME type. `meta` is the whole box, which begins
 * at `at` in the file. Pure. `corrupt_media`, `metadata_not_removable`.
 */
export function itemPlaces(meta: Buffer, at: number): readonly ItemPlace[] {
  const inner = new Map(innerBoxes(meta, HEAD_BYTES + 4, meta.length).map((box) => [box.type, box]))
  const [iinf, iloc, idat] = [inner.get('iinf'), inner.get('iloc'), inner.get('idat')]
  if (iinf === undefined || iloc === undefined) return []
  const kinds = metadataItems(meta, iinf)
  return [...locations(new Fields(meta, iloc))].flatMap(({ id, method, extents }): readonly ItemPlace[] => {
    const kind = kinds.get(id)
    if (kind === undefined) return []
    if (kind === 'exif' && extents.length !== 1) throw notRemovable('its EXIF is in pieces')
    if (method > 1 || (method === 1 && idat === undefined)) throw notRemovable('an item of metadata refers to another')
    const base = method === 0 || idat === undefined ? 0 : at + idat.body
    return extents.map(({ start, length }) => {
      // Without a length: up to the end of the file, and with it perhaps the picture.
      if (length === 0) throw notRemovable('an item of metadata has no length')
      return { kind, start: base + start, length }
    })
  })
}

interface Box {
  readonly type: string
  readonly body: number
  readonly end: number
}

function innerBoxes(bytes: Buffer, from: number, to: number): readonly Box[] {
  const boxes: Box[] = []
  for (let at = from; at + HEAD_BYTES <= to; ) {
    const length = bytes.readUInt32BE(at)
    if (length < HEAD_BYTES || at + length > to) throw endsWithin('a box of its index of items')
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), body: at + HEAD_BYTES, end: at + length })
    at += length
  }
  return boxes
}

/** The items of metadata by id. */
function metadataItems(meta: Buffer, iinf: Box): ReadonlyMap<number, ItemPlace['kind']> {
  const isShort = new Fields(meta, iinf).take(1) === 0
  const items = new Map<number, ItemPlace['kind']>()
  for (const infe of innerBoxes(meta, iinf.body + (isShort ? 6 : 8), iinf.end)) {
    const fields = new Fields(meta, infe)
    const version = fields.take(1)
    if (version < 2) throw notRemovable('it has an old form of the table of items')
    fields.take(3)
    const id = fields.take(version === 2 ? 2 : 4)
    fields.take(2)
    const type = fields.text(4)
    if (type === 'Exif') items.set(id, 'exif')
    else if (type === 'mime') items.set(id, meta.subarray(infe.body, infe.end).includes(XMP) ? 'xmp' : 'other')
  }
  return items
}

interface Location {
  readonly id: number
  readonly method: number
  readonly extents: readonly { readonly start: number; readonly length: number }[]
}

function* locations(fields: Fields): Generator<Location> {
  const version = fields.take(1)
  fields.take(3)
  const [first, second] = [fields.take(1), fields.take(1)]
  const sizes = { offset: first >> 4, length: first & 15, base: second >> 4, index: version === 0 ? 0 : second & 15 }
  const wide = version === 2 ? 4 : 2
  let places = 0
  for (let left = fields.take(wide); left > 0; left -= 1) {
    const id = fields.take(wide)
    const method = version === 0 ? 0 : fields.take(2) & 15
    fields.take(2)
    const base = fields.take(sizes.base)
    const count = fields.take(2)
    places += count
    if (places > MAX_PLACES) throw notRemovable(`its items are in more than ${MAX_PLACES} places`)
    const extents = Array.from({ length: count }, () => {
      fields.take(sizes.index)
      const start = base + fields.take(sizes.offset)
      return { start, length: fields.take(sizes.length) }
    })
    yield { id, method, extents }
  }
}

/** The numbers of a box, one after the other. */
class Fields {
  readonly #bytes: Buffer
  readonly #end: number
  #at: number

  constructor(bytes: Buffer, { body, end }: Box) {
    this.#bytes = bytes
    this.#at = body
    this.#end = end
  }

  /** The next number, of 0, 1, 2, 3, 4 or 8 bytes. */
  take(length: number): number {
    const at = this.#skip(length)
    if (length === 0) return 0
    return length === 8 ? Number(this.#bytes.readBigUInt64BE(at)) : this.#bytes.readUIntBE(at, Math.min(length, 6))
  }

  text(length: number): string {
    const at = this.#skip(length)
    return this.#bytes.toString('latin1', at, at + length)
  }

  #skip(length: number): number {
    const at = this.#at
    this.#at += length
    if (this.#at > this.#end) throw endsWithin('its index of items')
    return at
  }
}
