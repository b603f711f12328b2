import type { Json } from '@rindle/core'

/** Contents of an application or a file, whose names stay: only the names around them are converted. */
const FOREIGN: ReadonlySet<string> = new Set(['metadata', 'recipe'])

/**
 * Converts any result to the JSON that a command prints: names in snake_case, as in columns and summaries; times as ISO
 * 8601, big integers as numbers (sizes and durations stay far below 2^53). Pure.
 */
export function jsonDocument(value: unknown): Json {
  return jsonOf(value, snakeCase)
}

function jsonOf(value: unknown, spell: (name: string) => string): Json {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map((item) => jsonOf(item, spell))
  if (typeof value !== 'object' || value === null) return value as Json
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [spell(name), jsonOf(member, FOREIGN.has(name) ? asItIs : spell)]),
  )
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
}

function asItIs(name: string): string {
  return name
}
