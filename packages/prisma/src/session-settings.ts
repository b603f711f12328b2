import type { PgQueryable, SqlExecutor } from './sql-executor.ts'

/**
 * A database or a role may give every session other settings than these, and the same SQL then means something else.
 * The defaults of PostgreSQL 14 to 18, as far as Rindle's statements and what `pg` makes of their results depend on them.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  // `pg` reads times in this form only; in any other they arrive as null.
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  // @prisma/adapter-pg writes times without an offset and cuts off the one it reads, which is right in UTC only.
  TimeZone: 'UTC',
  // PostgreSQL looks into pg_catalog first unless the path names it later.
  search_path: '"$user", public',
  standard_conforming_strings: 'on',
  // Guarded writes read the row anew when another transaction has just changed it. Stricter levels fail there instead.
  default_transaction_isolation: 'read committed',
  bytea_output: 'hex',
  extra_float_digits: '1',
}

/** A statement and not start-up parameters, because poolers such as PgBouncer refuse unknown parameters. */
const PREPARE_SESSION: string = `select ${Object.entries(SETTINGS)
  .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', false)`)
  .join(', ')}`

/**
 * Gives a session the settings that Rindle's statements rely on, whatever the database or the role sets for it. For
 * connections of Rindle's own: sessions of the application keep theirs.
 */
export async function prepareSession(client: PgQueryable): Promise<void> {
  await client.query(PREPARE_SESSION)
}

/** Sessions of the application write times in a form that nobody reads right. */
export class DateStyleError extends Error {
  override readonly name: string = 'DateStyleError'

  constructor(style: string) {
    super(
      `The DateStyle of the application's connections is "${style}", in which times cannot be read. ` +
        "Give the pool the option { options: '-c DateStyle=ISO' }, or give Rindle a connection URL.",
    )
  }
}

/** A function that asks once, at its first call, whether sessions of the application write times as `pg` reads them. */
export function dateStyleCheck(executor: SqlExecutor): () => Promise<void> {
  let checked: Promise<void> | undefined
  return () => {
    checked ??= assertIsoDates(executor).catch((error: unknown) => {
      checked = undefined
      throw error
    })
    return checked
  }
}

async function assertIsoDates(executor: SqlExecutor): Promise<void> {
  const { rows } = await executor.executeSql(`select pg_catalog.current_setting('DateStyle') as style`)
  const style = String(rows[0]?.['style'])
  if (!style.startsWith('ISO')) throw new DateStyleError(style)
}
