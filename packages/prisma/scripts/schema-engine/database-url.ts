/** A Prisma connection URL, taken apart: `pg` knows no `schema`, and a pooler may refuse what it does not know. */
export interface DatabaseUrl {
  readonly connectionString: string
  readonly database: string
  readonly schema: string | undefined
}

export function parseDatabaseUrl(url: string): DatabaseUrl {
  const parsed = new URL(url)
  const schema = parsed.searchParams.get('schema') ?? undefined
  parsed.searchParams.delete('schema')
  return { connectionString: parsed.href, database: decodeURIComponent(parsed.pathname.slice(1)), schema }
}

/** The same server and user, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
