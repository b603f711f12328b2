import { migrate } from '@rindle/prisma'
import { getConstructionPlans } from 'pg-boss'
import { type AdminQuery, withAdmin, withDatabase } from './admin-query.ts'
import type { TestServer } from './test-server.ts'

/** Any number that nothing else on the server locks. */
const templateLock = 7_246_353

/**
 * Makes the migrated database that test databases are cloned from, with pg-boss's schema in it, once per test run. It
 * gets its name only when it is complete. Workers that need it at the same time wait for the one that makes it.
 *
 * @param query - A connection of the server's admin.
 */
export async function ensureTemplate(query: AdminQuery, server: TestServer): Promise<void> {
  if (await hasTemplate(query, server)) return
  // The end of the connection releases it if making the template fails.
  await query(`select pg_advisory_lock(${templateLock})`)
  if (!(await hasTemplate(query, server))) await makeTemplate(query, server)
  await query(`select pg_advisory_unlock(${templateLock})`)
}

async function hasTemplate(query: AdminQuery, { template }: TestServer): Promise<boolean> {
  return (await query(`select from pg_database where datname = '${template}'`)).length > 0
}

async function makeTemplate(query: AdminQuery, { adminUrl, template }: TestServer): Promise<void> {
  const draft = `${template}_draft`
  const draftUrl = withDatabase(adminUrl, draft)
  await query(`drop database if exists "${draft}" with (force)`)
  await query(`create database "${draft}" template template0`)
  await migrate(draftUrl)
  await withAdmin(draftUrl, (queryDraft) => queryDraft(getConstructionPlans('pgboss')))
  // A database with connections cannot be cloned.
  await query(`alter database "${draft}" allow_connections false`)
  await query(`alter database "${draft}" rename to "${template}"`)
}
