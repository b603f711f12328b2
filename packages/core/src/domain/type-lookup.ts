import mime from 'mime-types'
import { AUDIO_TYPES } from './type-tables/audio-types.ts'
import { FAMILIES, SAYING_NOTHING } from './type-tables/families.ts'
import { IMAGE_TYPES } from './type-tables/image-types.ts'
import { OTHER_TYPES } from './type-tables/other-types.ts'
import { VIDEO_TYPES } from './type-tables/video-types.ts'

/** The type of bytes whose type is unknown. */
export const UNKNOWN_CONTENT_TYPE = 'application/octet-stream'

const ROWS = [...IMAGE_TYPES, ...VIDEO_TYPES, ...AUDIO_TYPES, ...OTHER_TYPES]

const NAMES: ReadonlyMap<string, string> = new Map([
  ...ROWS.flatMap(([type, , otherNames]) => (otherNames?.split(' ') ?? []).map((name) => [name, type] as const)),
  ...SAYING_NOTHING.map((name) => [name, UNKNOWN_CONTENT_TYPE] as const),
])

// Overrides the registry where its list is missing, begins with a rare spelling, or is narrower than real files.
const EXTENSIONS: ReadonlyMap<string, readonly string[]> = new Map(
  ROWS.map(([type, extensions]) => [type, extensions.split(' ')]),
)

const TYPES_BY_EXTENSION = typesByExtension()

/** The canonical spelling of a type, which is given in lower-case and without parameters. */
export function spellingOf(name: string): string {
  return NAMES.get(name) ?? name
}

/** The extensions of a canonical type, without those of its family; the one for new files first. */
export function ownExtensions(type: string): readonly string[] {
  return EXTENSIONS.get(type) ?? (mime.extensions[type] ?? []).map((extension) => `.${extension}`)
}

/** The types with this extension, which is given in lower-case. Empty: no table knows it. */
export function typesOf(extension: string): readonly string[] {
  return TYPES_BY_EXTENSION.get(extension) ?? []
}

/** The types that share a container with this one, including itself. */
export function familyOf(type: string): readonly string[] {
  return FAMILIES.find((family) => family.includes(type)) ?? [type]
}

/** An extension of a type that says nothing, such as `.bin`, says nothing either. */
function typesByExtension(): ReadonlyMap<string, readonly string[]> {
  const types = new Set([...EXTENSIONS.keys(), ...Object.keys(mime.extensions).map(spellingOf)])
  types.delete(UNKNOWN_CONTENT_TYPE)
  const byExtension = new Map<string, string[]>()
  for (const type of types) {
    for (const extension of ownExtensions(type)) {
      byExtension.set(extension, [...(byExtension.get(extension) ?? []), type])
    }
  }
  return byExtension
}
