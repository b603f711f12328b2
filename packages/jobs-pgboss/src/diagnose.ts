import type { Database, Finding } from '@rindle/core/adapter'
import { PgBoss, type QueueResult, type SchemaDriftReport } from 'pg-boss'
import manifest from 'pg-boss/package.json' with { type: 'json' }
import type { PgBossJobsConfig } from './options.ts'
import { type PgBossQueue, pgBossQueues } from './queue-definitions.ts'

const EXPECTED_VERSION: number = manifest.pgboss.schema
const START = 'Start the application or a worker once, as a database user who may create a schema.'

/** Checks the schema of pg-boss and its queues, through the connections of the instance; creates neither. */
export async function* diagnose(database: Database, options: PgBossJobsConfig): AsyncGenerator<Finding> {
  const { schema } = options
  const db = { executeSql: (text: string, values?: unknown[]) => database.executeSql(text, values) }
  // Never started, because it only reads.
  const boss = new PgBoss({ db, schema, supervise: false, schedule: false })
  const version = (await boss.isInstalled()) ? await boss.schemaVersion() : null
  yield schemaFinding(schema, version)
  if (version !== EXPECTED_VERSION) return
  yield driftFinding(await boss.detectSchemaDrift())
  const wanted = pgBossQueues(options)
  yield queuesFinding(wanted, await boss.getQueues(wanted.map(({ name }) => name)))
}

/** Judges the version of the schema, `null` if there is none. Pure. */
function schemaFinding(schema: string, version: number | null): Finding {
  const id = 'jobs.schema'
  if (version === EXPECTED_VERSION) return { id, status: 'ok', summary: `schema ${schema} has version ${version}` }
  if (version === null) return { id, status: 'error', summary: `pg-boss has no schema ${schema}`, fix: START }
  if (version < EXPECTED_VERSION) {
    const summary = `schema ${schema} has version ${version}, and pg-boss ${manifest.version} needs ${EXPECTED_VERSION}`
    return { id, status: 'error', summary, fix: START }
  }
  return {
    id,
    status: 'warn',
    summary: `schema ${schema} has version ${version}, which is newer than pg-boss ${manifest.version}`,
    fix: 'Deploy the version that migrated it.',
  }
}

function driftFinding({ ok, ...report }: SchemaDriftReport): Finding {
  const id = 'jobs.drift'
  if (ok) return { id, status: 'ok', summary: 'the schema is the one that pg-boss creates' }
  const lists = Object.entries(report).flatMap(([name, list]) => (Array.isArray(list) && list.length > 0 ? [name] : []))
  return {
    id,
    status: 'warn',
    summary: `the schema is not the one that pg-boss creates: ${lists.filter((name) => name !== 'extraIndexes').join(', ')}`,
    fix: 'Run `npx pg-boss doctor`, and restore what it lists.',
  }
}

/** Judges the existing queues. Pure. */
function queuesFinding(
  wanted: readonly PgBossQueue[],
  found: readonly Pick<QueueResult, 'name' | 'policy'>[],
): Finding {
  const id = 'jobs.queues'
  const policies = new Map(found.map(({ name, policy }) => [name, policy]))
  const missing = wanted.filter(({ name }) => !policies.has(name)).map(({ name }) => name)
  const others = wanted.filter(({ name, policy }) => policies.has(name) && policies.get(name) !== policy)
  if (others.length > 0) {
    return {
      id,
      status: 'error',
      summary: `queues with the wrong policy: ${others.map(({ name, policy }) => `${name} (${policy})`).join(', ')}`,
      fix: 'Delete these queues, or choose another `schema` in pgBossJobs().',
    }
  }
  if (missing.length === wanted.length) return { id, status: 'error', summary: 'there are no queues yet', fix: START }
  if (missing.length > 0) return { id, status: 'error', summary: `missing: ${missing.join(', ')}`, fix: START }
  return { id, status: 'ok', summary: `${wanted.length} queues, each with the right policy` }
}
