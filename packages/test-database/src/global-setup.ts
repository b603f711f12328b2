import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@rindle/embedded'
import type { TestProject } from 'vitest/node'
import { withAdmin } from './admin-query.ts'
import { onDemand, type Started } from './on-demand.ts'
import type { TestServer } from './test-server.ts'

/**
 * Gives a test run its PostgreSQL, started by the first test that asks for a database: the one that `DATABASE_URL`
 * names, whose user must be allowed to create databases, else an embedded one that ends with the run and leaves
 * nothing.
 *
 * @returns The function that vitest calls after the last test: it drops the run's databases and stops an embedded
 * server.
 */
export default async function setUpTestServer(project: TestProject): Promise<() => Promise<void>> {
  const server = await onDemand(openServer)
  project.provide('rindleTestServer', server.address)
  return () => server.close()
}

async function openServer(): Promise<Started<TestServer>> {
  const namePrefix = `rindle_test_${randomUUID().slice(0, 8)}_`
  const names = { namePrefix, template: `${namePrefix}template` }
  const url = process.env.DATABASE_URL
  if (url) {
    const answer = { adminUrl: url, clonesByFileCopy: false, ...names }
    return { answer, close: () => dropDatabases(url, namePrefix) }
  }
  // As the configuration of the tests has chosen it: it may be in memory.
  const directory = `${process.env['RINDLE_TEST_DATA'] ?? join(tmpdir(), 'rindle-')}database-${randomUUID()}`
  const server = await startEmbeddedPostgres({ directory, ephemeral: true })
  await shortenLogins(server.url)
  return {
    answer: { adminUrl: server.url, clonesByFileCopy: true, ...names },
    close: async () => {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/**
 * Makes a login short without trusting everybody: the password goes over the loopback as it is, and its hash has one
 * round. SCRAM costs both sides two milliseconds more, and a run opens thousands of connections; its thousands of rounds
 * protect a password that people chose, and this one is 192 bits of chance.
 */
async function shortenLogins(adminUrl: string): Promise<void> {
  await withAdmin(adminUrl, async (query) => {
    await query('set scram_iterations = 1')
    await query(`alter role current_user password '${new URL(adminUrl).password}'`)
    const [settings] = await query('show hba_file')
    const path = String(settings?.['hba_file'])
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll('scram-sha-256', 'password'))
    await query('select pg_reload_conf()')
  })
}

async function dropDatabases(adminUrl: string, namePrefix: string): Promise<void> {
  await withAdmin(adminUrl, async (query) => {
    const made = await query(`select datname from pg_database where starts_with(datname, '${namePrefix}')`)
    for (const { datname } of made) await query(`drop database if exists "${String(datname)}" with (force)`)
  })
}
