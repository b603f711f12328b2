import type { Json, JsonObject } from './errors.ts'

/**
 * What a process knows of the promotion of a profile's uploads, as far as another could lack it. It travels with the job,
 * so that an older worker sees that it is asked for more than it can do. A type, because payloads are plain JSON.
 */
export type PromotionKnowledge = {
  /** When the process was made, as ISO 8601. */
  readonly since: string
  /** Of this package. */
  readonly version: string
  /** A digest of what the profile accepts. */
  readonly accept: string
  /** Names of the profile's scanners. */
  readonly scanners: readonly string[]
  /** Names of the installed processors. */
  readonly processors: readonly string[]
}

/** Something that a process lacks. */
export interface Lack {
  readonly what: 'version' | 'accept' | 'scanner' | 'processor'
  readonly name: string
}

/**
 * What a process lacks of what another had when it asked for a promotion. Of the two the one that was made later is
 * right: what an older one knew was taken away on purpose. Pure.
 */
export function lacksOf(own: PromotionKnowledge, theirs: PromotionKnowledge): readonly Lack[] {
  if (own.since >= theirs.since) return []
  const missing = (what: Lack['what'], wanted: readonly string[], known: readonly string[]): readonly Lack[] =>
    wanted.filter((name) => !known.includes(name)).map((name) => ({ what, name }))
  return [
    ...missing('version', [theirs.version], [own.version]),
    ...missing('accept', [theirs.accept], [own.accept]),
    ...missing('scanner', theirs.scanners, own.scanners),
    ...missing('processor', theirs.processors, own.processors),
  ]
}

/** What a lack is, for a person. Pure. */
export function lackText({ what, name }: Lack): string {
  if (what === 'accept') return 'what the profile accepts now'
  return `the ${what} ${name}`
}

/** Where a payload carries it. */
const CARRIER = 'knowledge'

/** The part of a payload that carries it. Pure. */
export function carrying(knowledge: PromotionKnowledge): JsonObject {
  return { [CARRIER]: knowledge }
}

/** What a payload carries; `null`: nothing that this version reads. Pure. */
export function carried({ [CARRIER]: value }: JsonObject): PromotionKnowledge | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const { since, version, accept, scanners, processors } = value as JsonObject
  if (typeof since !== 'string' || typeof version !== 'string' || typeof accept !== 'string') return null
  return { since, version, accept, scanners: texts(scanners), processors: texts(processors) }
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}
