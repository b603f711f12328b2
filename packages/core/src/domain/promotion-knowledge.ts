import type { Json, JsonObject } from './errors.ts'

/**
 * A process's knowledge of a profile's promotion, as far as another process could lack it. It travels with the job, so
 * that an older worker sees that it cannot do the whole work. A type alias, because payloads are plain JSON.
 */
export type PromotionKnowledge = {
  /** The time at which the process was made, as ISO 8601. */
  readonly since: string
  /** The version of this package. */
  readonly version: string
  /** A digest of the profile's accept rules. */
  readonly accept: string
  /** The metadata that the profile removes from originals; `keep`, too, if the process knows of no removal. */
  readonly removal: string
  /** Names of the profile's scanners. */
  readonly scanners: readonly string[]
  /** Names of the installed processors. */
  readonly processors: readonly string[]
}

/** Something that a process lacks. */
export interface Lack {
  readonly what: 'version' | 'accept' | 'removal' | 'scanner' | 'processor'
  readonly name: string
}

/**
 * Lists what a process lacks of the knowledge of the process that asked for a promotion. The younger process is right:
 * anything that only the older one knew was removed on purpose. Pure.
 */
export function lacksOf(own: PromotionKnowledge, theirs: PromotionKnowledge): readonly Lack[] {
  if (own.since >= theirs.since) return []
  const missing = (what: Lack['what'], wanted: readonly string[], known: readonly string[]): readonly Lack[] =>
    wanted.filter((name) => !known.includes(name)).map((name) => ({ what, name }))
  return [
    ...missing('version', [theirs.version], [own.version]),
    ...missing('accept', [theirs.accept], [own.accept]),
    ...missing('removal', theirs.removal === 'keep' ? [] : [theirs.removal], [own.removal]),
    ...missing('scanner', theirs.scanners, own.scanners),
    ...missing('processor', theirs.processors, own.processors),
  ]
}

/** A lack in words, for a person. Pure. */
export function lackText({ what, name }: Lack): string {
  if (what === 'accept') return 'other accept rules'
  if (what === 'removal') return `the removal of metadata "${name}"`
  return `the ${what} ${name}`
}

/** The field of a payload that carries it. */
const CARRIER = 'knowledge'

/** Returns the part of a payload that carries it. Pure. */
export function carrying(knowledge: PromotionKnowledge): JsonObject {
  return { [CARRIER]: knowledge }
}

/** Reads the knowledge from a payload; `null`: this version cannot read any. Pure. */
export function carried({ [CARRIER]: value }: JsonObject): PromotionKnowledge | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const { since, version, accept, removal, scanners, processors } = value as JsonObject
  if (typeof since !== 'string' || typeof version !== 'string' || typeof accept !== 'string') return null
  const removed = typeof removal === 'string' ? removal : 'keep'
  return { since, version, accept, removal: removed, scanners: texts(scanners), processors: texts(processors) }
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}
