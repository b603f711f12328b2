import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@rindle/embedded'
import type { TestProject } from 'vitest/node'
import { withAdmin } from './admin-query.ts'
import './test-server.ts'

/**
 * Gives a test run its PostgreSQL: the one that `DATABASE_URL` names, whose user must be allowed to create databases,
 * else an embedded one that ends with the run and leaves nothing.
 *
 * @returns What vitest calls after the last test: it drops what the run made and stops an embedded server.
 */
export default async function setUpTestServer(project: TestProject): Promise<() => Promise<void>> {
  const namePrefix = `rindle_test_${randomUUID().slice(0, 8)}_`
  const { adminUrl, isEmbedded, close } = await openServer(namePrefix)
  const template = `${namePrefix}template`
  project.provide('rindleTestServer', { adminUrl, template, namePrefix, clonesByFileCopy: isEmbedded })
  return close
}

async function openServer(
  namePrefix: string,
): Promise<{ adminUrl: string; isEmbedded: boolean; close: () => Promise<void> }> {
  const url = process.env.DATABASE_URL
  if (url) return { adminUrl: url, isEmbedded: false, close: () => dropDatabases(url, namePrefix) }
  const directory = join(tmpdir(), `rindle-test-${randomUUID()}`)
  const server = await startEmbeddedPostgres({ directory, ephemeral: true })
  return { adminUrl: server.url, isEmbedded: true, close: () => server.stop() }
}

async function dropDatabases(adminUrl: string, namePrefix: string): Promise<void> {
  await withAdmin(adminUrl, async (query) => {
    const made = await query(`select datname from pg_database where starts_with(datname, '${namePrefix}')`)
    for (const { datname } of made) await query(`drop database if exists "${String(datname)}" with (force)`)
  })
}
