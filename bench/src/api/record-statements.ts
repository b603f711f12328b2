import type pg from 'pg'
import type { SentStatement } from './setup.ts'

/** Notes every statement of the connections that a pool opens from now on. Returns those since the last call. */
export function recordStatements(pool: pg.Pool): () => readonly SentStatement[] {
  let sent: SentStatement[] = []
  pool.on('connect', (client) => {
    const query: unknown = client.query.bind(client)
    const recording = (...args: readonly unknown[]): unknown => {
      sent.push(statementOf(args))
      return Reflect.apply(query as (...args: readonly unknown[]) => unknown, undefined, args)
    }
    Object.assign(client, { query: recording })
  })
  return () => {
    const taken = sent
    sent = []
    return taken
  }
}

/** `query(text, values?)` or `query({ text, values? })`. */
function statementOf([first, second]: readonly unknown[]): SentStatement {
  const { text, values } = typeof first === 'string' ? { text: first, values: second } : (first as SentStatement)
  return { text, values: (values ?? []) as SentStatement['values'] }
}
