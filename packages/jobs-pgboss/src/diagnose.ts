import type { Database, Finding } from '@rindle/core/adapter'
import { PgBoss, type QueueResult, type SchemaDriftReport } from 'pg-boss'
import manifest from 'pg-boss/package.json' with { type: 'json' }
import type { PgBossJobsConfig } from './options.ts'
import { type PgBossQueue, pgBossQueues } from './queue-definitions.ts'

const EXPECTED_VERSION: number = manifest.pgboss.schema
const START = 'Start the application or a worker once, as a database user who may create a schema.'

/** Checks the schema of pg-boss and the queues in it, through the connections of the instance; makes neither. */
export async function* diagnose(database: Database, options: PgBossJobsConfig): AsyncGenerator<Finding> {
  const { schema } = options
  const db = { executeSql: (text: string, values?: unknown[]) => database.executeSql(text, values) }
  // Never started: it only asks.
  const boss = new PgBoss({ db, schema, supervise: false, schedule: false })
  const version = (await boss.isInstalled()) ? await boss.schemaVersion() : null
  yield schemaFinding(schema, version)
  if (version !== EXPECTED_VERSION) return
  yield driftFinding(await boss.detectSchemaDrift())
  const wanted = pgBossQueues(options)
  yield queuesFinding(wanted, await boss.getQueues(wanted.map(({ name }) => name)))
}

/** Judges the version of the schema, `null` where there is none. Pure. */
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
    fix: 'Deploy the version that brought it there.',
  }
}

function driftFinding({ ok, ...report }: SchemaDriftReport): Finding {
  const id = 'jobs.drift'
  if (ok) return { id, status: 'ok', summary: 'the schema is as pg-boss makes it' }
  const lists = Object.entries(report).flatMap(([name, list]) => (Array.isArray(list) && list.length > 0 ? [name] : []))
  return {
    id,
    status: 'warn',
    summary: `the schema is not as pg-boss makes it: ${lists.filter((name) => name !== 'extraIndexes').join(', ')}`,
    fix: 'See what `npx pg-boss doctor` lists, and put it back.',
  }
}

/** Judges the queues that there are. Pure. */
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
      summary: `of another policy than they need: ${others.map(({ name, policy }) => `${name} (${policy})`).join(', ')}`,
      fix: 'Delete these queues, or choose another `schema` in pgBossJobs().',
    }
  }
  if (missing.length === wanted.length) return { id, status: 'error', summary: 'there are none yet', fix: START }
  if (missing.length > 0) return { id, status: 'error', summary: `missing: ${missing.join(', ')}`, fix: START }
  return { id, status: 'ok', summary: `${wanted.length} queues, each of the right policy` }
}
