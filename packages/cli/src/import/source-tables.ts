import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type * as sqlite from 'node:sqlite'
import { RindleError } from '@rindle/core'
import { openDatabase } from '@rindle/prisma'

/** The columns by which rows are looked up. */
const INDEXED = ['id', 'blob_id', 'record_id', 'model_id']

/** A row as text: every selected column is cast. */
export type TextRow = Readonly<Record<string, string | null>>

/** The tables of another application, which are only read. SQL must be of the kind that PostgreSQL and SQLite share. */
export interface SourceTables extends AsyncDisposable {
  /** Parameters are `$1`, `$2` and so on. */
  query(sql: string, values?: readonly string[]): Promise<readonly TextRow[]>
  /** The columns of a table; empty if there is none. */
  columns(table: string): Promise<ReadonlySet<string>>
}

/**
 * Opens a PostgreSQL database by its URL, a SQLite file, or a JSON file of the form `{ "table": [rows] }`, or `[rows]` of
 * `onlyTable`. `invalid_input` for anything else.
 */
export async function openTables(place: string, cwd: string, onlyTable: string): Promise<SourceTables> {
  if (/^postgres(?:ql)?:\/\//.test(place)) return openPostgres(place)
  const path = resolve(cwd, place)
  return place.endsWith('.json') ? openJson(path, place, onlyTable) : openSqlite(path, place)
}

async function openPostgres(url: string): Promise<SourceTables> {
  const database = openDatabase(url, { maxConnections: 1 })
  const query: SourceTables['query'] = async (sql, values = []) =>
    (await database.executeSql(sql, [...values])).rows as TextRow[]
  return {
    query,
    columns: async (table) => {
      const rows = await query(
        `select attname::text as name from pg_attribute
         where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
        [table],
      )
      return new Set(rows.map(({ name }) => String(name)))
    },
    [Symbol.asyncDispose]: () => database.close(),
  }
}

async function openSqlite(path: string, name: string): Promise<SourceTables> {
  const { DatabaseSync } = await loadSqlite()
  try {
    const database = new DatabaseSync(path, { readOnly: true })
    // Whether it is a database shows when it is first read.
    database.prepare('pragma schema_version').get()
    return tablesOf(database)
  } catch (error) {
    throw new RindleError('invalid_input', `Cannot open the database ${name}: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}

/** Rows from JSON are put into tables in memory, so that one kind of SQL reads them all. */
async function openJson(path: string, name: string, onlyTable: string): Promise<SourceTables> {
  const { DatabaseSync } = await loadSqlite()
  const database = new DatabaseSync(':memory:')
  for (const [table, rows] of Object.entries(tablesIn(await readJson(path, name), onlyTable))) {
    if (!/^[a-z_]\w*$/i.test(table) || !Array.isArray(rows)) continue
    const columns = [...new Set((rows as object[]).flatMap((row) => Object.keys(row)))]
    if (columns.length === 0) continue
    const quoted = columns.map((column) => `"${column.replaceAll('"', '""')}"`).join(', ')
    database.exec(`create table "${table}" (${quoted})`)
    const insert = database.prepare(`insert into "${table}" values (${columns.map(() => '?').join(', ')})`)
    for (const row of rows as Readonly<Record<string, unknown>>[]) {
      insert.run(...columns.map((column) => cellOf(row[column])))
    }
    for (const column of columns.filter((each) => INDEXED.includes(each))) {
      database.exec(`create index "${table}_${column}" on "${table}" ("${column}")`)
    }
  }
  return tablesOf(database)
}

/** Reads a JSON file. `invalid_input`. */
export async function readJson(path: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch (error) {
    throw new RindleError('invalid_input', `Cannot read ${name} as JSON: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}

function tablesIn(document: unknown, onlyTable: string): Readonly<Record<string, unknown>> {
  if (Array.isArray(document)) return { [onlyTable]: document }
  return typeof document === 'object' && document !== null ? { ...document } : {}
}

function cellOf(value: unknown): string | number | bigint | null {
  if (value === null || value === undefined) return null
  // As a number it would become "1.0" in a text.
  if (Number.isSafeInteger(value)) return BigInt(value as number)
  if (typeof value === 'string' || typeof value === 'number') return value
  return JSON.stringify(value)
}

async function loadSqlite(): Promise<typeof sqlite> {
  try {
    return await import('node:sqlite')
  } catch (error) {
    throw new RindleError(
      'setup_incomplete',
      'SQLite and JSON files are read with Node 22.13 or newer. Update Node, or name a PostgreSQL database.',
      { cause: error },
    )
  }
}

function tablesOf(database: sqlite.DatabaseSync): SourceTables {
  const query: SourceTables['query'] = async (sql, values = []) =>
    database.prepare(sql.replaceAll(/\$(\d+)/g, '?$1')).all(...values) as unknown as TextRow[]
  return {
    query,
    columns: async (table) => {
      const rows = await query('select name from pragma_table_info($1)', [table])
      return new Set(rows.map(({ name }) => String(name)))
    },
    [Symbol.asyncDispose]: async () => database.close(),
  }
}
