import type { Claims } from './claims.ts'
import { kindOf } from './content-types.ts'
import { isAccepted } from './is-accepted.ts'
import type { AssetKind } from './states.ts'
import { familyOf, typesOf } from './type-lookup.ts'
import { READINGS, RELABELLED } from './type-tables/families.ts'

/**
 * Returns the type of the bytes as exactly as their beginning and the file's name tell together: which type of its
 * family a container is when it may hold a film or only sound, and which raw photo a TIFF is. A name never overrules
 * the bytes. The first possible type that the list accepts wins.
 */
export function readingOf(sniffed: string, claims: Claims, types: readonly string[]): string {
  const readings = READINGS[sniffed]
  const possible = readings ?? ([sniffed, ...counterparts(sniffed)] as const)
  const [likeliest] = possible
  const named = (names: readonly string[]): readonly string[] =>
    possible.filter((type) => names.some((name) => name === type || (!readings && kindOf(name) === kindOf(type))))
  const byName = named(typesOf(claims.extension))
  const byWord = named(claims.declared === null ? [] : [claims.declared])
  // Ambiguous first bytes count as a film, as they do elsewhere: only a name says sound.
  const isGuess = kindOf(likeliest) === 'video' && byName.length > 0
  const isFirst = byName.includes(likeliest) || (byWord.includes(likeliest) && !isGuess)
  const ordered = isFirst ? [likeliest, ...byName, ...byWord] : [...byName, ...byWord, likeliest]
  return [...ordered, ...relabelled(ordered, claims)].find((type) => isAccepted(type, types)) ?? likeliest
}

/** The types that the name or the declared type gives to bytes whose own word for it is a habit of writers. */
function relabelled(ordered: readonly string[], { extension, declared }: Claims): readonly string[] {
  const words = [...typesOf(extension), ...(declared === null ? [] : [declared])]
  return ordered.flatMap((type) => RELABELLED[type] ?? []).filter((type) => words.includes(type))
}

/** The types of the same container that hold pictures where this one holds only sound, or the reverse. */
function counterparts(type: string): readonly string[] {
  const [, subtype] = type.split('/')
  return ['video', 'audio'].map((kind) => `${kind}/${subtype}`).filter((t) => t !== type && familyOf(type).includes(t))
}

/**
 * Returns the type of a container once a probe has seen its tracks: a film, or only sound. `null` when the list accepts
 * sound of this container, but no films. A film without pictures keeps its type where only films are accepted. Pure.
 */
export function probedType(contentType: string, kind: AssetKind, types: readonly string[]): string | null {
  const probed =
    kindOf(contentType) === kind ? undefined : counterparts(contentType).find((type) => kindOf(type) === kind)
  if (probed === undefined || isAccepted(probed, types)) return probed ?? contentType
  return kind === 'video' ? null : contentType
}
