import type { FilePatch } from '@rindle/core/adapter'
import { freed } from './free-space.ts'
import { type MovieBox, type MovieFile, notRemovable } from './movie-boxes.ts'

const MAX_KEYS_BYTES = 1024 * 1024
const KEPT = new Set(['hdlr', 'mhdr', 'keys', 'ilst', 'ctry', 'lang', 'free', 'skip'])
const PLACE_KEY = /location|gps|geo|coord|direction/i
/** Values of iTunes that have no number of a key: places, and those with names of their own. */
const PLACE_TYPES = new Set(['\xa9xyz', 'loci', '----'])

/** The patches that remove places from a box of keys and values. Boxes in it of other forms go whole. */
export async function keyedPlaces(film: MovieFile, meta: MovieBox): Promise<readonly FilePatch[]> {
  const patches: FilePatch[] = []
  const from = await contentOf(film, meta)
  let names: readonly string[] = []
  for await (const box of film.boxes(from, meta.end)) {
    if (!KEPT.has(box.type)) patches.push(...freed(box))
    else if (box.type === 'keys') names = await keyNames(film, box)
    else if (box.type === 'ilst') patches.push(...(await placesAmong(film, box, names)))
  }
  return patches
}

/** QuickTime's box has no version before its content. */
async function contentOf(film: MovieFile, { body, end }: MovieBox): Promise<number> {
  if (end - body < 8) return end
  return (await film.read(body + 4, 4)).toString('latin1') === 'hdlr' ? body : body + 4
}

async function keyNames(film: MovieFile, { body, end }: MovieBox): Promise<readonly string[]> {
  if (end - body > MAX_KEYS_BYTES) throw notRemovable(`its table of keys has ${end - body} bytes`)
  const bytes = await film.read(body, end - body)
  const names: string[] = []
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = Math.max(8, bytes.readUInt32BE(at))
    names.push(bytes.toString('latin1', at + 8, Math.min(bytes.length, at + length)))
    at += length
  }
  return names
}

async function placesAmong(film: MovieFile, list: MovieBox, names: readonly string[]): Promise<readonly FilePatch[]> {
  const patches: FilePatch[] = []
  for await (const item of film.boxes(list.body, list.end)) {
    // The type of an item is the number of its key, from 1.
    const number = Buffer.from(item.type, 'latin1').readUInt32BE(0)
    const isPlace = PLACE_TYPES.has(item.type) || PLACE_KEY.test(names[number - 1] ?? '')
    if (isPlace) patches.push(...freed(item))
  }
  return patches
}
