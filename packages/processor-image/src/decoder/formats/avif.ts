import { type Colour, colourOfCicp, isSrgb } from '../colour/colour.ts'
import type { Bytes } from '../file-bytes.ts'
import { unsupported } from '../refusal.ts'

/** A box of an ISO file, without its header. */
interface Box {
  readonly type: string
  readonly data: Buffer
}

// Enough for a picture in thousands of tiles; libheif judges anything larger.
const MAX_META_BYTES = 4 * 1024 * 1024
const HEADER_BYTES = 8
// Version and flags, before the boxes of some boxes.
const FLAGS_BYTES = 4
// The metadata are among the first of a file.
const MAX_BOXES = 64

/**
 * The colour space of an AVIF or HEIF without an ICC profile, if it is not sRGB: libvips treats all of them as sRGB.
 * `null` if sharp shows it right, or if no colour space can be read.
 */
export async function avifColour(bytes: Bytes): Promise<Colour | null> {
  const meta = await metaOf(bytes)
  if (meta !== null && hasPremultipliedAlpha(meta))
    throw unsupported('a picture whose colours are multiplied with its alpha')
  const profile = meta === null ? null : profileOf(meta)
  if (profile === null || profile.toString('latin1', 0, 4) !== 'nclx' || profile.byteLength < 8) return null
  const [primaries, transfer] = [profile.readUInt16BE(4), profile.readUInt16BE(6)]
  const colour = colourOfCicp(primaries, transfer)
  if (colour === null) throw unsupported(`a picture of the colour space ${primaries}/${transfer} (nclx)`)
  return isSrgb(colour) ? null : colour
}

async function metaOf(bytes: Bytes): Promise<Buffer | null> {
  let at = 0
  for (let count = 0; count < MAX_BOXES && at < bytes.byteSize; count += 1) {
    const header = await bytes.read(at, HEADER_BYTES)
    if (header.byteLength < HEADER_BYTES) return null
    const length = header.readUInt32BE(0)
    if (length < HEADER_BYTES) return null
    if (header.toString('latin1', 4, 8) === 'meta') {
      const start = at + HEADER_BYTES + FLAGS_BYTES
      return length > MAX_META_BYTES ? null : Buffer.from(await bytes.read(start, at + length - start))
    }
    at += length
  }
  return null
}

// libvips would show its colours too dark where it is translucent.
function hasPremultipliedAlpha(meta: Buffer): boolean {
  const references = find(boxesOf(meta), 'iref')
  return references !== undefined && boxesOf(references.subarray(FLAGS_BYTES)).some(({ type }) => type === 'prem')
}

/** The `colr` of the primary item: its ICC profile, if it has both. */
function profileOf(meta: Buffer): Buffer | null {
  const boxes = boxesOf(meta)
  const primary = find(boxes, 'pitm')
  const properties = boxesOf(find(boxes, 'iprp') ?? Buffer.alloc(0))
  const associations = find(properties, 'ipma')
  if (primary === undefined || associations === undefined) return null
  const all = boxesOf(find(properties, 'ipco') ?? Buffer.alloc(0))
  const item = primary[0] === 0 ? primary.readUInt16BE(4) : primary.readUInt32BE(4)
  const mine = propertiesOf(associations, item).map((index) => all[index - 1])
  const profiles = mine.flatMap((box) => (box?.type === 'colr' ? [box.data] : []))
  return profiles.find((profile) => profile.toString('latin1', 0, 4) !== 'nclx') ?? profiles[0] ?? null
}

function propertiesOf(associations: Buffer, wanted: number): readonly number[] {
  const isLongItem = (associations[0] ?? 0) >= 1
  const isLongIndex = ((associations[3] ?? 0) & 1) === 1
  const items = associations.readUInt32BE(4)
  let at = 8
  for (let item = 0; item < items; item += 1) {
    const id = isLongItem ? associations.readUInt32BE(at) : associations.readUInt16BE(at)
    at += isLongItem ? 4 : 2
    const count = associations.readUInt8(at)
    at += 1
    // The highest bit marks it as essential.
    const indexes = Array.from({ length: count }, (_, index) =>
      isLongIndex ? associations.readUInt16BE(at + index * 2) & 0x7fff : associations.readUInt8(at + index) & 0x7f,
    )
    if (id === wanted) return indexes
    at += count * (isLongIndex ? 2 : 1)
  }
  return []
}

function boxesOf(container: Buffer): readonly Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + HEADER_BYTES <= container.byteLength; ) {
    const length = container.readUInt32BE(at)
    if (length < HEADER_BYTES) break
    const data = container.subarray(at + HEADER_BYTES, at + length)
    boxes.push({ type: container.toString('latin1', at + 4, at + HEADER_BYTES), data })
    at += length
  }
  return boxes
}

function find(boxes: readonly Box[], type: string): Buffer | undefined {
  return boxes.find((box) => box.type === type)?.data
}
