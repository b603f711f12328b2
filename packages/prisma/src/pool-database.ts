import type { Database, Listening, PgPool } from './database.ts'
import { executeAlone } from './execute-statement.ts'
import { PrismaClient } from './generated/client.ts'
import { dedicatedConnection, pooledConnection } from './listen-connection.ts'
import { breaksConnection, checkOut } from './pool-connection.ts'
import { prismaAdapter } from './prisma-adapter.ts'
import { runTransaction } from './run-transaction.ts'
import { dateStyleCheck } from './session-settings.ts'
import type { SqlExecutor } from './sql-executor.ts'
import { StatementNames } from './statement-names.ts'
import { Subscription } from './subscription.ts'

/** The parts that a database owns; empty if the pool is the application's. */
export interface PoolOwnership {
  /** The URL of the server, to listen at. */
  readonly connectionString?: string
  /** The URL of the pool's pooler, if there is one. */
  readonly poolerUrl?: string
  readonly end?: () => Promise<void>
}

/** A database over a `pg` pool, its own or the application's. */
export class PoolDatabase implements Database {
  readonly connectionString: string | undefined
  readonly poolerUrl: string | undefined
  readonly #pool: PgPool
  readonly #endPool: () => Promise<void>
  readonly #names: StatementNames
  readonly #subscriptions = new Set<Subscription>()
  /** Checks the sessions that Rindle has not prepared: those of the application and of a pooler keep their settings. */
  readonly #check: () => Promise<void>
  #prisma: PrismaClient | undefined
  #closed: Promise<void> | undefined

  constructor(pool: PgPool, ownership: PoolOwnership) {
    this.#pool = pool
    this.#endPool = ownership.end ?? (async () => void pool.removeListener('error', ignoreIdleLoss))
    this.connectionString = ownership.connectionString
    this.poolerUrl = ownership.poolerUrl
    const isPooled = ownership.poolerUrl !== undefined
    // Behind a pooler the next statement may run in another session, which does not know the name.
    this.#names = new StatementNames(isPooled ? 0 : undefined)
    const isPrepared = ownership.connectionString !== undefined && !isPooled
    this.#check = isPrepared ? async () => undefined : dateStyleCheck({ executeSql: (text) => this.#execute(text) })
    pool.on('error', ignoreIdleLoss)
  }

  get prisma(): PrismaClient {
    this.#prisma ??= new PrismaClient({ adapter: prismaAdapter(this.#pool, this.#names) })
    return this.#prisma
  }

  async executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
    await this.#check()
    return this.#execute(text, values)
  }

  async #execute(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
    const connection = await checkOut(this.#pool)
    try {
      const result = await executeAlone(connection.client, this.#names, text, values)
      connection.giveBack(false)
      return result
    } catch (error) {
      connection.giveBack(breaksConnection(error))
      throw error
    }
  }

  async transaction<T>(work: (tx: SqlExecutor) => Promise<T>): Promise<T> {
    await this.#check()
    return runTransaction(this.#pool, this.#names, work)
  }

  async listen(
    channel: string,
    onMessage: (payload: string) => void,
    onReconnect: () => void = () => undefined,
  ): Promise<Listening> {
    const url = this.connectionString
    const connect = url === undefined ? () => pooledConnection(this.#pool) : () => dedicatedConnection(url)
    const subscription = new Subscription(connect, channel, { onMessage, onReconnect })
    await subscription.open()
    this.#subscriptions.add(subscription)
    return subscription
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeAll()
    return this.#closed
  }

  async #closeAll(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()))
    await this.#prisma?.$disconnect()
    await this.#endPool()
  }
}

/** Ignores the loss of an idle connection: the pool opens another; without a listener it would end the process. */
function ignoreIdleLoss(): void {}
