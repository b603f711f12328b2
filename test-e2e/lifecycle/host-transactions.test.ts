import { PrismaPg } from '@prisma/adapter-pg'
import { fromPgClient, type RindleEvent, type SqlExecutor } from '@rindle/core'
import { fromDrizzle, fromKnex, fromKysely, fromPrisma } from '@rindle/jobs-pgboss'
import { PrismaClient } from '@rindle/prisma'
import { sql as drizzleSql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import knexFactory from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

/** Runs work in a transaction of one query library; it commits unless the work throws. */
type Transactor = (work: (tx: SqlExecutor) => Promise<void>) => Promise<void>

let application: Application<typeof photoProfiles>
let pool: pg.Pool
const transactors: Record<string, Transactor> = {}
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  application = await startApplication()
  const connectionString = application.databaseUrl
  pool = new pg.Pool({ connectionString })
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }) })
  const kysely = new Kysely<Record<string, never>>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }),
  })
  const orm = drizzle(pool)
  const knex = knexFactory({ client: 'pg', connection: connectionString })
  closers.push(
    () => prisma.$disconnect(),
    () => kysely.destroy(),
    () => knex.destroy(),
    () => pool.end(),
  )
  transactors['pg'] = async (work) => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      await work(fromPgClient(client))
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }
  transactors['Prisma'] = (work) => prisma.$transaction((tx) => work(fromPrisma(tx)))
  transactors['Kysely'] = (work) => kysely.transaction().execute((tx) => work(fromKysely(tx)))
  transactors['Drizzle'] = (work) => orm.transaction((tx) => work(fromDrizzle(tx, drizzleSql)))
  transactors['Knex'] = (work) => knex.transaction((tx) => work(fromKnex(tx)))
})
afterAll(async () => {
  for (const close of closers) await close()
  await application[Symbol.asyncDispose]()
})

/** How many rows and jobs know this asset. */
async function traces(assetId: string): Promise<{ rows: number; attachments: number; jobs: number }> {
  const { rows } = await pool.query(
    `select
       (select count(*)::int from rindle.media_assets where id = $1) as rows,
       (select count(*)::int from rindle.media_attachments where asset_id = $1) as attachments,
       (select count(*)::int from pgboss.job where data ->> 'assetId' = $1::text) as jobs`,
    [assetId],
  )
  return rows[0]
}

describe.each(['pg', 'Prisma', 'Kysely', 'Drizzle', 'Knex'])('a transaction of %s', (library) => {
  const transact: Transactor = (work) => (transactors[library] as Transactor)(work)

  it('that commits has the asset, its attachment and its job', async () => {
    const { rindle } = application
    const received = await rindle.receive('photo', await quadrants(20, 20), { filename: 'a.jpg' })
    await transact(async (tx) => {
      const asset = await rindle.register(received, { tx })
      await rindle.attach(asset, { type: library, id: 1 }, 'avatar', { tx })
      await rindle.append(asset, { type: library, id: 1 }, 'gallery', { tx })
      await rindle.reorder({ type: library, id: 1 }, 'gallery', [asset.id], { tx })
    })
    expect(await traces(received.assetId)).toEqual({ rows: 1, attachments: 2, jobs: 1 })
  })

  it('that rolls back leaves no row and no job, and the bytes can be discarded', async () => {
    const { rindle } = application
    const received = await rindle.receive('photo', await quadrants(20, 20), { filename: 'a.jpg' })
    const rolledBack = transact(async (tx) => {
      const asset = await rindle.register(received, { tx })
      await rindle.attach(asset, { type: library, id: 2 }, 'avatar', { tx })
      throw new Error('The application changed its mind.')
    })
    await expect(rolledBack).rejects.toThrow('The application changed its mind.')
    expect(await traces(received.assetId)).toEqual({ rows: 0, attachments: 0, jobs: 0 })
    await rindle.discard(received)
  })

  it('that rolls back a detach leaves the attachment and no purge', async () => {
    const { rindle } = application
    const owner = { type: library, id: 3 }
    const asset = await rindle.upload('photo', await quadrants(20, 20), { filename: 'a.jpg', owner, slot: 'avatar' })
    const rolledBack = transact(async (tx) => {
      await rindle.detach(owner, 'avatar', { tx })
      throw new Error('no')
    })
    await expect(rolledBack).rejects.toThrow('no')
    expect(await traces(asset.id)).toEqual({ rows: 1, attachments: 1, jobs: 1 })
    await transact((tx) => rindle.detach(owner, 'avatar', { tx }))
    expect(await traces(asset.id)).toEqual({ rows: 1, attachments: 0, jobs: 2 })
  })

  it('emits its events once the handle learns of the commit, and not before', async () => {
    const { rindle } = application
    const seen: string[] = []
    const off = rindle.on('rindle.upload.stop', ({ metadata }: RindleEvent<'rindle.upload.stop'>) => {
      seen.push(metadata.profile)
    })
    const received = await rindle.receive('photo', await quadrants(20, 20), { filename: 'a.jpg' })
    let afterCommit = (): void => {}
    await transact(async (tx) => {
      const handle = rindle.withTransaction(tx)
      afterCommit = () => handle.afterCommit()
      await rindle.register(received, { tx: handle })
    })
    expect(seen).toEqual([])
    afterCommit()
    afterCommit()
    off()
    expect(seen).toEqual(['photo'])
  })
})

it('announces through the committed job what a bare transaction could not', async () => {
  const { rindle } = application
  const seen: string[] = []
  const off = rindle.on('rindle.upload.stop', ({ metadata }) => {
    seen.push(metadata.strategy)
  })
  const received = await rindle.receive('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  await (transactors['pg'] as Transactor)(async (tx) => void (await rindle.register(received, { tx })))
  expect(seen).toEqual([])
  const workers = await application.work()
  await settled(rindle, received.assetId)
  await workers.stop()
  off()
  expect(seen).toContain('proxied')
})

it('refuses a transaction that is not wrapped, and says how to wrap it', async () => {
  const { rindle } = application
  const received = await rindle.receive('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  const wrong = rindle.register(received, { tx: {} as SqlExecutor })
  await expect(wrong).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining('fromPrisma') })
  await rindle.discard(received)
})

it('keeps the bytes of a registered upload, whoever discards them after a commit with a lost answer', async () => {
  const { rindle, storage } = application
  const received = await rindle.receive('photo', await quadrants(20, 20), { filename: 'a.jpg' })
  await (transactors['pg'] as Transactor)(async (tx) => void (await rindle.register(received, { tx })))
  await rindle.discard(received)
  expect(await storage.head(received.storageKey)).not.toBeNull()
})
