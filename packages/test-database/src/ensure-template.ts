import { migrate } from '@rindle/prisma'
import { getConstructionPlans } from 'pg-boss'
import { type AdminQuery, withAdmin, withDatabase } from './admin-query.ts'
import type { TestServer } from './test-server.ts'

/** Any number that nobody else on the server locks. */
const templateLock = 7_246_353

/**
 * Makes the migrated database that test databases are cloned from, with pg-boss's schema in it, once per test run.
 * It appears under its name only when whole. Workers that want it at once wait for the one that makes it.
 */
export async function ensureTemplate({ adminUrl, template }: TestServer): Promise<void> {
  await withAdmin(adminUrl, async (query) => {
    // Held until this connection ends, also when making the template fails.
    await query(`select pg_advisory_lock(${templateLock})`)
    const made = await query(`select 1 from pg_database where datname = '${template}'`)
    if (made.length === 0) await makeTemplate(query, adminUrl, template)
  })
}

async function makeTemplate(query: AdminQuery, adminUrl: string, template: string): Promise<void> {
  const draft = `${template}_draft`
  await query(`drop database if exists "${draft}" with (force)`)
  await query(`create database "${draft}" template template0`)
  await migrate(withDatabase(adminUrl, draft))
  await withAdmin(withDatabase(adminUrl, draft), (queryDraft) => queryDraft(getConstructionPlans('pgboss')))
  // A database that somebody is connected to cannot be cloned.
  await query(`alter database "${draft}" allow_connections false`)
  await query(`alter database "${draft}" rename to "${template}"`)
}
