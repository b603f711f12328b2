import { type Asset, defineProfile, fromPgClient, type Owner, type SqlExecutor } from '@rindle/core'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { objectsIn, snapshot } from './snapshot.ts'

const slots = { avatar: 'many', cover: 'many', gallery: 'many' } as const
const profiles = {
  plain: defineProfile({ storage: 'main', slots, accept: { types: ['image/*'], maxBytes: 1_000_000 } }),
}

let application: Application<typeof profiles>
let picture: Buffer
let lastOwner = 0
const newOwner = (): Owner => ({ type: 'member', id: ++lastOwner })

beforeAll(async () => {
  application = await startApplication({ profiles })
  picture = await quadrants(8, 8)
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
})

/** An asset that these owners hold at these slots. */
async function held(...places: readonly (readonly [Owner, keyof typeof slots])[]): Promise<Asset<'plain'>> {
  const asset = await application.rindle.upload('plain', picture, { filename: 'a.jpg' })
  for (const [owner, slot] of places) await application.rindle.append(asset, owner, slot)
  return asset
}

async function holders(owner: Owner, slot: keyof typeof slots): Promise<readonly string[]> {
  return (await application.rindle.attachmentsFor([owner], [slot])).map(({ assetId }) => assetId)
}

async function purgeJobs(): Promise<readonly string[]> {
  const jobs = await application.rindle.prisma.$queryRaw<{ key: string }[]>`
    select singleton_key as key from pgboss.job where name = 'rindle_purge' order by 1`
  return jobs.map(({ key }) => key)
}

/** Does `first` in a transaction, lets `second` begin and come as far as it can, and only then commits. */
async function besideOpenTransaction<T>(
  first: (tx: SqlExecutor) => Promise<unknown>,
  second: () => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: application.databaseUrl })
  await client.connect()
  await client.query('begin')
  await first(fromPgClient(client))
  const running = second()
  const blocked = vi.waitFor(
    async () => {
      const waiting = await application.rindle.prisma.$queryRaw<unknown[]>`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      expect(waiting).toHaveLength(1)
    },
    { timeout: 10_000 },
  )
  await Promise.race([running, blocked])
  await client.query('commit')
  await client.end()
  return running
}

const sorted = (...assets: readonly { id: string }[]) => assets.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1))

describe('the erasure of an owner', () => {
  it('detaches everything, purges assets that nobody else holds, and keeps the others', async () => {
    const { rindle } = application
    const [owner, other] = [newOwner(), newOwner()]
    const own = await held([owner, 'avatar'])
    const twice = await held([owner, 'gallery'], [owner, 'cover'])
    const shared = await held([owner, 'gallery'], [other, 'gallery'])
    const foreign = await held([other, 'avatar'])

    const preview = await rindle.previewOwnerErasure(owner)
    expect(preview).toEqual({
      attachmentsToDetach: expect.any(Array),
      assetsToPurge: sorted(own, twice),
      retainedSharedAssets: [shared.id],
      blocked: [],
    })
    expect(preview.attachmentsToDetach).toHaveLength(4)
    expect(await rindle.eraseOwner(owner)).toEqual(preview)
    expect(await purgeJobs()).toEqual(sorted(own, twice))

    const workers = await application.work({ queues: ['rindle_purge'] })
    await vi.waitFor(async () => expect(await rindle.asset(twice.id)).toBeNull(), { timeout: 10_000 })
    await vi.waitFor(async () => expect(await rindle.asset(own.id)).toBeNull(), { timeout: 10_000 })
    await workers.stop()
    for (const { id } of [own, twice]) expect(await objectsIn(application.storage, `plain/${id}/`)).toEqual([])
    for (const { id } of [shared, foreign]) {
      expect(await rindle.asset(id)).not.toBeNull()
      expect(await objectsIn(application.storage, `plain/${id}/`)).toHaveLength(1)
    }
    expect((await rindle.attachmentsFor([other], ['gallery', 'avatar'])).map(({ assetId }) => assetId)).toEqual([
      foreign.id,
      shared.id,
    ])
  })

  it('can be repeated, also by two at the same time', async () => {
    const { rindle } = application
    const owner = newOwner()
    const asset = await held([owner, 'avatar'], [owner, 'cover'])
    const reports = await Promise.all([rindle.eraseOwner(owner), rindle.eraseOwner(owner)])
    expect(reports.flatMap(({ assetsToPurge }) => assetsToPurge)).toEqual([asset.id])
    expect(await rindle.eraseOwner(owner)).toEqual({
      attachmentsToDetach: [],
      assetsToPurge: [],
      retainedSharedAssets: [],
      blocked: [],
    })
    expect(await purgeJobs()).toEqual([asset.id])
  })

  it('changes nothing as a preview', async () => {
    const owner = newOwner()
    await held([owner, 'avatar'])
    const before = await snapshot(application.rindle, application.storage)
    await application.rindle.previewOwnerErasure(owner)
    await application.rindle.previewOwnerErasures([owner, newOwner()])
    expect(await snapshot(application.rindle, application.storage)).toEqual(before)
  })

  it('commits and rolls back with the transaction of the application', async () => {
    const { rindle } = application
    const owner = newOwner()
    const asset = await held([owner, 'avatar'])
    const client = new pg.Client({ connectionString: application.databaseUrl })
    await client.connect()
    await client.query('begin')
    await rindle.eraseOwner(owner, { tx: fromPgClient(client) })
    await client.query('rollback')
    expect(await holders(owner, 'avatar')).toEqual([asset.id])
    expect(await purgeJobs()).toEqual([])
    await client.query('begin')
    await rindle.eraseOwner(owner, { tx: fromPgClient(client) })
    await client.query('commit')
    await client.end()
    expect(await holders(owner, 'avatar')).toEqual([])
    expect(await purgeJobs()).toEqual([asset.id])
  })

  it('waits for a running attach, and detaches its asset', async () => {
    const { rindle } = application
    const owner = newOwner()
    const first = await held([owner, 'avatar'])
    const second = await held()
    const report = await besideOpenTransaction(
      (tx) => rindle.attach(second, owner, 'avatar', { tx }),
      () => rindle.eraseOwner(owner),
    )
    expect(report.assetsToPurge).toEqual([second.id])
    expect(await holders(owner, 'avatar')).toEqual([])
    expect(await purgeJobs()).toEqual(sorted(first, second))
  })

  it('and of another one who shares an asset, at the same time, purges it once', async () => {
    const { rindle } = application
    const [one, other] = [newOwner(), newOwner()]
    const shared = await held([one, 'avatar'], [other, 'avatar'])
    const report = await besideOpenTransaction(
      (tx) => rindle.eraseOwner(one, { tx }),
      () => rindle.eraseOwner(other),
    )
    expect(report.assetsToPurge).toEqual([shared.id])
    expect(await purgeJobs()).toEqual([shared.id])
  })

  it('races with attaches without a deadlock, and leaks no asset', { timeout: 60_000 }, async () => {
    const { rindle } = application
    const other = await application.another()
    for (let round = 0; round < 40; round += 1) {
      const owner = newOwner()
      const first = await held([owner, 'avatar'], [owner, 'cover'])
      const second = await held([owner, 'gallery'])
      await Promise.all([
        rindle.eraseOwner(owner),
        other.attach(second, owner, 'avatar'),
        other.append(first, owner, 'gallery'),
      ])
      const kept = await rindle.attachmentsFor([owner], ['avatar', 'cover', 'gallery'])
      const jobs = await purgeJobs()
      for (const { id } of [first, second]) {
        const isAttached = kept.some(({ assetId }) => assetId === id)
        // A purge looks again; but without an attachment there has to be one.
        if (!isAttached) expect(jobs).toContain(id)
      }
    }
  })

  it('refuses an invalid owner', async () => {
    await expect(application.rindle.eraseOwner({ type: '', id: 1 })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(application.rindle.previewOwnerErasure({ type: 'a', id: '' })).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })
})

describe('the erasure of many owners', () => {
  it('previews exactly the later result, also for assets that only these owners share', async () => {
    const { rindle } = application
    const [a, b, c] = [newOwner(), newOwner(), newOwner()]
    const amongThem = await held([a, 'avatar'], [b, 'avatar'])
    const withC = await held([a, 'cover'], [b, 'cover'], [c, 'cover'])
    const own = await held([b, 'gallery'])
    const totals = {
      owners: 3,
      attachmentsToDetach: 5,
      assetsToPurge: 2,
      retainedSharedAssets: 3,
      blocked: 0,
      errors: 0,
    }
    const owners = [a, b, a]
    expect(await rindle.previewOwnerErasures(owners)).toEqual({ ...totals, dryRun: true, interrupted: false })
    expect(await rindle.eraseOwners(owners)).toEqual({ ...totals, dryRun: false, interrupted: false })
    expect(await purgeJobs()).toEqual(sorted(amongThem, own))
    expect(await holders(c, 'cover')).toEqual([withC.id])
  })

  it('continues after an owner that fails, and stops between two when it is interrupted', async () => {
    const { rindle } = application
    const owners = [newOwner(), newOwner(), newOwner()]
    for (const owner of owners) await held([owner, 'avatar'])
    const bad = { type: 'member', id: 'avatar'.repeat(300) }
    const stop = new AbortController()
    async function* source(): AsyncGenerator<Owner> {
      yield bad
      yield* owners.slice(0, 2)
      stop.abort()
      yield* owners.slice(2)
    }
    expect(await rindle.eraseOwners(source(), { signal: stop.signal })).toMatchObject({
      owners: 3,
      attachmentsToDetach: 2,
      errors: 1,
      interrupted: true,
    })
    expect(await rindle.eraseOwners(owners)).toMatchObject({ owners: 3, attachmentsToDetach: 1, assetsToPurge: 1 })
  })
})
