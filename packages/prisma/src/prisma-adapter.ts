import { PrismaPg } from '@prisma/adapter-pg'
import type { SqlDriverAdapter, SqlDriverAdapterFactory, SqlQuery, SqlResultSet } from '@prisma/driver-adapter-utils'
import type pg from 'pg'
import type { PgPool } from './database.ts'
import { isStalePlan } from './execute-statement.ts'
import type { StatementNames } from './statement-names.ts'

type PrismaPgOptions = NonNullable<ConstructorParameters<typeof PrismaPg>[1]>

const UTC_NAMES = /^(Etc\/)?(UTC|UCT|GMT|Zulu|Universal|Greenwich)$/i

/** A driver adapter that runs a generated client's statements over a pool, prepared and in schema `rindle`. */
export function prismaAdapter(pool: PgPool, names: StatementNames): SqlDriverAdapterFactory {
  const options: PrismaPgOptions = {
    schema: 'rindle',
    statementNameGenerator: ({ sql }) => names.nameOf(sql) ?? '',
  }
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    async connect() {
      await assertUtc(pool)
      const adapter = await new PrismaPg(await adoptPool(pool), options).connect()
      return renewingStalePlans(adapter, names)
    },
  }
}

/** adapter-pg accepts only a pool of its own copy of `pg`, and would take any other for the options of a new pool. */
async function adoptPool(pool: PgPool): Promise<pg.Pool> {
  const sample = await new PrismaPg({}).connect()
  const prototype = Object.getPrototypeOf(sample.underlyingDriver()) as object
  const isOwn = (candidate: PgPool): candidate is PgPool & pg.Pool =>
    Object.prototype.isPrototypeOf.call(prototype, candidate)
  if (isOwn(pool)) return pool
  const disguised = new Proxy(pool, { getPrototypeOf: () => prototype })
  if (isOwn(disguised)) return disguised
  throw new Error('@prisma/adapter-pg does not accept the given pool. Pass a pg.Pool, or a connection URL.')
}

/** adapter-pg writes times without an offset and cuts off the one it reads: in any zone but UTC they would be wrong. */
async function assertUtc(pool: PgPool): Promise<void> {
  const client = await pool.connect()
  try {
    const { rows } = await client.query("select current_setting('TimeZone') as zone")
    const zone = String(rows[0]?.zone)
    if (UTC_NAMES.test(zone)) return
    throw new Error(
      `The time zone of the pool's connections is ${zone}, in which Prisma reads and writes wrong times. ` +
        "Set the pool's option { options: '-c TimeZone=UTC' }, or pass a connection URL to Rindle.",
    )
  } finally {
    client.release()
  }
}

/** Adds the retry of `executeSql` to statements outside of a transaction. */
function renewingStalePlans(adapter: SqlDriverAdapter, names: StatementNames): SqlDriverAdapter {
  const retrying =
    <T>(run: (query: SqlQuery) => Promise<T>) =>
    async (query: SqlQuery): Promise<T> => {
      try {
        return await run(query)
      } catch (error) {
        if (!isStalePlan(error)) throw error
        names.renew(query.sql)
        return run(query)
      }
    }
  adapter.queryRaw = retrying<SqlResultSet>(adapter.queryRaw.bind(adapter))
  adapter.executeRaw = retrying<number>(adapter.executeRaw.bind(adapter))
  return adapter
}
