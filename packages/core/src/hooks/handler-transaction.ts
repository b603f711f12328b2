import type { SqlExecutor } from '@rindle/prisma'
import { RindleError } from '../domain/errors.ts'
import type { Runtime } from '../kernel/runtime.ts'

/**
 * The transaction of one attempt of a handler. It begins with the handler's first statement, so that a handler that only
 * sends a mail holds no connection meanwhile.
 */
export class HandlerTransaction implements SqlExecutor {
  readonly #database: Runtime['database']
  readonly #end = Promise.withResolvers<(sql: SqlExecutor) => Promise<void>>()
  #opened: Promise<SqlExecutor> | undefined
  #done: Promise<void> | undefined
  #isOver = false

  constructor({ database }: Pick<Runtime, 'database'>) {
    this.#database = database
    // Awaited only by a transaction that has begun.
    this.#end.promise.catch(() => undefined)
  }

  /** `invalid_input` after the attempt has ended: a handler that was given up must not write any more. */
  async executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
    if (this.#isOver) throw over()
    this.#opened ??= this.#open()
    const sql = await this.#opened
    if (this.#isOver) throw over()
    return sql.executeSql(text, values)
  }

  /** Runs the last statements within it, and commits; without a statement of the handler, in a transaction of their own. */
  async commit(last: (sql: SqlExecutor) => Promise<void>): Promise<void> {
    this.#isOver = true
    if (this.#done === undefined) return this.#database.transaction(last)
    this.#end.resolve(last)
    await this.#done
  }

  /** Undoes what the handler has written. */
  async rollBack(): Promise<void> {
    this.#isOver = true
    this.#end.reject(new Error('The attempt has failed.'))
    // Rejects with that very error, or with that of a connection that is lost: either way nothing was committed.
    await this.#done?.catch(() => undefined)
  }

  #open(): Promise<SqlExecutor> {
    const opened = Promise.withResolvers<SqlExecutor>()
    this.#done = this.#database.transaction(async (sql) => {
      opened.resolve(sql)
      const last = await this.#end.promise
      await last(sql)
    })
    this.#done.catch(opened.reject)
    return opened.promise
  }
}

function over(): RindleError {
  return new RindleError('invalid_input', 'The attempt of this handler has ended, and its transaction with it.')
}
