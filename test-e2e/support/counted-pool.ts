import type pg from 'pg'

/** Notes the statements of every connection that a pool opens from now on. Returns those since the last call. */
export function countedPool(pool: pg.Pool): () => readonly string[] {
  let sent: string[] = []
  pool.on('connect', (client) => {
    const query: unknown = client.query.bind(client)
    const noting = (...args: readonly unknown[]): unknown => {
      const [first] = args
      sent.push(typeof first === 'string' ? first : (first as { readonly text: string }).text)
      return Reflect.apply(query as (...args: readonly unknown[]) => unknown, undefined, args)
    }
    Object.assign(client, { query: noting })
  })
  return () => {
    const taken = sent
    sent = []
    return taken
  }
}
