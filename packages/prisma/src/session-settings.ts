import type { PgQueryable, SqlExecutor } from './sql-executor.ts'

/**
 * The defaults of PostgreSQL 14 to 18 that Rindle's statements, and `pg`'s reading of their results, depend on. A
 * database or a role may set others for every session, and the same SQL then means something else.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  // `pg` reads times only in this form; in any other they arrive as null.
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  // @prisma/adapter-pg writes times without an offset and cuts off the one it reads, which is right only in UTC.
  TimeZone: 'UTC',
  // PostgreSQL looks into pg_catalog first unless the path names it later.
  search_path: '"$user", public',
  standard_conforming_strings: 'on',
  // Guarded writes read the row again if another transaction has just changed it. Stricter levels fail there instead.
  default_transaction_isolation: 'read committed',
  bytea_output: 'hex',
  extra_float_digits: '1',
}

/** A statement and not start-up parameters, because poolers such as PgBouncer refuse unknown parameters. */
const PREPARE_SESSION: string = `select ${Object.entries(SETTINGS)
  .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', false)`)
  .join(', ')}`

/**
 * Gives a session the settings that Rindle's statements rely on, whatever the database or the role sets. For Rindle's
 * own connections: sessions of the application keep theirs.
 */
export async function prepareSession(client: PgQueryable): Promise<void> {
  await client.query(PREPARE_SESSION)
}

/** The application's sessions write times in a form that `pg` misreads. */
export class DateStyleError extends Error {
  override readonly name: string = 'DateStyleError'

  constructor(style: string) {
    super(
      `The DateStyle of the application's connections is "${style}", in which times cannot be read. ` +
        "Set the pool's option { options: '-c DateStyle=ISO' }, or pass a connection URL to Rindle.",
    )
  }
}

/**
 * Returns a function that checks once, at its first call, whether the application's sessions write times as `pg` reads
 * them.
 */
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
