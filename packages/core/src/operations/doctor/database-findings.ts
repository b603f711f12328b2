import { isRindleError } from '../../domain/errors.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { number, text, time } from '../../kernel/sql/row-values.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import { clockFinding } from './clock-finding.ts'
import { reasonOf } from './reason-of.ts'

const OLDEST_MAJOR = 14
const CLOCK = { whose: 'the database', resolutionMs: 1, warnFromMs: 5_000, errorFromMs: 60_000 }

/** The results of the database checks so far; checks that need the database depend on them. */
export interface DatabaseFacts {
  isReachable: boolean
  hasTables: boolean
  /** Whether it has the table of known storages, which earlier versions lack. */
  remembersStorages: boolean
  /** Whether it has the tables of events, which earlier versions lack. */
  hasEvents: boolean
}

/** Checks that the database answers, is new enough, and agrees about the time. */
export async function* databaseFindings(runtime: Runtime, facts: DatabaseFacts): AsyncGenerator<Finding> {
  const before = runtime.now().getTime()
  const startedAt = performance.now()
  let row: Readonly<Record<string, unknown>>
  try {
    const { rows } = await runtime.database.executeSql(
      `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
         clock_timestamp() as now, to_regclass('rindle.media_workers') is not null as has_tables,
         to_regclass('rindle.media_storages') is not null as remembers_storages,
         to_regclass('rindle.media_deliveries') is not null as has_events`,
    )
    row = rows[0] ?? {}
  } catch (error) {
    yield unreachable(error)
    return
  }
  facts.isReachable = true
  facts.hasTables = row['has_tables'] === true
  facts.remembersStorages = row['remembers_storages'] === true
  facts.hasEvents = row['has_events'] === true
  const after = runtime.now().getTime()
  const tookMs = Math.round(performance.now() - startedAt)
  yield { id: 'database.reachable', status: 'ok', summary: `answered within ${tookMs} ms` }
  yield versionFinding(number(row, 'number'), text(row, 'version'))
  yield clockFinding('database.clock', { before, other: time(row, 'now').getTime(), after }, CLOCK)
}

function unreachable(error: unknown): Finding {
  const isRefused = isRindleError(error, 'setup_incomplete')
  return {
    id: 'database.reachable',
    status: 'error',
    summary: `${reasonOf(error)}; migrations, queues and workers were not checked`,
    fix: isRefused
      ? 'Correct the user, the password or the name of the database in the URL, or create the database.'
      : 'Start PostgreSQL, or correct the host and port in the URL of the database.',
  }
}

function versionFinding(versionNumber: number, version: string): Finding {
  const id = 'database.version'
  const isSupported = Math.floor(versionNumber / 10_000) >= OLDEST_MAJOR
  if (isSupported) return { id, status: 'ok', summary: `PostgreSQL ${version}` }
  return {
    id,
    status: 'error',
    summary: `PostgreSQL ${version} is too old`,
    fix: `Upgrade the server to PostgreSQL ${OLDEST_MAJOR} or newer.`,
  }
}
