import pg from 'pg'

/** The only address that an embedded server listens on. */
export const listenAddress = '127.0.0.1'

/** The database to open, and its server. */
export interface DatabaseAddress {
  readonly port: number
  readonly password: string
  readonly database: string
}

/** The result of a successful connection. */
export interface OpenedDatabase {
  readonly url: string
  /** The supervisor that started the server, if any. */
  readonly supervisorPid: number | undefined
}

const connectTimeoutMs = 10_000

/**
 * Connects once, to prove that the server and the password work, and creates the database if it is absent.
 *
 * @returns `'refused'` if nothing listens there, `'not-ready'` if the server is starting or stopping.
 * @throws Error of `pg` otherwise.
 */
export async function openDatabase(address: DatabaseAddress): Promise<OpenedDatabase | 'refused' | 'not-ready'> {
  const url = databaseUrl(address, address.database)
  try {
    return { url, supervisorPid: await readSupervisorPid(url) }
  } catch (error) {
    const code = (error as { code?: string }).code
    if (code === 'ECONNREFUSED') return 'refused'
    // cannot_connect_now, admin_shutdown
    if (code === '57P03' || code === '57P01') return 'not-ready'
    // invalid_catalog_name
    if (code !== '3D000') throw error
  }
  await createDatabase(address)
  return { url, supervisorPid: await readSupervisorPid(url) }
}

function databaseUrl({ port, password }: DatabaseAddress, database: string): string {
  return `postgres://postgres:${password}@${listenAddress}:${port}/${encodeURIComponent(database)}`
}

async function readSupervisorPid(url: string): Promise<number | undefined> {
  const { rows } = await query(url, `select current_setting('rindle.supervisor_pid', true) as pid`)
  const pid = Number.parseInt(String(rows[0]?.pid), 10)
  return Number.isNaN(pid) ? undefined : pid
}

async function createDatabase(address: DatabaseAddress): Promise<void> {
  try {
    await query(databaseUrl(address, 'postgres'), `create database ${pg.escapeIdentifier(address.database)}`)
  } catch (error) {
    const code = (error as { code?: string }).code
    // duplicate_database, or unique_violation of its catalogue: another process was faster.
    if (code !== '42P04' && code !== '23505') throw error
  }
}

async function query(url: string, sql: string): Promise<pg.QueryResult<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs })
  // A connection that breaks between queries would otherwise end the process; the query itself reports the break.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await client.query(sql)
  } finally {
    await client.end()
  }
}
