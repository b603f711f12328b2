import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { parseDatabaseUrl, quoteIdentifier, withDatabase } from './database-url.ts'
import { createDatabase, dropDatabase } from './databases.ts'
import type { Datasource } from './engine-arguments.ts'

/** Connections for the engine, over adapter-pg, with what that lacks for migrations put right. */
export function migrationAdapterFactory(datasource: Datasource): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(datasource.url, async () => undefined),
    connectToShadowDb: () => connectToShadowDatabase(datasource),
  }
}

/** adapter-pg's own takes a connection string and a database name, of which `pg` lets the former win: the main one. */
async function connectToShadowDatabase(datasource: Datasource): Promise<SqlDriverAdapter> {
  if (datasource.shadowDatabaseUrl !== undefined) {
    await emptyDatabase(datasource.shadowDatabaseUrl)
    return connect(datasource.shadowDatabaseUrl, async () => undefined)
  }
  const shadowUrl = withDatabase(datasource.url, `prisma_migrate_shadow_db_${randomUUID()}`)
  await createDatabase(shadowUrl)
  return connect(shadowUrl, () => dropDatabase(shadowUrl))
}

async function connect(url: string, onDispose: () => Promise<void>): Promise<SqlDriverAdapter> {
  const { schema } = parseDatabaseUrl(url)
  const pool = openPool(url)
  const adapter = await new PrismaPg(pool, schema === undefined ? {} : { schema }).connect()
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (query) => withCharacters(await queryRaw(query))
  // adapter-pg splits a script at every semicolon, also inside of functions and strings. Sent whole, the server
  // splits it.
  adapter.executeScript = async (script) => {
    await pool.query(script).catch(throwAsAdapterError)
  }
  adapter.dispose = async () => {
    await pool.end()
    await onDispose()
  }
  return adapter
}

function openPool(url: string): pg.Pool {
  const { connectionString, schema } = parseDatabaseUrl(url)
  const onConnect = async (client: pg.ClientBase): Promise<void> => {
    if (schema !== undefined) await client.query(`set search_path to ${quoteIdentifier(schema)}`)
  }
  const options = { connectionString, max: 4, onConnect }
  const pool = new pg.Pool(options)
  pool.on('connect', relabelSystemTypes)
  // The engine's statements report a lost connection themselves.
  pool.on('error', () => undefined)
  return pool
}

const CHAR_TYPE = 18
const TEXT_TYPE = 25
const OID_VECTOR_TYPE = 30
const UUID_TYPE = 2950

/**
 * adapter-pg refuses two types that the engine's questions to the system tables return. One is shown as text. The
 * other, the one-byte `"char"`, must reach the engine as a character, which adapter-pg has no type for: it passes as
 * a UUID, which no system table has, and `queryRaw` says what it is.
 */
function relabelSystemTypes(client: pg.PoolClient): void {
  client.connection.on('rowDescription', ({ fields }: { fields: { dataTypeID: number }[] }) => {
    for (const field of fields) {
      if (field.dataTypeID === OID_VECTOR_TYPE) field.dataTypeID = TEXT_TYPE
      if (field.dataTypeID === CHAR_TYPE) field.dataTypeID = UUID_TYPE
    }
  })
}

function withCharacters(result: SqlResultSet): SqlResultSet {
  const columnTypes = result.columnTypes.map((type) => (type === ColumnTypeEnum.Uuid ? ColumnTypeEnum.Character : type))
  return { ...result, columnTypes }
}

async function emptyDatabase(url: string): Promise<void> {
  const { connectionString, schema = 'public' } = parseDatabaseUrl(url)
  const client = new pg.Client({ connectionString })
  try {
    await client.connect()
    await client.query(
      `drop schema if exists ${quoteIdentifier(schema)} cascade; create schema ${quoteIdentifier(schema)}`,
    )
  } finally {
    await client.end()
  }
}

function throwAsAdapterError(error: unknown): never {
  if (!(error instanceof pg.DatabaseError)) throw error
  const { code = 'N/A', severity = 'N/A', message, detail, column, hint } = error
  throw new DriverAdapterError({
    kind: 'postgres',
    originalCode: code,
    originalMessage: message,
    code,
    severity,
    message,
    detail,
    column,
    hint,
  })
}
