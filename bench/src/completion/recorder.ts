import type pg from 'pg'
import type { RecordedStatement } from './setup.ts'

/** Records the statements of a pool's connections, transaction by transaction. */
export class Recorder {
  readonly #open = new Map<pg.PoolClient, RecordedStatement[]>()
  #transactions: (readonly RecordedStatement[])[] = []

  /** Listens to every connection that the pool opens from now on. */
  constructor(pool: pg.Pool) {
    pool.on('connect', (client) => {
      const query: unknown = client.query.bind(client)
      const recording = (...args: readonly unknown[]): unknown => {
        this.#note(client, statementOf(args))
        return Reflect.apply(query as (...args: readonly unknown[]) => unknown, undefined, args)
      }
      Object.assign(client, { query: recording })
    })
  }

  /**
   * The transactions committed since the last call, in the order of their commits; a statement outside of one is a
   * transaction of its own.
   */
  take(): readonly (readonly RecordedStatement[])[] {
    const taken = this.#transactions
    this.#transactions = []
    return taken
  }

  #note(client: pg.PoolClient, statement: RecordedStatement): void {
    if (statement.text === 'begin') this.#open.set(client, [])
    const open = this.#open.get(client)
    if (isReadNowAndThen(statement)) return
    if (open === undefined) this.#transactions.push([statement])
    open?.push(statement)
    if (statement.text !== 'commit' || open === undefined) return
    this.#open.delete(client)
    this.#transactions.push(open)
  }
}

/** The wishes of the targets of events are read once in some seconds, by whatever transition comes then. */
function isReadNowAndThen({ text }: RecordedStatement): boolean {
  return text.startsWith('select') && text.includes('rindle.media_event_targets')
}

/** `query(text, values?)` or `query({ text, values? })`. */
function statementOf([first, second]: readonly unknown[]): RecordedStatement {
  if (typeof first === 'string') return { text: first, values: (second ?? []) as RecordedStatement['values'] }
  const { text, values = [] } = first as { readonly text: string; readonly values?: RecordedStatement['values'] }
  return { text, values }
}
