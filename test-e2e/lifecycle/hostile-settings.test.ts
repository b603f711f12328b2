import { fromPgClient, type RindleOptions } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

/** Settings that an administrator may give a database for every new session, each of them legal. */
const HOSTILE = {
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Asia/Kolkata',
  search_path: 'elsewhere, pg_catalog',
  standard_conforming_strings: 'off',
  default_transaction_isolation: 'serializable',
  bytea_output: 'escape',
  extra_float_digits: '-15',
}

const owner = { type: 'member', id: 42 }
let application: Application<typeof photoProfiles>

beforeAll(async () => {
  application = await startApplication({ beforeStart: makeHostile })
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())

async function makeHostile(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  const database = new URL(url).pathname.slice(1)
  // A function of that name which wins where pg_catalog is not looked at first.
  await client.query('create schema elsewhere')
  await client.query(
    `create function elsewhere.now() returns timestamptz language sql as $$ select 'epoch'::timestamptz $$`,
  )
  for (const [name, value] of Object.entries(HOSTILE)) {
    const text = name === 'search_path' ? value : `'${value}'`
    await client.query(`alter database "${database}" set ${name} to ${text}`)
  }
  await client.end()
}

it('an upload becomes ready and has the right times, whatever the database sets for its sessions', async () => {
  const { rindle } = application
  const before = Date.now()
  const uploaded = await rindle.upload('photo', await quadrants(60, 40), { filename: 'a.jpg' })
  const asset = await settled(rindle, uploaded.id)
  expect(asset.state).toBe('ready')
  expect(asset.createdAt.getTime()).toBeGreaterThan(before - 60_000)
  expect(asset.createdAt.getTime()).toBeLessThan(Date.now() + 60_000)
  const row = await rindle.prisma.mediaAsset.findUniqueOrThrow({ where: { id: asset.id } })
  expect(row.createdAt.getTime()).toBe(asset.createdAt.getTime())
  await rindle.attach(rindle.narrow(asset, 'photo'), owner, 'avatar')
  expect((await rindle.attachmentFor(owner, 'avatar'))?.asset.id).toBe(asset.id)
})

it('a direct upload expires when it should', async () => {
  const { rindle } = application
  const session = await rindle.initiateResumableSession('photo', {
    filename: 'b.jpg',
    contentType: 'image/jpeg',
    byteSize: 10,
    expiresInSeconds: 3_600,
  })
  const expiresInMs = (session.session.expiresAt?.getTime() ?? 0) - Date.now()
  expect(expiresInMs).toBeGreaterThan(3_500_000)
  expect(expiresInMs).toBeLessThan(3_700_000)
})

it('status, maintenance and schedule work', async () => {
  const { rindle } = application
  expect((await rindle.runtimeStatus()).findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(await rindle.verifyStorage()).toMatchObject({ errors: 0, missing: 0 })
  expect(await rindle.abortIncompleteUploads()).toMatchObject({ errors: 0 })
  await rindle.schedule()
})

it('a transaction of the application with other dates gets an error, instead of reading wrong times', async () => {
  const { rindle } = application
  const asset = await rindle.upload('photo', await quadrants(20, 20), { filename: 'c.jpg' })
  const client = new pg.Client(application.databaseUrl)
  await client.connect()
  try {
    await client.query('begin isolation level read committed')
    const work = rindle.attach(asset, owner, 'avatar', { tx: fromPgClient(client) })
    await expect(work).rejects.toMatchObject({ code: 'config_invalid', message: expect.stringContaining('DateStyle') })
  } finally {
    await client.query('rollback')
    await client.end()
  }
})

function over(pool: pg.Pool): Partial<RindleOptions<typeof photoProfiles>> {
  return { database: { pool }, jobs: pgBossJobs({ connectionString: application.databaseUrl }) }
}

it('a pool of the application with other dates is refused when it is first used', async () => {
  const pool = new pg.Pool({ connectionString: application.databaseUrl })
  try {
    await expect(application.another(over(pool))).rejects.toMatchObject({
      message: expect.stringContaining('DateStyle'),
    })
  } finally {
    await pool.end()
  }
})

it('a pool of the application that keeps to ISO dates works', async () => {
  const pool = new pg.Pool({
    connectionString: application.databaseUrl,
    options: '-c DateStyle=ISO -c TimeZone=UTC -c standard_conforming_strings=on -c search_path=public',
  })
  const rindle = await application.another(over(pool))
  expect((await rindle.upload('photo', await quadrants(20, 20), { filename: 'd.jpg' })).state).toBe('validating')
  await rindle.stop()
  await pool.end()
})
