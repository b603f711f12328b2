import { cutToBytes } from './cut-to-bytes.ts'
import type { Json, JsonObject } from './errors.ts'

/** Bounds of {@link cleanMetadata}. */
export const METADATA_LIMITS = {
  /** A longer string is cut. */
  maxStringBytes: 1_024,
  /** A longer key is cut. */
  maxKeyBytes: 128,
  /** The deepest nesting of objects and arrays, including the outermost; deeper ones are dropped. */
  maxDepth: 6,
  /** The number of values in all, including nested ones; more are dropped. */
  maxValues: 512,
  /** The size of the whole as JSON; values beyond it are dropped. */
  maxTotalBytes: 65_536,
} as const

/** How many values there may be in all, and how many bytes. */
type Size = { readonly [Limit in 'maxValues' | 'maxTotalBytes']: number }

/** The size of an output's metadata: the index of a streamed film has two numbers for each of its segments. */
export const OUTPUT_METADATA_SIZE: Size = { maxValues: 32_768, maxTotalBytes: 393_216 }

/**
 * Returns the safe part of metadata from an untrusted file: plain JSON within {@link METADATA_LIMITS} and `size`, in its
 * original order. Removes control characters and lone surrogates (PostgreSQL refuses NUL and lone surrogates in JSON). Drops
 * values that JSON cannot hold, and a key `__proto__`. Gives `{}` for anything but a plain object. Does not change its
 * argument; applying it twice changes nothing more.
 */
export function cleanMetadata(value: unknown, size: Size = METADATA_LIMITS): JsonObject {
  if (!isPlainObject(value)) return {}
  const budget: Budget = { values: size.maxValues, bytes: size.maxTotalBytes - 2 }
  return cleanObject(value, METADATA_LIMITS.maxDepth, budget)
}

// The remaining allowance, spent in one walk in the order of the data: the same file always keeps the same part.
interface Budget {
  values: number
  bytes: number
}

function cleanObject(value: object, depth: number, budget: Budget): JsonObject {
  const kept = new Map<string, Json>()
  for (const [untrustedKey, untrusted] of Object.entries(value)) {
    if (budget.values <= 0) break
    const key = cleanText(untrustedKey, METADATA_LIMITS.maxKeyBytes)
    if (key === '' || key === '__proto__' || kept.has(key)) continue
    const entry = spend(budget, jsonBytes(key) + 2) ? cleanValue(untrusted, depth - 1, budget) : undefined
    if (entry !== undefined) kept.set(key, entry)
  }
  return Object.fromEntries(kept)
}

function cleanArray(values: readonly unknown[], depth: number, budget: Budget): readonly Json[] {
  const kept: Json[] = []
  for (const untrusted of values) {
    if (budget.values <= 0) break
    const item = spend(budget, 1) ? cleanValue(untrusted, depth - 1, budget) : undefined
    if (item !== undefined) kept.push(item)
  }
  return kept
}

function cleanValue(value: unknown, depth: number, budget: Budget): Json | undefined {
  budget.values -= 1
  const scalar = cleanScalar(value)
  if (scalar !== undefined) return spend(budget, jsonBytes(scalar)) ? scalar : undefined
  if (depth === 0 || !(Array.isArray(value) || isPlainObject(value)) || !spend(budget, 2)) return undefined
  return Array.isArray(value) ? cleanArray(value, depth, budget) : cleanObject(value, depth, budget)
}

function cleanScalar(value: unknown): string | number | boolean | null | undefined {
  if (typeof value === 'string') return cleanText(value, METADATA_LIMITS.maxStringBytes)
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return value === null || typeof value === 'boolean' ? value : undefined
}

function cleanText(text: string, maxBytes: number): string {
  // Cut before and after: a string of many megabytes must not cost a replacement over its whole length.
  return cutToBytes(text.slice(0, 4 * maxBytes).replace(/[\p{Cc}\p{Surrogate}]/gu, ''), maxBytes)
}

function spend(budget: Budget, bytes: number): boolean {
  if (budget.bytes < bytes) return false
  budget.bytes -= bytes
  return true
}

function jsonBytes(value: string | number | boolean | null): number {
  return Buffer.byteLength(JSON.stringify(value))
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
