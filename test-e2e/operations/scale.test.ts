import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { WalkOptions, WalkProgress } from '@rindle/core'
import { type Database, openDatabase } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ASSETS, fillDatabase, ONE_IN } from './scale-database.ts'
import { scaleInstance } from './scale-profile.ts'

/** The allowed growth of the process, with a heap that collects its garbage early: this measures what it holds. */
const MAX_GROWTH_BYTES = 50_000_000
const SMALL_HEAP = ['--max-semi-space-size=2', '--max-old-space-size=64']
const FEW = ASSETS / ONE_IN

let filled: TestDatabase
let testDatabase: TestDatabase

beforeAll(async () => {
  filled = await createTestDatabase()
  const database = openDatabase(filled.url)
  await fillDatabase(database)
  await database.close()
}, 900_000)
afterAll(() => filled.drop())

beforeEach(async () => {
  testDatabase = await createTestDatabase({ copyOf: filled })
})
afterEach(() => testDatabase.drop())

interface Statement {
  readonly text: string
  readonly values: readonly (string | number | boolean | null)[]
}

/** A pool that keeps every statement which names one of our tables, once. */
function recordingPool(statements: Map<string, Statement>): pg.Pool {
  const pool = new pg.Pool({ connectionString: testDatabase.url })
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown
    const record = (...given: unknown[]): unknown => {
      const [first, second] = given as [string | Statement, Statement['values'] | undefined]
      const { text, values } = typeof first === 'string' ? { text: first, values: second ?? [] } : first
      if (text.includes('rindle.media_') && !statements.has(text)) statements.set(text, { text, values })
      return query(...given)
    }
    Object.assign(client, { query: record })
  })
  return pool
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Plans?: readonly PlanNode[]
}

/** The status counts all rows by state: of a table, or of an index of it, whichever is read faster. */
const COUNTS_ALL = /^select state, count\(\*\)::int as count from rindle\.\w+ group by state$/
/** How much there is to be done is counted up to a bound, and estimated beyond. */
const COUNTS_SOME = /^select count\(\*\)::int as count from \(select 1 from .* limit \d+\) as counted$|^explain /s

/**
 * These have only as many rows as processes, maintenance tasks, storages, targets of events, declared variants, moves of
 * objects under way, changes that mirrors have yet to follow, or holds.
 */
const SMALL_TABLES: readonly string[] = [
  'media_workers',
  'media_maintenance_runs',
  'media_storages',
  'media_event_targets',
  'media_declared_variants',
  'media_relocations',
  'media_mirror_changes',
  'media_holds',
]

function sequentialScans(node: PlanNode): readonly string[] {
  const table = node['Relation Name'] ?? ''
  const own = node['Node Type'] === 'Seq Scan' && table.startsWith('media_') && !SMALL_TABLES.includes(table)
  const below = (node.Plans ?? []).flatMap(sequentialScans)
  return own ? [table, ...below] : below
}

/** The tables that the statement reads from end to end, planned for its values and, as when it is prepared, for any. */
async function scansOf({ text, values }: Statement): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: testDatabase.url })
  await client.connect()
  const found: string[] = []
  for (const mode of ['force_custom_plan', 'force_generic_plan']) {
    await client.query(`set plan_cache_mode = ${mode}`)
    await client.query(`prepare statement as ${text}`)
    const literals = values.map((value) => (value === null ? 'null' : client.escapeLiteral(String(value))))
    const args = literals.length === 0 ? '' : `(${literals.join(', ')})`
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (format json) execute statement${args}`,
    )
    found.push(...sequentialScans(rows[0]?.['QUERY PLAN'][0].Plan as PlanNode).map((table) => `${mode} ${table}`))
    await client.query('deallocate statement')
  }
  await client.end()
  return found
}

/** Runs a verb for two of its pages. */
async function begin(verb: (options: object) => Promise<unknown>): Promise<void> {
  const stop = new AbortController()
  let pages = 0
  const onProgress = (): void => {
    pages += 1
    if (pages === 2) stop.abort()
  }
  await verb({ signal: stop.signal, onProgress, live: true })
}

describe.skipIf(ASSETS === 0)(`over ${ASSETS} assets and ${ASSETS * 3} variants`, () => {
  it('no verb reads a table from end to end in one statement', { timeout: 300_000 }, async () => {
    const statements = new Map<string, Statement>()
    const pool = recordingPool(statements)
    const rindle = scaleInstance({ pool }, testDatabase.url)
    await rindle.start()
    await begin((options) => rindle.verifyStorage(options))
    await begin((options) => rindle.verifyStorage({ ...options, profile: 'photo', variant: 'thumb' }))
    await begin((options) => rindle.regenerateVariants({ ...options, prune: true }))
    await begin((options) => rindle.regenerateVariants({ ...options, variant: 'thumb' }))
    await begin((options) => rindle.abortIncompleteUploads(options))
    await begin((options) => rindle.cleanupOrphans(options))
    await begin((options) => rindle.cleanupOrphans({ ...options, storage: 'main' }))
    await begin((options) => rindle.backfillMetadata(options))
    await begin((options) => rindle.recoverLostWork({ ...options, olderThanSeconds: 0 }))
    await begin((options) => rindle.scanOrphans({ ...options, graceSeconds: 0, live: false }))
    await begin((options) => rindle.purgeUnattached({ ...options, graceSeconds: 0 }))
    await begin((options) => rindle.purgeTrashed(options))
    await rindle.purgeTrashed({ profile: 'photo' })
    await begin((options) => rindle.pruneRuns(options))
    await rindle.pruneRuns()
    await begin((options) => rindle.requeueAll(options))
    await begin((options) => rindle.requeueAll({ ...options, reason: 'insufficient_disk', profile: 'photo' }))
    await begin((options) => rindle.redeliver({ ...options, target: 'search' }))
    await begin((options) => rindle.redeliver({ ...options, target: 'search', since: new Date(0), delivered: true }))
    await begin((options) => rindle.pruneEvents(options))
    await rindle.eventTargets()
    await rindle.listDeliveries()
    await rindle.listDeliveries({ target: 'search', state: 'dead' })
    await rindle.listDeliveries({ target: 'search', state: 'pending' })
    await rindle.schedule()
    await rindle.runtimeStatus()
    await rindle.runtimeStatus({ profile: 'photo', olderThanSeconds: 0 })
    await rindle.listAssets()
    await rindle.listAssets({ state: ['ready', 'degraded'], profile: 'photo', since: new Date(0) })
    await rindle.listAssets({ state: 'quarantined', error: 'mime_not_allowed' })
    await rindle.listVariants({ state: 'failed', error: 'corrupt_media', profile: 'photo', variant: 'thumb' })
    await rindle.listVariants({ owner: { type: 'member', id: 2 } })
    const [kept] = (await rindle.listAssets({ limit: 1 })).assets
    if (kept !== undefined) {
      await rindle.hold(kept, { reason: 'scale' })
      await rindle.trash(kept)
      await rindle.restore(kept, { whenTaken: 'skip' })
      await rindle.unhold(kept)
    }
    await rindle.purgeAsset((await rindle.listAssets({ limit: 1 })).assets[0]?.id ?? '', { detach: true })
    await rindle.eraseOwner({ type: 'member', id: 1 })
    await rindle.stop()
    await pool.end()
    expect(statements.size).toBeGreaterThan(20)
    for (const statement of statements.values()) {
      if (COUNTS_ALL.test(statement.text) || COUNTS_SOME.test(statement.text)) continue
      expect({ statement: statement.text, scans: await scansOf(statement) }).toEqual({
        statement: statement.text,
        scans: [],
      })
    }
  })

  it('it is known about how many there are before the first is done', async () => {
    const rindle = scaleInstance(testDatabase.url, testDatabase.url)
    await rindle.start()
    const seen: WalkProgress[] = []
    const stop = new AbortController()
    const onProgress: WalkOptions['onProgress'] = (_counts, progress) => {
      seen.push(progress)
      stop.abort()
    }
    await rindle.verifyStorage({ onProgress, signal: stop.signal, profile: 'photo' })
    await rindle.stop()
    const [{ total, isEstimate } = { total: null, isEstimate: false }] = seen
    expect(isEstimate).toBe(true)
    expect(total).toBeGreaterThan(ASSETS * 0.8)
    expect(total).toBeLessThan(ASSETS * 1.2)
  })

  it('the status counts the events that wait only up to a bound', { timeout: 300_000 }, async () => {
    const rindle = scaleInstance(testDatabase.url, testDatabase.url)
    await rindle.start()
    const { findings } = await rindle.runtimeStatus()
    await rindle.stop()
    const counted = Object.fromEntries(findings.map((finding) => [finding.class, finding]))
    expect(counted).toMatchObject({
      dead_delivery: { count: Math.min(10_000, ASSETS / 10), isAtLeast: ASSETS / 10 >= 10_000 },
      undelivered_event: { count: 20_000, isAtLeast: true },
    })
  })

  it('the status estimates large numbers of very large tables, and counts small ones', async () => {
    const database = openDatabase(testDatabase.url)
    const rindle = scaleInstance(testDatabase.url, testDatabase.url)
    await rindle.start()
    const { counts } = await rindle.runtimeStatus()
    const tables = ['media_assets', 'media_variants', 'media_upload_sessions'].map(
      (name) => `'rindle.${name}'::regclass`,
    )
    await database.executeSql(`update pg_class set reltuples = 6000000 where oid in (${tables.join(', ')})`)
    const { counts: estimated } = await rindle.runtimeStatus()
    await rindle.stop()
    await database.close()
    expect([counts.isEstimated, estimated.isEstimated]).toEqual([false, true])
    expect(estimated.sessions.signed).toBe(counts.sessions.signed)
    // By the planner, from what the catalog says: six million rows, all of them ready.
    expect(estimated.assets.ready).toBeGreaterThan(5_000_000)
  })

  it('the invariants of the rows hold', { timeout: 300_000 }, async () => {
    const rindle = scaleInstance(testDatabase.url, testDatabase.url)
    await rindle.start()
    // Nobody has asked for the jobs of the events that wait here.
    await rindle.pauseDeliveries('search')
    const report = await rindle.checkInvariants({ objects: false })
    await rindle.stop()
    expect(report.checked.assets).toBe(ASSETS)
    // The uploads that are overdue here, until a verb ends them, have assets that are ready, as no upload leaves them.
    const others = report.violations.filter((violation) => violation.class !== 'session_disagrees')
    expect(others).toEqual([])
  })

  it('every verb ends, in bounded memory', { timeout: 7_200_000 }, async () => {
    await beginEveryVerb()
    const database = openDatabase(testDatabase.url)
    const before = await statesOf(database)
    const reports = await runInOwnProcess()
    expect(reports.map(({ verb, report }) => [verb, report])).toMatchObject([
      ['verifyStorage', { checked: before['ready'], present: before['ready'], errors: 0, originalsChecked: ASSETS }],
      ['regenerateVariants', { errors: 0, undeclared: [], interrupted: false }],
      ['abortIncompleteUploads', { errors: 0 }],
      ['cleanupOrphans', { errors: 0 }],
      ['backfillMetadata', { failed: 0 }],
    ])
    // The verbs continued what they had begun and stopped: nothing twice, nothing left out.
    const { rows } = await database.executeSql(
      `select (select count(*) from rindle.media_variants where state = 'queued')::int as queued,
         (select count(*) from pgboss.job where name = 'rindle_process')::int as jobs,
         (select count(*) from rindle.media_upload_sessions where state <> 'completed')::int as sessions,
         (select count(*) from rindle.media_assets where metadata ? 'found')::int as analyzed`,
    )
    await database.close()
    expect(rows[0]).toEqual({ queued: FEW, jobs: FEW, sessions: 0, analyzed: ASSETS - FEW })
    for (const { verb, grownBytes } of reports) {
      expect({ verb, grownBytes, isBounded: grownBytes < MAX_GROWTH_BYTES }).toMatchObject({ isBounded: true })
    }
  })
})

/** Lets the verbs find work that they had begun before, and had not ended. */
async function beginEveryVerb(): Promise<void> {
  const rindle = scaleInstance(testDatabase.url, testDatabase.url)
  await rindle.start()
  await begin((options) => rindle.verifyStorage(options))
  await begin((options) => rindle.regenerateVariants(options))
  await begin((options) => rindle.abortIncompleteUploads(options))
  await begin((options) => rindle.cleanupOrphans(options))
  await begin((options) => rindle.backfillMetadata(options))
  await rindle.stop()
}

async function statesOf(database: Database): Promise<Readonly<Record<string, number>>> {
  const { rows } = await database.executeSql(
    'select state, count(*)::int as count from rindle.media_variants group by state',
  )
  return Object.fromEntries(rows.map((row) => [String(row['state']), Number(row['count'])]))
}

interface VerbReport {
  readonly verb: string
  readonly report: object
  readonly seconds: number
  readonly grownBytes: number
}

async function runInOwnProcess(): Promise<readonly VerbReport[]> {
  const child = fork(fileURLToPath(new URL('./scale-main.ts', import.meta.url)), [testDatabase.url], {
    execArgv: [...process.execArgv, ...SMALL_HEAP],
  })
  const reports: VerbReport[] = []
  child.on('message', (report) => reports.push(report as VerbReport))
  const [code] = (await once(child, 'exit')) as [number | null]
  expect(code).toBe(0)
  for (const { verb, report, seconds, grownBytes } of reports) {
    console.info(verb, JSON.stringify(report), `${seconds.toFixed(1)} s`, `grown by ${Math.round(grownBytes / 1e6)} MB`)
  }
  return reports
}
