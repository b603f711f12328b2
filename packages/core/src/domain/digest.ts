import { createHash } from 'node:crypto'
import { type Json, type JsonObject, RindleError } from './errors.ts'

/**
 * Part of every recipe digest. A higher number makes every variant stale: raise it only when all recipes change
 * meaning.
 */
export const RECIPE_FORMAT_VERSION = 1

/**
 * Writes JSON with sorted keys and without spaces: equal values give equal text, in any order of keys. Throws
 * `invalid_input` for values that JSON cannot hold (non-finite numbers, `undefined`, functions, bigints, symbols),
 * where `JSON.stringify` would drop them.
 */
export function canonicalJson(value: Json): string {
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
  }
  if (isScalar(value)) return JSON.stringify(value)
  throw new RindleError('invalid_input', `A ${typeof value} (${String(value)}) cannot be written as canonical JSON.`)
}

/**
 * The stable identity of a recipe: SHA-256, lower-case hex, of the canonical JSON of its form and
 * {@link RECIPE_FORMAT_VERSION}.
 */
export function recipeDigest(recipe: JsonObject): string {
  return createHash('sha256')
    .update(canonicalJson({ v: RECIPE_FORMAT_VERSION, recipe }))
    .digest('hex')
}

// Array.isArray does not narrow a union to a readonly array.
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function isScalar(value: unknown): boolean {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  )
}
