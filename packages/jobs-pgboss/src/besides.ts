import type { SqlExecutor } from '@rindle/core'
import type { InsertedRows } from '@rindle/core/adapter'

/**
 * An executor that writes rows with every statement that it runs, as common table expressions of that statement. pg-boss
 * keeps its own statement, whatever its next version makes of it: with or without expressions of its own.
 */
export function besides({ expressions, values }: InsertedRows, sql: SqlExecutor): SqlExecutor {
  return {
    executeSql: (text, own = []) =>
      sql.executeSql(withExpressions(text, expressions, values.length), [...values, ...own]),
  }
}

/** Puts expressions before those of a statement, whose own parameters then come after theirs. Pure. */
export function withExpressions(text: string, expressions: string, parameters: number): string {
  const shifted = text.replaceAll(/\$(\d+)/g, (_parameter, number: string) => `$${Number(number) + parameters}`)
  const own = /^\s*with\s+/i.exec(shifted)
  return own === null ? `with ${expressions} ${shifted}` : `with ${expressions}, ${shifted.slice(own[0].length)}`
}
