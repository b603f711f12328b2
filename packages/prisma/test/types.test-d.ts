import type { Database, DatabaseSource, PgQueryable, PrismaClient, SqlExecutor } from '@rindle/prisma'
import type pg from 'pg'
import type { Db } from 'pg-boss'

/** Compiles only if a value of `Given` may be passed where `Wanted` is asked for. */
type Fits<Given extends Wanted, Wanted> = Given

export type ExecutorIsJobDatabase = Fits<SqlExecutor, Db>
export type JobDatabaseIsExecutor = Fits<Db, SqlExecutor>
export type DatabaseIsJobDatabase = Fits<Database, Db>
export type PoolIsSource = Fits<{ pool: pg.Pool }, DatabaseSource>
export type PrismaIsSource = Fits<{ prisma: PrismaClient }, DatabaseSource>
export type PgClientsFit = Fits<pg.Client | pg.PoolClient | pg.Pool, PgQueryable>
