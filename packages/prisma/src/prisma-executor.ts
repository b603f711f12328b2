import type { PrismaSqlClient } from './database.ts'
import type { SqlExecutor } from './sql-executor.ts'

/** An executor over a Prisma client or its transaction, with the same inputs and outputs as one over `pg`. */
export function prismaExecutor(client: Pick<PrismaSqlClient, '$queryRawUnsafe'>): SqlExecutor {
  return {
    async executeSql(text, values = []) {
      const rows = await client.$queryRawUnsafe(text, ...values.map(toParameter))
      return { rows: Array.isArray(rows) ? rows.map(toRow) : [] }
    },
  }
}

/** Converts as `pg` does: dates to text with an offset, objects to JSON text; arrays stay arrays. */
function toParameter(value: unknown): unknown {
  if (value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(toParameter)
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) return JSON.stringify(value)
  return value
}

function toRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toColumn(value)]))
}

/** `pg` returns text for `bigint` and `numeric`, which JavaScript's number cannot hold. */
function toColumn(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(toColumn)
  if (isDecimal(value)) return value.toFixed()
  return value
}

function isDecimal(value: unknown): value is { toFixed(): string } {
  return typeof value === 'object' && value !== null && 'toFixed' in value && typeof value.toFixed === 'function'
}
