import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@rindle/embedded'
import { migrate } from '@rindle/prisma'
import pg from 'pg'

/** The PostgreSQL of a run: that of `DATABASE_URL`, or else an embedded one, which starts when it is first needed. */
export class DatabaseServer implements AsyncDisposable {
  readonly #directory: string
  readonly #made: string[] = []
  #opened: Promise<{ readonly url: string; readonly stop: () => Promise<void> }> | undefined

  /** @param directory where an embedded server keeps its data */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** Makes a database with Rindle's tables and returns its URL. */
  async createDatabase(): Promise<string> {
    this.#opened ??= open(this.#directory)
    const { url } = await this.#opened
    const name = `rindle_bench_${randomUUID().replaceAll('-', '')}`
    await administer(url, `create database "${name}" template template0`)
    this.#made.push(name)
    const database = new URL(url)
    database.pathname = `/${name}`
    await migrate(database.href)
    return database.href
  }

  /** Drops the databases of this run. */
  async dropDatabases(): Promise<void> {
    const server = await this.#opened
    for (const name of this.#made.splice(0)) {
      if (server !== undefined) await administer(server.url, `drop database if exists "${name}" with (force)`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dropDatabases()
    await (await this.#opened)?.stop()
  }
}

async function open(directory: string): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const url = process.env['DATABASE_URL']
  if (url !== undefined && url !== '') return { url, stop: async () => {} }
  return startEmbeddedPostgres({ directory: join(directory, 'postgres'), ephemeral: true })
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
