import type { PrismaClient } from './generated/client.ts'
import type { PgQueryable, SqlExecutor } from './sql-executor.ts'

/** The part of a `pg` pool that Rindle needs; `pg.Pool` of any version 8 fits. */
export interface PgPool {
  connect(): Promise<PgPoolClient>
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
}

/** The part of a connection from a `pg` pool that Rindle needs. */
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

/** The part of a Prisma client that Rindle needs to run SQL; a client generated from any schema fits. */
export interface PrismaSqlClient {
  $queryRawUnsafe(query: string, ...values: unknown[]): Promise<unknown>
  $transaction<T>(
    work: (tx: { $queryRawUnsafe(query: string, ...values: unknown[]): Promise<unknown> }) => Promise<T>,
    options?: { maxWait?: number; timeout?: number },
  ): Promise<T>
}

/** A pooler in transaction mode, such as PgBouncer, and the server behind it. */
export interface PooledSource {
  /**
   * The URL of the pooler. Statements go through it, and none is prepared under a name. Its sessions keep the settings
   * of their role.
   */
  readonly poolerUrl: string
  /** The URL of the server itself, for LISTEN, which does not work through such a pooler. */
  readonly directUrl: string
}

/**
 * A connection URL, a pooler in transaction mode and its server, or the application's own pool or Prisma client, which
 * the application closes.
 */
export type DatabaseSource = string | PooledSource | { readonly pool: PgPool } | { readonly prisma: PrismaSqlClient }

/** An open subscription to a NOTIFY channel. */
export interface Listening {
  /** Stops listening and returns the connection. Safe to call twice. */
  close(): Promise<void>
}

/** A PostgreSQL database. Made by `openDatabase`. */
export interface Database extends SqlExecutor {
  /**
   * The URL of the server; undefined when opened from a pool or a Prisma client. It may hold a password.
   */
  readonly connectionString: string | undefined

  /** The URL of the pooler in transaction mode that statements go through; undefined without one. */
  readonly poolerUrl: string | undefined

  /**
   * The typed read model, over the same pool; created on first access. If the database was opened from a Prisma client,
   * that client.
   *
   * @throws Error if the given Prisma client was not generated from Rindle's schema.
   */
  readonly prisma: PrismaClient

  /**
   * Runs `work` in one transaction: commits if it resolves, rolls back if it throws, and closes the connection if even
   * the rollback fails. Statements of one transaction run one after the other.
   *
   * @throws the error of `work`; an Error if a statement failed and `work` hid it, because nothing was committed then.
   */
  transaction<T>(work: (tx: SqlExecutor) => Promise<T>): Promise<T>

  /**
   * Calls `onMessage` for every NOTIFY on `channel`, on a separate connection, which is opened again with back-off
   * (100 ms to 10 s) whenever it is lost. Messages sent in the meantime are lost: catch up in `onReconnect`, or poll.
   *
   * @throws the connection's error if the first attempt fails; an Error if opened from a Prisma client.
   */
  listen(channel: string, onMessage: (payload: string) => void, onReconnect?: () => void): Promise<Listening>

  /** Closes everything that `openDatabase` opened, and nothing that was passed to it. Safe to call twice. */
  close(): Promise<void>
}
