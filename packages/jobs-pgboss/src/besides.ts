import type { SqlExecutor } from '@rindle/core'
import { BoundedMap, type InsertedRows } from '@rindle/core/adapter'

const MOST_TEXTS = 20

/** A row of the caller, as the database returns it. */
export type WrittenRow = Readonly<Record<string, unknown>>

interface Joined {
  readonly returning: string | undefined
  readonly text: string
}

/**
 * Statements that write rows of the caller beside their own, as common table expressions. pg-boss keeps its own statement,
 * whatever its next version makes of it: with or without expressions of its own.
 */
export class Besides {
  /** By the statement of pg-boss, then by the expressions: both are long texts, and only a few. */
  readonly #joined = new BoundedMap<string, BoundedMap<string, Joined>>(MOST_TEXTS)

  /**
   * Gives `insert` an executor that writes the rows with the statement that it runs. Returns the rows that the caller wants
   * back; pg-boss gets them, too, instead of those of its statement.
   */
  async write(
    rows: InsertedRows,
    sql: SqlExecutor,
    insert: (joined: SqlExecutor) => Promise<unknown>,
  ): Promise<readonly WrittenRow[]> {
    let written: readonly WrittenRow[] = []
    await insert({
      executeSql: async (text, own = []) => {
        const result = await sql.executeSql(this.#join(text, rows), [...rows.values, ...own])
        if (rows.returning !== undefined) written = result.rows
        return result
      },
    })
    return written
  }

  #join(text: string, rows: InsertedRows): string {
    const { expressions, returning } = rows
    const ofText = this.#joined.get(text) ?? new BoundedMap<string, Joined>(MOST_TEXTS)
    const known = ofText.get(expressions)
    if (known !== undefined && known.returning === returning) return known.text
    const joined = withExpressions(text, rows)
    ofText.set(expressions, { returning, text: joined })
    this.#joined.set(text, ofText)
    return joined
  }
}

/**
 * Puts expressions before those of a statement, whose own parameters then come after theirs. With `returning`, the main
 * part of the statement becomes an expression, too, and the rows are those of the expression of that name. Pure.
 */
export function withExpressions(text: string, { expressions, values, returning }: InsertedRows): string {
  const shifted = text.replaceAll(/\$(\d+)/g, (_parameter, number: string) => `$${Number(number) + values.length}`)
  const { own, main } = partsOf(shifted)
  const before = [expressions, ...(own === '' ? [] : [own])].join(', ')
  if (returning === undefined) return `with ${before} ${main}`
  // The condition has the main part run, whose rows nobody asks for.
  return `with ${before}, besides as (${main}) select * from ${returning} where (select count(*) from besides) >= 0`
}

const TOKENS = /'(?:[^']|'')*'|"[^"]*"|[()]|\b(?:select|insert|update|delete)\b/gi

/** The expressions of a statement, without `with`, and its main part: the first that is in no parentheses. */
function partsOf(text: string): { readonly own: string; readonly main: string } {
  const begin = /^\s*with\s+/i.exec(text)
  if (begin === null) return { own: '', main: text }
  let depth = 0
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === '(') depth += 1
    else if (token === ')') depth -= 1
    else if (depth === 0 && /^\w/.test(token)) {
      return { own: text.slice(begin[0].length, index).trimEnd(), main: text.slice(index) }
    }
  }
  throw new Error(`A statement of pg-boss has no main part: ${text}`)
}
