import type { Database } from './database.ts'
import type { Migration } from './migration-files.ts'
import type { SqlExecutor } from './sql-executor.ts'

/** Differences of a schema, by the names of the objects: "table media_assets", "column media_assets.state". */
export interface SchemaDrift {
  /** Objects of Rindle that do not exist. */
  readonly missing: readonly string[]
  /** Objects of Rindle that differ from their migrations. */
  readonly changed: readonly string[]
  /** Objects that exist and are not Rindle's. */
  readonly unexpected: readonly string[]
}

/** The objects of a schema by name, with their definitions as the server writes them. */
type Catalog = ReadonlyMap<string, string>

/** Compares schema `rindle` with the result of these migrations. Throws the database's error. */
export async function schemaDrift(database: Database, migrations: readonly Migration[]): Promise<SchemaDrift> {
  const actual = await catalogOf(database, 'rindle')
  const expected = await catalogMadeBy(database, migrations)
  return compareCatalogs(expected, actual)
}

/** Pure. */
function compareCatalogs(expected: Catalog, actual: Catalog): SchemaDrift {
  return {
    missing: [...expected.keys()].filter((name) => !actual.has(name)),
    changed: [...expected].filter(([name, definition]) => (actual.get(name) ?? definition) !== definition).map(first),
    unexpected: [...actual.keys()].filter((name) => !expected.has(name)),
  }
}

function first([name]: readonly [string, string]): string {
  return name
}

/** Ends a transaction that must leave nothing. */
class RolledBack extends Error {}

/** Runs the migrations where only this transaction sees their result: among the temporary tables of its session. */
async function catalogMadeBy(database: Database, migrations: readonly Migration[]): Promise<Catalog> {
  let catalog: Catalog = new Map()
  try {
    await database.transaction(async (tx) => {
      await tx.executeSql('set local search_path to pg_temp')
      for (const { sql } of migrations) await tx.executeSql(asOneStatement(sql))
      const { rows } = await tx.executeSql('select pg_my_temp_schema()::regnamespace::text as name')
      catalog = await catalogOf(tx, String(rows[0]?.['name']))
      throw new RolledBack()
    })
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error
  }
  return catalog
}

/** Wraps SQL in one statement, because Prisma's raw queries take only one. */
function asOneStatement(sql: string): string {
  return `do $rindle_block$ begin execute $rindle_migration$${sql}$rindle_migration$; end $rindle_block$`
}

const OBJECTS = `
  select 'table ' || relname as name, '' as definition from pg_class
  where relnamespace = to_regnamespace($1) and relkind in ('r', 'p')
  union all
  select 'column ' || relname || '.' || attname,
    concat_ws(' ', format_type(atttypid, atttypmod), case when attnotnull then 'not null' end, pg_get_expr(adbin, adrelid))
  from pg_class join pg_attribute on attrelid = pg_class.oid
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where relnamespace = to_regnamespace($1) and relkind in ('r', 'p') and attnum > 0 and not attisdropped
  union all
  select 'constraint ' || conname, pg_get_constraintdef(pg_constraint.oid)
  from pg_constraint where connamespace = to_regnamespace($1) and contype in ('p', 'u', 'f', 'c', 'x')
  union all
  select 'index ' || relname, pg_get_indexdef(indexrelid) from pg_class join pg_index on indexrelid = pg_class.oid
  where relnamespace = to_regnamespace($1)`

/** Tables, columns, constraints and indexes of a schema, without its migration ledger. */
async function catalogOf(executor: SqlExecutor, schema: string): Promise<Catalog> {
  const { rows } = await executor.executeSql(`${OBJECTS} order by 1`, [schema])
  const entries = rows.map(({ name, definition }): [string, string] => [
    String(name),
    // Whether definitions name the schema depends on the search path of the connection.
    String(definition).replaceAll(/\b(?:rindle|pg_temp(?:_\d+)?)\./g, ''),
  ])
  return new Map(entries.filter(([name]) => !name.includes('_prisma_migrations')))
}
