import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ContentType, defineProfile } from '@rindle/core'
import { supportedExtensions, supportedMimeTypes } from 'file-type'
import mime from 'mime-types'
import { describe, expect, it } from 'vitest'
import { canonicalContentType, extensionFor, extensionsOf, kindOf } from '../../src/domain/content-types.ts'
import { judgeDeclared, judgeFile } from '../../src/domain/gate.ts'
import { familyOf, ownExtensions, typesOf } from '../../src/domain/type-lookup.ts'
import { AUDIO_TYPES } from '../../src/domain/type-tables/audio-types.ts'
import {
  FAMILIES,
  FORMS,
  GENERIC_NAMES,
  MISTAKEN,
  READINGS,
  SAYING_NOTHING,
} from '../../src/domain/type-tables/families.ts'
import { IMAGE_TYPES } from '../../src/domain/type-tables/image-types.ts'
import { OTHER_TYPES } from '../../src/domain/type-tables/other-types.ts'
import type { TypeRow } from '../../src/domain/type-tables/type-row.ts'
import { VIDEO_TYPES } from '../../src/domain/type-tables/video-types.ts'

const ROWS = [...IMAGE_TYPES, ...VIDEO_TYPES, ...AUDIO_TYPES, ...OTHER_TYPES]
const namesOf = ([type, , otherNames = '']: TypeRow): readonly string[] =>
  [type, ...otherNames.split(' ')].filter(Boolean)

const EACH = ROWS.map((row) => ({ type: row[0], extensions: row[1].split(' '), names: namesOf(row) }))

/** A profile that names one type, in any spelling, and refuses mismatched names. */
const accepting = (type: string, extensions?: readonly string[]) =>
  defineProfile({
    storage: 'main',
    accept: {
      // Aliases too, which the compiler refuses and a program without types may name.
      types: [type as ContentType],
      maxBytes: 10,
      extensionMismatch: 'reject',
      ...(extensions === undefined ? {} : { extensions }),
    },
  }).accept

/** The gate's result for bytes of a type, in a profile that names it, for every claim. */
function outcomeOf(sniffedType: string, filename: string, declaredType: string | null, type = sniffedType): string {
  const file = { sniffedType, filename, declaredType, byteSize: 5 }
  const early = judgeDeclared(file, accepting(type))
  const verdict = judgeFile(file, accepting(type))
  return early?.message ?? (verdict.accepted ? `${verdict.contentType} ${verdict.filename}` : verdict.message)
}

describe('the tables of content types', () => {
  it('have every type once, and every other name once', () => {
    const names = [...ROWS.flatMap(namesOf), ...SAYING_NOTHING]
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it.each(EACH)('$type: its names lead to one canonical spelling', ({ type, names }) => {
    for (const name of names) {
      expect(name).toMatch(/^[a-z]+\/[a-z0-9.+-]+$|^flv-/)
      expect(canonicalContentType(name)).toBe(type)
      expect(canonicalContentType(` ${name.toUpperCase()} ; a=b`)).toBe(type)
    }
  })

  it.each(EACH)(
    '$type: its extensions lead back to it, and the first is valid in a key',
    ({ type, extensions: own }) => {
      expect(own.filter((extension) => !/^\.[a-z0-9][a-z0-9+-]*$/.test(extension))).toEqual([])
      expect(new Set(own).size).toBe(own.length)
      expect(extensionFor(type)).toBe(own[0])
      expect(extensionsOf(type)).toEqual(expect.arrayContaining(own))
      for (const extension of own) expect(typesOf(extension)).toContain(type)
    },
  )

  it.each(EACH)(
    '$type: a profile can name it by every alias, and accepts it under every name and extension',
    ({ type, names }) => {
      for (const name of names.filter((each) => !each.startsWith('flv-'))) {
        for (const extension of extensionsOf(type)) {
          expect(outcomeOf(type, `file${extension}`, name, name)).toMatch(/^\S+ file\S+$/)
        }
        expect(
          judgeFile({ sniffedType: type, filename: 'file', declaredType: name, byteSize: 5 }, accepting(name)),
        ).toMatchObject({
          accepted: true,
          contentType: type,
        })
      }
    },
  )

  it('list no type without an extension in families, readings and forms', () => {
    const named = [...FAMILIES.flat(), ...Object.values(READINGS).flat(), ...Object.entries(FORMS).flat()]
    expect(named.filter((type) => canonicalContentType(type) !== type || ownExtensions(type).length === 0)).toEqual([])
    const generic = [...Object.keys(GENERIC_NAMES), ...Object.keys(READINGS)]
    expect(generic.filter((type) => canonicalContentType(type) !== type)).toEqual([])
  })

  it('have every type in at most one family', () => {
    const members = FAMILIES.flat()
    expect(members.filter((type, index) => members.indexOf(type) !== index)).toEqual([])
    for (const type of members) expect(familyOf(type)).toContain(type)
  })

  it('list no correct type as a mistake', () => {
    const wrong = Object.entries(MISTAKEN).flatMap(([extension, names]) =>
      names
        .filter((name) => ownExtensions(canonicalContentType(name)).includes(extension))
        .map((name) => [extension, name]),
    )
    // Systems know one owner of these extensions, and it is the other one.
    expect(wrong).toEqual([
      ['.mts', 'model/vnd.mts'],
      ['.mpp', 'application/vnd.ms-project'],
    ])
    for (const extension of Object.keys(MISTAKEN)) expect(typesOf(extension).length).toBeGreaterThan(0)
  })

  it.each([
    ['Windows', '.zip', 'application/x-zip-compressed', 'application/zip'],
    ['Windows', '.aac', 'audio/vnd.dlna.adts', 'audio/aac'],
    ['Windows', '.m2ts', 'video/vnd.dlna.mpeg-tts', 'video/mp2t'],
    ['Windows', '.avi', 'video/avi', 'video/x-msvideo'],
    ['Windows', '.mid', 'audio/mid', 'audio/midi'],
    ['Windows', '.cr2', 'image/CR2', 'image/x-canon-cr2'],
    ['Windows', '.mpa', 'video/mpeg', 'audio/mpeg'],
    ['Linux', '.mts', 'model/vnd.mts', 'video/mp2t'],
    ['Linux', '.ts', 'text/vnd.trolltech.linguist', 'video/mp2t'],
    ['Linux', '.vob', 'video/dvd', 'video/mpeg'],
    ['Linux', '.m4b', 'audio/x-m4b', 'audio/mp4'],
    ['Linux', '.wv', 'audio/x-wavpack', 'audio/wavpack'],
    ['Linux', '.ape', 'audio/x-ape', 'audio/ape'],
    ['Linux', '.opus', 'audio/x-opus+ogg', 'audio/ogg'],
    ['Linux', '.ico', 'image/vnd.microsoft.icon', 'image/x-icon'],
    ['Linux', '.heic', 'image/heif', 'image/heic'],
    ['macOS', '.wav', 'audio/vnd.wave', 'audio/wav'],
    ['macOS', '.aif', 'audio/x-aiff', 'audio/aiff'],
    ['macOS', '.m4v', 'video/x-m4v', 'video/mp4'],
    ['Android', '.m4a', 'audio/mpeg', 'audio/mp4'],
    ['Android', '.3gp', 'audio/3gpp', 'video/3gpp'],
    ['Android', '.bmp', 'image/x-ms-bmp', 'image/bmp'],
    ['Android', '.flac', 'application/x-flac', 'audio/flac'],
    ['Firefox', '.ogg', 'video/ogg', 'audio/ogg'],
    ['Chrome', '.mkv', 'video/x-matroska', 'video/x-matroska'],
    ['Chrome', '.ac3', 'audio/ac3', 'audio/ac3'],
    ['FFmpeg', '.wma', 'audio/x-ms-wma', 'audio/x-ms-asf'],
    ['object stores', '.webp', 'binary/octet-stream', 'image/webp'],
  ])('know that %s declares a file named %s as %s', (_system, extension, declaredType, sniffedType) => {
    expect(outcomeOf(sniffedType, `file${extension}`, declaredType)).toMatch(/^\S+ file\.\w+$/)
  })
})

/** Every type of file-type, with its extension, as its code lists them. */
function pairsOfFileType(): readonly (readonly [type: string, extension: string])[] {
  const directory = dirname(fileURLToPath(import.meta.resolve('file-type')))
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))
  const code = files.map((file) => readFileSync(join(directory, file), 'utf8')).join('\n')
  const pairs = [...code.matchAll(/ext: '([^']+)',\s*mime: '([^']+)'/g)].map(([, ext, type]) => [type, ext] as const)
  return [...new Map(pairs.map(([type, ext]) => [`${type} ${ext}`, [type ?? '', `.${ext}`] as const])).values()]
}

describe('every type that file-type can give', () => {
  const pairs = pairsOfFileType()

  it('is in the list', () => {
    expect(pairs.length).toBeGreaterThan(150)
    const types = new Set(pairs.map(([type]) => type))
    // The types of one table of its code, which has no extensions beside its names.
    const absent = [...supportedMimeTypes].filter((type) => !types.has(type)).map(canonicalContentType)
    expect(absent.filter((type) => ownExtensions(type).length === 0)).toEqual([])
    const extensions = new Set(pairs.map(([, extension]) => extension))
    const known = [...supportedExtensions].filter((extension) => !extensions.has(`.${extension}`))
    expect(known.filter((extension) => typesOf(`.${extension.toLowerCase()}`).length === 0)).toEqual([])
  })

  it.each(pairs)('%s is accepted under its own name, %s', (type, extension) => {
    const canonical = canonicalContentType(type)
    expect(canonicalContentType(canonical)).toBe(canonical)
    const filename = `file${extension}`
    expect(outcomeOf(canonical, filename, canonical)).toMatch(/^\S+ file\./)
    expect(outcomeOf(canonical, filename, type)).toMatch(/^\S+ file\./)
    expect(outcomeOf(canonical, filename, null)).toMatch(/^\S+ file\./)
  })
})

describe('every media type that the registry has', () => {
  const registered = Object.entries(mime.extensions).filter(([type]) => kindOf(type) !== 'other')

  it.each(registered)('%s is accepted under each of its extensions', (type, extensions) => {
    const canonical = canonicalContentType(type)
    // Playlists: their files are text, not these types.
    const foreign = ['.asx', '.ram']
    for (const extension of extensions.map((each) => `.${each}`).filter((each) => !foreign.includes(each))) {
      expect(outcomeOf(canonical, `file${extension}`, type)).toMatch(/^\S+ file\./)
    }
  })
})

it('a refusal never denies the true type of a file', () => {
  const types = [
    ...new Set([...ROWS.map(([type]) => type), ...pairsOfFileType().map(([type]) => canonicalContentType(type))]),
  ]
  const contradictions = types.flatMap((type) => {
    const subtype = type.split('/')[1]?.replace(/^x-|^vnd\.|^x-ft-|\+xml$/g, '') ?? ''
    const verdict = judgeFile(
      { sniffedType: type, filename: `file.${subtype}`, declaredType: null, byteSize: 5 },
      accepting(type),
    )
    return verdict.accepted || !verdict.message.includes(`(${type}`) ? [] : [verdict.message]
  })
  expect(contradictions).toEqual([])
})
