export { type PgBouncer, pgBouncerMissing, startPgBouncer } from './pgbouncer.ts'
