import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isRindleError } from '@rindle/core'
import type { MetadataRemoval } from '@rindle/core/adapter'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { movieMetadataRemover } from '../src/metadata/metadata-remover.ts'

const SECRET = '+52.51+013.40/'
const NEVER = new AbortController().signal

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rindle-movie-'))
})
afterAll(async () => rm(directory, { recursive: true, force: true }))

const text = (value: string): Buffer => Buffer.from(value, 'latin1')

function box(type: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length, 0)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}

const zeros = (count: number): Buffer => Buffer.alloc(count)
const dated = (type: string): Buffer => box(type, zeros(4), text('MADE1234'), zeros(8))
const handler = (kind: string): Buffer => box('hdlr', zeros(8), text(kind), zeros(12))

function track(kind: string, format: string, ...more: readonly Buffer[]): Buffer {
  const description = box('stsd', zeros(8), box(format, zeros(8), ...more))
  return box('trak', dated('tkhd'), box('mdia', dated('mdhd'), handler(kind), box('minf', box('stbl', description))))
}

/** Apple's keyed values. */
function keyed(values: Readonly<Record<string, string>>): Buffer {
  const names = Object.keys(values).map((name) => box('mdta', text(name)))
  const items = Object.values(values).map((value, index) => {
    const number = Buffer.from([0, 0, 0, index + 1]).toString('latin1')
    return box(number, box('data', zeros(8), text(value)))
  })
  return box('meta', handler('mdta'), box('keys', zeros(8), ...names), box('ilst', ...items))
}

const KEYS = { 'com.apple.quicktime.make': 'Kamera', 'com.apple.quicktime.location.ISO6709': SECRET }
const DATA = box('mdat', text('pictures and sound'))
const film = (...inMovie: readonly Buffer[]): Buffer =>
  Buffer.concat([box('ftyp', text('qt  ')), DATA, box('moov', dated('mvhd'), track('vide', 'avc1'), ...inMovie)])

async function without(bytes: Buffer, removal: MetadataRemoval): Promise<Buffer> {
  const path = join(directory, 'film.mov')
  await writeFile(path, bytes)
  const source = { path, contentType: 'video/quicktime', byteSize: bytes.byteLength }
  const pieces = await movieMetadataRemover.remove(source, { removal, signal: NEVER })
  return Buffer.concat(
    pieces.map((piece) => {
      if ('start' in piece) return bytes.subarray(piece.start, piece.end)
      return 'count' in piece ? Buffer.alloc(piece.count, piece.byte) : piece
    }),
  )
}

it.each<[string, Buffer]>([
  ['user data', film(box('udta', box('\xa9xyz', text(SECRET)), box('\xa9mak', text('Kamera'))))],
  ['keyed values', film(keyed(KEYS), box('udta', box('\xa9mak', text('Kamera'))))],
  ['keyed values in user data', film(box('udta', keyed(KEYS)))],
  ['a box of a vendor', film(box('udta', box('NCDT', text(SECRET)), box('\xa9mak', text('Kamera'))))],
  ['free space', film(box('udta', box('\xa9mak', text('Kamera'))), box('free', text(SECRET)))],
  ['XMP', Buffer.concat([film(box('udta', box('\xa9mak', text('Kamera')))), box('uuid', text(SECRET))])],
  ['bytes behind the film', Buffer.concat([film(box('udta', box('\xa9mak', text('Kamera')))), text(`\xff${SECRET}`)])],
])('a place in %s goes, and no other byte moves', async (_where, bytes) => {
  const located = await without(bytes, 'strip_location')
  expect(located.includes(SECRET)).toBe(false)
  expect(located.includes('Kamera')).toBe(true)
  expect(located.includes('MADE1234')).toBe(true)
  const stripped = await without(bytes, 'strip')
  expect(stripped.includes(SECRET)).toBe(false)
  expect(stripped.includes('Kamera')).toBe(false)
  expect(stripped.includes('MADE1234')).toBe(false)
  for (const after of [located, stripped]) {
    expect(after.length).toBe(bytes.length)
    expect(after.indexOf('pictures and sound')).toBe(bytes.indexOf('pictures and sound'))
  }
  expect(await without(stripped, 'strip')).toEqual(stripped)
})

it.each([
  ['an action camera', track('meta', 'gpmd'), 'gpmd'],
  ['a drone', track('camm', 'camm'), 'camm'],
  ['a phone that writes places', track('meta', 'mebx', text('mdta.location.ISO6709')), 'mebx'],
  ['a compressed index', box('cmov', zeros(20)), 'compressed'],
  ['an index of places', box('gps ', zeros(20)), 'locations are stored among'],
])('the film of %s is refused by name', async (_who, inMovie, name) => {
  for (const removal of ['strip_location', 'strip'] as const) {
    const refused = expect.objectContaining({ code: 'metadata_not_removable', message: expect.stringContaining(name) })
    await expect(without(film(inMovie), removal)).rejects.toEqual(refused)
  }
})

it('timed values that name no place stay', async () => {
  const bytes = film(track('meta', 'mebx', text('mdta.com.apple.quicktime.video-orientation')))
  expect(await without(bytes, 'strip_location')).toEqual(bytes)
})

it('the fragments of a film lose their metadata, too', async () => {
  const fragment = box('moof', box('mfhd', zeros(8)), box('traf', box('tfhd', zeros(8)), box('udta', text(SECRET))))
  const after = await without(Buffer.concat([film(), fragment, DATA]), 'strip_location')
  expect(after.includes(SECRET)).toBe(false)
})

it('a damaged film is refused as such, and by nothing else', async () => {
  const bytes = film(box('udta', keyed(KEYS)), box('free', text(SECRET)))
  await expect(without(bytes.subarray(0, -9), 'strip')).rejects.toMatchObject({ code: 'corrupt_media' })
  for (let at = 0; at < bytes.length; at += 3) {
    const changed = Buffer.from(bytes)
    changed[at] = (at * 89) & 255
    for (const file of [changed, bytes.subarray(0, at)]) {
      await without(file, at % 2 === 0 ? 'strip' : 'strip_location').catch((error: unknown) => {
        if (!isRindleError(error, 'corrupt_media') && !isRindleError(error, 'metadata_not_removable')) throw error
      })
    }
  }
})
