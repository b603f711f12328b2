import { type FilePatch, type FilePiece, type MetadataRemoval, patchedPieces } from '@rindle/core/adapter'
import { emptied, endingInZeros, freed } from './free-space.ts'
import { keyedPlaces } from './keyed-values.ts'
import { type MovieBox, type MovieFile, notRemovable, TRAILER } from './movie-boxes.ts'
import { assertNoTimedPlaces } from './timed-metadata.ts'

/** Boxes of the outermost level that make the film; all others go, also free space, in which cameras hide places. */
const OUTER = new Set(['ftyp', 'styp', 'moov', 'moof', 'mdat', 'mfra', 'sidx', 'ssix', 'pdin', 'wide', 'prft'])
/** Boxes that are walked into, with those within them that stay. */
const INNER: Readonly<Record<string, ReadonlySet<string>>> = {
  moov: setOf('mvhd trak mvex iods cmov rmra pssh ctab clip free wide skip udta meta'),
  trak: setOf('tkhd mdia edts tref load imap clip matt tapt trgr txas free wide skip udta meta'),
  mdia: setOf('mdhd hdlr elng minf free wide skip udta meta'),
}
/** Titles, authors, dates and programs: QuickTime's begin with ©. */
const USER_DATA = setOf('titl auth name cprt date perf dscp gnre albm yrrc clsf kywd hnti hinf chpl meta free skip')
const PLACE_TEXT = '\xa9xyz'
const DATED = setOf('mvhd tkhd mdhd')

/**
 * The pieces of an MP4 or QuickTime film without its metadata. Nothing moves, because offsets into the file would no
 * longer fit: boxes that go become free space of the same size, all zeros. The picture is turned by the matrix of its
 * track, which stays.
 */
export async function moviePieces(film: MovieFile, removal: MetadataRemoval): Promise<readonly FilePiece[]> {
  const patches: FilePatch[] = []
  for await (const box of film.boxes(0, film.byteSize, OUTER)) {
    if (box.type === TRAILER) patches.push(...endingInZeros(box))
    else if (!OUTER.has(box.type)) patches.push(...freed(box))
    else if (box.type === 'moov') await walk(film, box, removal, patches)
    else if (box.type === 'moof') await walkFragment(film, box, patches)
  }
  return patchedPieces(film.byteSize, patches)
}

async function walk(film: MovieFile, parent: MovieBox, removal: MetadataRemoval, patches: FilePatch[]): Promise<void> {
  if (parent.type === 'trak') await assertNoTimedPlaces(film, parent)
  for await (const box of film.boxes(parent.body, parent.end)) {
    assertSeen(box)
    if (INNER[parent.type]?.has(box.type) !== true) patches.push(...freed(box))
    else if (box.type === 'free' || box.type === 'skip' || box.type === 'wide') patches.push(...emptied(box))
    else if (box.type in INNER) await walk(film, box, removal, patches)
    else if (box.type === 'udta' || box.type === 'meta') patches.push(...(await userData(film, box, removal)))
    else if (removal === 'strip' && DATED.has(box.type)) patches.push(await undated(film, box))
  }
}

/** Indexes in which places are found, or of which nothing can be read here. */
function assertSeen({ type }: MovieBox): void {
  if (type === 'cmov') throw notRemovable('its index is compressed')
  if (type === 'gps ' || type === 'GPS ') throw notRemovable('locations are stored among the pictures of the film')
}

async function walkFragment(film: MovieFile, fragment: MovieBox, patches: FilePatch[]): Promise<void> {
  for await (const box of film.boxes(fragment.body, fragment.end)) {
    if (box.type === 'udta' || box.type === 'meta') patches.push(...freed(box))
    else if (box.type === 'traf') await walkFragment(film, box, patches)
  }
}

async function userData(film: MovieFile, box: MovieBox, removal: MetadataRemoval): Promise<readonly FilePatch[]> {
  if (removal === 'strip') return freed(box)
  if (box.type === 'meta') return keyedPlaces(film, box)
  const patches: FilePatch[] = []
  for await (const inner of film.boxes(box.body, box.end)) {
    const isText = inner.type.startsWith('\xa9') && inner.type !== PLACE_TEXT
    if (inner.type === 'meta') patches.push(...(await keyedPlaces(film, inner)))
    else if (!isText && !USER_DATA.has(inner.type)) patches.push(...freed(inner))
  }
  return patches
}

/** When it was made and changed. The numbers have 4 bytes each, or 8 in the first version. */
async function undated(film: MovieFile, { body }: MovieBox): Promise<FilePatch> {
  const [version] = await film.read(body, 1)
  return { at: body + 4, bytes: { byte: 0, count: version === 1 ? 16 : 8 } }
}

function setOf(types: string): ReadonlySet<string> {
  return new Set(types.split(' '))
}
