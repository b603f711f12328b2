import { defineProfile } from '@rindle/core'
import type { Finding } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { migrate, openDatabase } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forwardTo } from './forwarder.ts'
import { type Patient, patientOf } from './patient.ts'

async function databaseOf(options?: Parameters<typeof createTestDatabase>[0]): Promise<TestDatabase> {
  const database = await createTestDatabase(options)
  onTestFinished(() => database.drop())
  return database
}

async function execute(url: string, ...statements: readonly string[]): Promise<void> {
  const database = openDatabase(url, { maxConnections: 1 })
  try {
    for (const statement of statements) await database.executeSql(statement)
  } finally {
    await database.close()
  }
}

const isFine = (id: string): object => ({ id, status: 'ok' })

async function expectFine(patient: Patient, ...ids: readonly string[]): Promise<void> {
  const { checks } = await patient.examine()
  for (const id of ids) expect(checks.find((check) => check.id === id)).toMatchObject(isFine(id))
}

describe('the doctor names', () => {
  it('a stopped database, without further checks of it, until it runs again', async () => {
    const forwarder = await forwardTo((await databaseOf()).url)
    const patient = await patientOf({ database: forwarder.url })
    await forwarder.become('closed')
    const { checks, counts } = await patient.examine()
    expect(checks.filter(({ component }) => ['database', 'pgboss', 'workers'].includes(component))).toEqual([
      {
        id: 'database.reachable',
        component: 'database',
        status: 'error',
        summary:
          'The database cannot be reached: the connection was refused; migrations, queues and workers were not checked',
        fix: 'Start PostgreSQL, or correct the host and port in the URL of the database.',
      },
    ])
    expect(counts.error).toBe(1)
    await forwarder.become('open')
    await expectFine(patient, 'database.reachable', 'database.version', 'migrations.applied')
  })

  it('a database that takes the connection and never answers, within the time that a check may take', async () => {
    const forwarder = await forwardTo((await databaseOf()).url)
    await forwarder.become('silent')
    const patient = await patientOf({ database: forwarder.url })
    const startedAt = performance.now()
    expect(await patient.finding('database', { timeoutMs: 200 })).toMatchObject({
      status: 'error',
      summary: 'did not end within 0.2 s',
    })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    await forwarder.become('closed')
  })

  it('a wrong password, without telling it', async () => {
    const { url } = await databaseOf()
    const role = new URL(url).pathname.slice(1)
    await execute(url, `create role "${role}" login password 'right'`, `grant usage on schema rindle to "${role}"`)
    onTestFinished(() => execute(url, `drop owned by "${role}"`, `drop role "${role}"`))
    const withPassword = (password: string): string => {
      const changed = new URL(url)
      changed.username = role
      changed.password = password
      return changed.href
    }
    const wrong = await patientOf({ database: withPassword('wr0ng-s3cret') })
    const report = await wrong.examine()
    expect(report.checks.find(({ id }) => id === 'database.reachable')).toMatchObject({
      status: 'error',
      summary: expect.stringContaining('The database refused the connection'),
      fix: expect.stringContaining('password'),
    })
    expect(JSON.stringify(report)).not.toContain('s3cret')
    await expectFine(await patientOf({ database: withPassword('right') }), 'database.reachable')
  })

  it('pending migrations, until they are applied', async () => {
    const { url } = await databaseOf({ migrated: false })
    const patient = await patientOf({ database: url })
    expect(await patient.finding('migrations.applied')).toMatchObject({
      status: 'error',
      summary: expect.stringMatching(/^pending: \d{14}_\w+/),
      fix: 'Run `rindle migrate`.',
    })
    expect(await patient.finding('workers')).toBeUndefined()
    expect(await patient.finding('workers.promote')).toBeUndefined()
    await migrate(url)
    await expectFine(patient, 'migrations.applied', 'migrations.failed', 'migrations.edited', 'migrations.drift')
  })

  it('a failed migration, until its cause is gone and it is tried again', async () => {
    const { url } = await databaseOf({ migrated: false })
    await execute(url, 'create schema rindle', 'create table rindle.media_assets (id int)')
    await expect(migrate(url)).rejects.toMatchObject({ code: 'migration_failed' })
    const patient = await patientOf({ database: url })
    expect(await patient.finding('migrations.failed')).toMatchObject({
      status: 'error',
      summary: expect.stringMatching(/^begun and not finished: \d{14}_\w+/),
      fix: expect.stringContaining('`rindle migrate`'),
    })
    await execute(url, 'drop table rindle.media_assets')
    await migrate(url)
    await expectFine(patient, 'migrations.applied', 'migrations.failed')
  })

  it('an edited migration, until the contents are the same again', async () => {
    const { url } = await databaseOf()
    await execute(url, 'update rindle._prisma_migrations set checksum = reverse(checksum)')
    const patient = await patientOf({ database: url })
    expect(await patient.finding('migrations.edited')).toMatchObject({
      status: 'error',
      summary: expect.stringMatching(/^applied with other contents than the installed ones: \d{14}_\w+/),
      fix: expect.stringContaining('Reinstall @rindle/prisma.'),
    })
    await execute(url, 'update rindle._prisma_migrations set checksum = reverse(checksum)')
    await expectFine(patient, 'migrations.edited')
  })

  it('a migration that this version does not know, as a warning', async () => {
    const { url } = await databaseOf()
    await execute(
      url,
      `insert into rindle._prisma_migrations (id, checksum, migration_name, finished_at)
       values ('x', 'x', '29990101000000_later', now())`,
    )
    const patient = await patientOf({ database: url })
    expect(await patient.finding('migrations.applied')).toMatchObject({
      status: 'warn',
      summary: 'the database is newer than this version, which does not know 29990101000000_later',
    })
  })

  it('manual changes of the schema, until they are reverted; additions, as a warning', async () => {
    const { url } = await databaseOf()
    const patient = await patientOf({ database: url })
    await execute(
      url,
      'alter table rindle.media_assets alter filename drop not null',
      'create table rindle.mine (id int)',
    )
    expect(await patient.finding('migrations.drift')).toMatchObject({
      status: 'error',
      summary: 'changed: column media_assets.filename; unexpected: column mine.id, table mine',
    })
    await execute(url, 'alter table rindle.media_assets alter filename set not null')
    expect(await patient.finding('migrations.drift')).toMatchObject({ status: 'warn', fix: expect.any(String) })
    await execute(url, 'drop table rindle.mine')
    await expectFine(patient, 'migrations.drift')
  })

  it('a clock that is far from that of the database', async () => {
    const { url } = await databaseOf()
    const skewedBy = async (seconds: number): Promise<Finding | undefined> => {
      const patient = await patientOf({ database: url, now: () => new Date(Date.now() + seconds * 1_000) })
      return patient.finding('database.clock')
    }
    // The time between the two looks counts as well: with these it may be most of a second.
    expect(await skewedBy(-3_600.4)).toMatchObject({
      status: 'error',
      summary: "the clock of the database is 3600 s ahead of this machine's",
      fix: expect.stringContaining('NTP'),
    })
    expect(await skewedBy(20.4)).toMatchObject({
      status: 'warn',
      summary: "the clock of the database is 20 s behind this machine's",
    })
    expect(await skewedBy(0)).toMatchObject(isFine('database.clock'))
  })

  it('a queue without a schema, without queues, and with another policy, until each is fixed', async () => {
    const { url } = await databaseOf()
    const patient = await patientOf({ database: url, jobs: pgBossJobs({ schema: 'elsewhere' }) })
    expect(await patient.finding('jobs.schema')).toMatchObject({
      status: 'error',
      summary: 'pg-boss has no schema elsewhere',
      fix: expect.stringContaining('Start the application or a worker once'),
    })
    expect(await patient.finding('jobs.queues')).toBeUndefined()
    await patient.rindle.start()
    await expectFine(patient, 'jobs.schema', 'jobs.drift', 'jobs.queues')

    await execute(url, "delete from elsewhere.queue where name = 'rindle_purge'")
    expect(await patient.finding('jobs.queues')).toMatchObject({ status: 'error', summary: 'missing: rindle_purge' })
    const again = await patientOf({ database: url, jobs: pgBossJobs({ schema: 'elsewhere' }) })
    await again.rindle.start()
    await expectFine(patient, 'jobs.queues')

    await execute(url, "update elsewhere.queue set policy = 'standard' where name = 'rindle_purge'")
    expect(await patient.finding('jobs.queues')).toMatchObject({
      status: 'error',
      summary: 'queues with the wrong policy: rindle_purge (short)',
    })
    await execute(url, "update elsewhere.queue set policy = 'short' where name = 'rindle_purge'")
    await expectFine(patient, 'jobs.queues')

    await execute(url, 'update elsewhere.version set version = version - 1')
    expect(await patient.finding('jobs.schema')).toMatchObject({
      status: 'error',
      summary: expect.stringContaining('needs'),
    })
    await execute(url, 'update elsewhere.version set version = version + 2')
    expect(await patient.finding('jobs.schema')).toMatchObject({
      status: 'warn',
      summary: expect.stringContaining('newer'),
    })
  })

  it('a queue without a worker, until there is one', async () => {
    const { url } = await databaseOf()
    const patient = await patientOf({ database: url })
    expect(await patient.finding('workers.promote')).toMatchObject({
      status: 'error',
      summary: 'no live worker: uploads stay unverified',
      fix: 'Start `rindle worker`, or call rindle.work(), for the queue rindle_promote.',
    })
    expect(await patient.finding('workers.maintenance')).toMatchObject({ status: 'warn' })
    expect(await patient.finding('workers.media')).toMatchObject({
      status: 'ok',
      summary: 'none, and nothing here needs one',
    })
    const workers = await patient.rindle.work({ queues: ['rindle_promote'], concurrency: { rindle_promote: 3 } })
    expect(await patient.finding('workers.promote')).toMatchObject({
      status: 'ok',
      summary: expect.stringMatching(/^1 worker on 1 host, 3 jobs at once; each had a heartbeat within \d+ s$/),
    })
    expect(await patient.finding('workers.process')).toMatchObject({ status: 'error' })
    await execute(url, "update rindle.media_workers set beat_at = now() - interval '5 minutes', host = 'lost-1'")
    expect(await patient.finding('workers.promote')).toMatchObject({
      status: 'error',
      summary: expect.stringMatching(/^no live worker; the last one, process \d+ on lost-1, died 30\d s ago: uploads /),
    })
    await workers.stop()
  })
})

it('names unscheduled maintenance, and creates nothing to find that out', async () => {
  const { url } = await databaseOf()
  const patient = await patientOf({ database: url, jobs: pgBossJobs({ schema: 'elsewhere' }) })
  const finding = (): Promise<Finding | undefined> => patient.finding('maintenance.schedule')
  expect(await finding()).toMatchObject({ status: 'warn', fix: expect.stringContaining('rindle.schedule()') })
  expect(await patient.finding('jobs.schema')).toMatchObject({ status: 'error' })
  await patient.rindle.schedule()
  expect(await finding()).toMatchObject({
    status: 'ok',
    summary: expect.stringMatching(/^5 tasks, the next at \d{4}-\d\d-\d\dT\d\d:[03]0:00\.000Z$/),
  })
})

it('whole and in order, nothing is wrong with an instance that works', async () => {
  const { url } = await databaseOf()
  const patient = await patientOf({
    database: url,
    profiles: { file: defineProfile({ storage: 'main', accept: { types: ['image/png'], maxBytes: 1_000 } }) },
  })
  const events: unknown[] = []
  patient.rindle.on('rindle.runtime.check.stop', (event) => void events.push(event))
  await patient.rindle.start()
  await patient.rindle.schedule()
  await patient.rindle.work()
  const { checks, counts, interrupted } = await patient.examine()
  expect(checks.filter(({ status }) => status === 'error')).toEqual([])
  // Storage in memory has URLs that lead nowhere.
  const warned = ['storage.signed_url', 'storage.direct_upload', 'storage.cors', 'storage.multipart']
  expect(checks.filter(({ status }) => status === 'warn').map(({ id }) => id)).toEqual(warned)
  expect(counts).toEqual({ ok: checks.length - warned.length, warn: warned.length, error: 0 })
  expect(interrupted).toBe(false)
  expect(events).toEqual(
    checks.map(({ id, status, component }) => ({
      name: 'rindle.runtime.check.stop',
      metadata: { check: id, status, component },
      measurements: { durationUs: expect.any(Number) },
    })),
  )
})
