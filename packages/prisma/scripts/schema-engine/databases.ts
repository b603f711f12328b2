import pg from 'pg'
import { parseDatabaseUrl, quoteIdentifier, withDatabase } from './database-url.ts'

/** Throws the driver's error when the database cannot be used. */
export async function assertConnects(url: string): Promise<void> {
  await run(url, 'select 1')
}

export async function createDatabase(url: string): Promise<{ databaseName: string }> {
  const { database } = parseDatabaseUrl(url)
  await run(withDatabase(url, 'postgres'), `create database ${quoteIdentifier(database)}`)
  return { databaseName: database }
}

export async function dropDatabase(url: string): Promise<void> {
  const { database } = parseDatabaseUrl(url)
  await run(withDatabase(url, 'postgres'), `drop database if exists ${quoteIdentifier(database)} with (force)`)
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: parseDatabaseUrl(url).connectionString })
  try {
    await client.connect()
    await client.query(sql)
  } finally {
    await client.end()
  }
}
