export { fromDrizzle, fromKnex, fromKysely, fromPrisma } from 'pg-boss'
export { pgBossJobs } from './create-pgboss-jobs.ts'
export type { PgBossJobsOptions } from './options.ts'
