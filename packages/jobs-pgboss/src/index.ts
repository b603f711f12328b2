export { fromDrizzle, fromKnex, fromKysely, fromPrisma } from 'pg-boss'
export type { PgBossJobsOptions } from './options.ts'
export { pgBossJobs } from './pgboss-jobs.ts'
