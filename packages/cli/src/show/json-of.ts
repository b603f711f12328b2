import type { Json } from '@rindle/core'

/** A row as plain JSON: times as ISO 8601, big integers as numbers (sizes and durations stay far below 2^53). */
export function jsonOf(value: unknown): Json {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(jsonOf)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, jsonOf(member)]))
  }
  return value as Json
}
