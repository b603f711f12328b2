import type { FileHandle } from 'node:fs/promises'
import { type FilePatch, type FilePiece, type MetadataRemoval, patchedPieces } from '@rindle/core/adapter'
import { exifWithoutPlaces } from './exif.ts'
import { type ItemPlace, itemPlaces } from './heif-items.ts'
import { endsWithin, notRemovable, readBytes } from './read-bytes.ts'

const HEAD_BYTES = 16
const SHORT_HEAD_BYTES = 8
const MAX_META_BYTES = 16 * 1024 * 1024
const MAX_ITEM_BYTES = 16 * 1024 * 1024
const MAX_BOXES = 10_000
const SPACE = 0x20
const EMPTY_XMP = Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', 'latin1')

/** Boxes of the outermost level that make the picture. All others hold something beside it, such as a film. */
const KEPT = new Set(['ftyp', 'meta', 'mdat', 'idat', 'moov', 'styp', 'pdin', 'wide'])
/** Boxes within a film's index that hold metadata. */
const IN_FILMS = ['udta', 'meta', 'uuid', 'gpmd', 'camm', 'mebx'].map((type) => Buffer.from(type, 'latin1'))

interface Box {
  readonly type: string
  readonly at: number
  readonly body: number
  readonly end: number
}

/**
 * The pieces of a HEIC or AVIF without its metadata. Nothing moves, because offsets into the file would no longer fit:
 * the bytes of EXIF and XMP items are blanked where they are, and other boxes become free space. The picture is turned
 * by `irot` and `imir`, which stay; a second orientation in EXIF goes.
 */
export async function heifPieces(
  file: FileHandle,
  byteSize: number,
  removal: MetadataRemoval,
): Promise<readonly FilePiece[]> {
  const patches: FilePatch[] = []
  let places: readonly ItemPlace[] = []
  for await (const box of outerBoxes(file, byteSize)) {
    if (box.type === 'meta') places = [...places, ...(await placesIn(file, box))]
    else if (box.type === 'moov') await assertPlainFilm(file, box)
    else if (!KEPT.has(box.type)) patches.push(...freed(box))
  }
  assertApart(places)
  for (const place of places) patches.push(await blanked(file, byteSize, place, removal))
  return patchedPieces(byteSize, patches)
}

/** Of two items over the same bytes, blanking one would spoil the other. */
function assertApart(places: readonly ItemPlace[]): void {
  let end = 0
  for (const { start, length } of places.toSorted((one, other) => one.start - other.start)) {
    if (start < end) throw notRemovable('two items of metadata share bytes')
    end = start + length
  }
}

async function* outerBoxes(file: FileHandle, byteSize: number): AsyncGenerator<Box> {
  let at = 0
  for (let boxes = 0; at < byteSize; boxes += 1) {
    if (boxes > MAX_BOXES) throw notRemovable(`it has more than ${MAX_BOXES} boxes`)
    const head = await readBytes(file, at, Math.min(HEAD_BYTES, byteSize - at))
    if (head.length < SHORT_HEAD_BYTES) throw endsWithin(`the head of a box at ${at}`)
    const type = head.toString('latin1', 4, 8)
    const short = head.readUInt32BE(0)
    const isLong = short === 1 && head.length === HEAD_BYTES
    const long = isLong ? Number(head.readBigUInt64BE(8)) : short
    const end = at + (short === 0 ? byteSize - at : long)
    const body = at + (isLong ? HEAD_BYTES : SHORT_HEAD_BYTES)
    if (end < body || end > byteSize) throw endsWithin(`its box ${JSON.stringify(type)} at ${at}`)
    yield { type, at, body, end }
    at = end
  }
}

async function placesIn(file: FileHandle, { at, end }: Box): Promise<readonly ItemPlace[]> {
  if (end - at > MAX_META_BYTES) throw notRemovable(`its index of items has ${end - at} bytes`)
  return itemPlaces(await readBytes(file, at, end - at), at)
}

/** A sequence of pictures has the index of a film, of which nothing is rewritten here. */
async function assertPlainFilm(file: FileHandle, { at, end }: Box): Promise<void> {
  if (end - at > MAX_META_BYTES) throw notRemovable(`the index of its film has ${end - at} bytes`)
  const bytes = await readBytes(file, at, end - at)
  if (IN_FILMS.some((type) => bytes.includes(type))) throw notRemovable('it holds a film with metadata of its own')
}

function freed({ at, body, end }: Box): readonly FilePatch[] {
  return [
    { at: at + 4, bytes: Buffer.from('free', 'latin1') },
    { at: body, bytes: { byte: 0, count: end - body } },
  ]
}

async function blanked(
  file: FileHandle,
  byteSize: number,
  { kind, start, length }: ItemPlace,
  removal: MetadataRemoval,
): Promise<FilePatch> {
  if (start + length > byteSize) throw endsWithin('an item of metadata')
  if (length > MAX_ITEM_BYTES) throw notRemovable(`an item of metadata has ${length} bytes`)
  if (kind === 'exif') return { at: start, bytes: exifItem(await readBytes(file, start, length), removal) }
  const bytes = Buffer.alloc(length, SPACE)
  if (kind === 'xmp' && length >= EMPTY_XMP.length) EMPTY_XMP.copy(bytes)
  return { at: start, bytes }
}

/** An EXIF item of the same length. Its block begins behind a number, which says how far behind. */
function exifItem(item: Buffer, removal: MetadataRemoval): Buffer {
  const skipped = item.length < 4 ? item.length : 4 + item.readUInt32BE(0)
  const tiff = item.subarray(Math.min(skipped, item.length))
  const left = removal === 'strip_location' ? exifWithoutPlaces(tiff) : null
  const after = Buffer.from(item)
  if (left === null) {
    after.fill(0)
    item.copy(after, 0, 0, 4)
    const block = after.subarray(Math.min(skipped, item.length))
    // A directory without entries.
    if (block.length >= 14) block.write('II*\0\x08\0\0\0', 0, 'latin1')
  } else left.copy(after, skipped)
  return after
}
