import { type MovieBox, type MovieFile, notRemovable } from './movie-boxes.ts'

const MAX_DESCRIPTION_BYTES = 1024 * 1024
/** Sample formats and handlers of action cameras, drones and others, which write a place several times a second. */
const PLACES = new Set(['gpmd', 'camm', 'rtmd', 'CTMD', 'fdsc', 'mett', 'metx', 'urim'])
const HANDLER_AT = 8

/**
 * Refuses a track of timed metadata that may hold places, by name: its samples lie among those of the film.
 * `metadata_not_removable`.
 */
export async function assertNoTimedPlaces(film: MovieFile, trak: MovieBox): Promise<void> {
  const handler = await find(film, trak, ['mdia', 'hdlr'])
  const description = await find(film, trak, ['mdia', 'minf', 'stbl', 'stsd'])
  const kind = handler === null ? '' : await textAt(film, handler, HANDLER_AT, 4)
  const format = description === null ? '' : await textAt(film, description, 12, 4)
  const isHarmless = format === 'mebx' && description !== null && !(await namesPlaces(film, description))
  if (PLACES.has(kind) || PLACES.has(format) || (kind === 'meta' && !isHarmless)) {
    throw notRemovable(`a track of timed metadata (${format.trim() || kind}) may contain locations`)
  }
}

/** Whether Apple's track of keyed values has a key for places. */
async function namesPlaces(film: MovieFile, { body, end }: MovieBox): Promise<boolean> {
  if (end - body > MAX_DESCRIPTION_BYTES) return true
  return /location|gps|geo/i.test((await film.read(body, end - body)).toString('latin1'))
}

async function find(film: MovieFile, from: MovieBox, path: readonly string[]): Promise<MovieBox | null> {
  let parent: MovieBox | null = from
  for (const type of path) {
    let found: MovieBox | null = null
    for await (const box of film.boxes(parent.body, parent.end)) if (box.type === type) found ??= box
    if (found === null) return null
    parent = found
  }
  return parent
}

async function textAt(film: MovieFile, { body, end }: MovieBox, at: number, length: number): Promise<string> {
  return body + at + length > end ? '' : (await film.read(body + at, length)).toString('latin1')
}
