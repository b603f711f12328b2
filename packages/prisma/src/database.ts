import type { PrismaClient } from './generated/client.ts'
import type { PgQueryable, SqlExecutor } from './sql-executor.ts'

/** What is needed of a `pg` pool; `pg.Pool` of any version 8 fits. */
export interface PgPool {
  connect(): Promise<PgPoolClient>
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
}

/** What is needed of a connection checked out of a `pg` pool. */
export interface PgPoolClient extends PgQueryable {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
  query(statement: {
    name?: string
    text: string
    values?: unknown[]
  }): Promise<{ rows: Record<string, unknown>[]; command: string }>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
  on(event: 'notification', listener: (message: { channel: string; payload?: string | undefined }) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
  release(destroy?: boolean): void
}

/** What is needed of a Prisma client to run SQL on it; a client generated from any schema fits. */
export interface PrismaSqlClient {
  $queryRawUnsafe(query: string, ...values: unknown[]): Promise<unknown>
  $transaction<T>(
    work: (tx: { $queryRawUnsafe(query: string, ...values: unknown[]): Promise<unknown> }) => Promise<T>,
    options?: { maxWait?: number; timeout?: number },
  ): Promise<T>
}

/** A connection URL, or the application's own pool or Prisma client, which stay the application's to close. */
export type DatabaseSource = string | { readonly pool: PgPool } | { readonly prisma: PrismaSqlClient }

/** An open subscription to a NOTIFY channel. */
export interface Listening {
  /** Stops listening and gives the connection back. Safe to call twice. */
  close(): Promise<void>
}

/** A PostgreSQL database. Made by `openDatabase`. */
export interface Database extends SqlExecutor {
  /** The URL it was opened with; undefined when opened from a pool or a Prisma client. It may hold a password. */
  readonly connectionString: string | undefined

  /**
   * The typed read model, over the same pool; made on first access. When opened from a Prisma client, that client.
   *
   * @throws Error when the given Prisma client was not generated from Rindle's schema.
   */
  readonly prisma: PrismaClient

  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it throws, and the connection closed
   * when not even the rollback gets through. Statements of one transaction run one after the other.
   *
   * @throws what `work` throws; an Error when a statement failed and `work` hid it, because nothing was then committed.
   */
  transaction<T>(work: (tx: SqlExecutor) => Promise<T>): Promise<T>

  /**
   * Calls `onMessage` for every NOTIFY on `channel`, on a connection of its own, which is made again with back-off
   * (100 ms to 10 s) whenever it is lost. What was sent meanwhile is lost too: catch up in `onReconnect`, or poll.
   *
   * @throws the connection's error when the first attempt fails; an Error when opened from a Prisma client.
   */
  listen(channel: string, onMessage: (payload: string) => void, onReconnect?: () => void): Promise<Listening>

  /** Ends what `openDatabase` opened, and nothing that was given to it. Safe to call twice. */
  close(): Promise<void>
}
