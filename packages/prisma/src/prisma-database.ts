import type { Database, Listening, PrismaSqlClient } from './database.ts'
import type { PrismaClient } from './generated/client.ts'
import { prismaExecutor } from './prisma-executor.ts'
import { nothingCommitted } from './run-transaction.ts'
import { dateStyleCheck } from './session-settings.ts'
import type { SqlExecutor } from './sql-executor.ts'

/** Prisma's own limits, 2 s and 5 s, are for web requests; background work waits longer. */
const TRANSACTION_LIMITS = { maxWait: 30_000, timeout: 60_000 }

/** A database over the application's Prisma client. It has no connection of its own. */
export class PrismaDatabase implements Database {
  readonly connectionString: undefined = undefined
  readonly poolerUrl: undefined = undefined
  readonly #client: PrismaSqlClient
  readonly #executor: SqlExecutor
  readonly #check: () => Promise<void>

  constructor(client: PrismaSqlClient) {
    this.#client = client
    this.#executor = prismaExecutor(client)
    this.#check = dateStyleCheck(this.#executor)
  }

  get prisma(): PrismaClient {
    if (hasRindleModels(this.#client)) return this.#client
    throw new Error(
      "The given Prisma client was not generated from Rindle's schema, so it has no media models. " +
        'For typed reads pass a connection URL or a pool to Rindle.',
    )
  }

  async executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
    await this.#check()
    return this.#executor.executeSql(text, values)
  }

  async transaction<T>(work: (tx: SqlExecutor) => Promise<T>): Promise<T> {
    await this.#check()
    return this.#client.$transaction(async (tx) => {
      const executor = prismaExecutor(tx)
      let hasFailed = false
      const executeSql: SqlExecutor['executeSql'] = async (text, values) => {
        try {
          return await executor.executeSql(text, values)
        } catch (error) {
          hasFailed = true
          throw error
        }
      }
      const result = await work({ executeSql })
      if (hasFailed) await assertNotAborted(executor)
      return result
    }, TRANSACTION_LIMITS)
  }

  async listen(): Promise<Listening> {
    throw new Error(
      'A Prisma client cannot LISTEN. Pass a connection URL or a pool to Rindle to receive notifications.',
    )
  }

  async close(): Promise<void> {}
}

/** Prisma does not notice that PostgreSQL answers COMMIT of a failed transaction with ROLLBACK. */
async function assertNotAborted(executor: SqlExecutor): Promise<void> {
  try {
    await executor.executeSql('select 1')
  } catch (error) {
    throw nothingCommitted(error)
  }
}

function hasRindleModels(client: PrismaSqlClient): client is PrismaSqlClient & PrismaClient {
  return 'mediaAsset' in client && 'mediaVariant' in client
}
