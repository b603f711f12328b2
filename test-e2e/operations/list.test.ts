import { createRindle, defineProfile, type Rindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SLOTS } from '../support/slots.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const profiles = {
  photo: defineProfile({ storage: 'main', slots: SLOTS, accept }),
  logo: defineProfile({ storage: 'main', slots: SLOTS, accept }),
}
/** `7` as the id of the asset that changed so many hours ago; its variants are `1` and `2` behind it. */
const assetId = (hours: number): string => `01900000-0000-7000-8000-0000000000${String(hours).padStart(2, '0')}`
const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000)

let database: TestDatabase
let rindle: Rindle<typeof profiles>

beforeAll(async () => {
  database = await createTestDatabase()
  rindle = createRindle({
    database: database.url,
    storages: { main: memoryStorage() },
    jobs: pgBossJobs(),
    logger: silentLogger,
    profiles,
  })
  const insertAsset = `insert into rindle.media_assets (id, profile, storage, storage_key, state, filename, error_reason, updated_at, content_type, byte_size)
    values ($1::uuid, $2, 'main', 'photo/' || $1::text || '/a.jpg', $3, 'a.jpg', $4, $5::timestamptz, 'image/jpeg', 1)`
  const insertVariant = `insert into rindle.media_variants (id, asset_id, name, state, output_kind, recipe, recipe_digest,
      error_reason, updated_at, storage_key, content_type, byte_size, generated_at)
    values (gen_random_uuid(), $1::uuid, $2, $3, 'image', '{}', repeat('0', 64), $4, $5::timestamptz,
      'photo/' || $1::text || '/' || $2::text, 'image/webp', 1, now())`
  for (const [hours, profile, state, reason, thumb] of [
    [1, 'photo', 'ready', null, 'ready'],
    [2, 'photo', 'quarantined', 'mime_not_allowed', null],
    [3, 'logo', 'quarantined', 'promotion_failed:unknown_profile', null],
    [4, 'photo', 'degraded', null, 'failed'],
    [5, 'logo', 'ready', 'original_missing', 'missing'],
    [6, 'retired', 'degraded', null, 'failed'],
    [7, 'photo', 'staged', null, null],
  ] as const) {
    await rindle.prisma.$executeRawUnsafe(insertAsset, assetId(hours), profile, state, reason, hoursAgo(hours))
    if (thumb === null) continue
    const error = thumb === 'failed' ? 'corrupt_media' : null
    await rindle.prisma.$executeRawUnsafe(insertVariant, assetId(hours), 'thumb', thumb, error, hoursAgo(hours))
    await rindle.prisma.$executeRawUnsafe(insertVariant, assetId(hours), 'wide', 'ready', null, hoursAgo(hours + 0.5))
  }
  const [ada, shown] = [
    { type: 'member', id: 'ada' },
    rindle.narrow({ id: assetId(1), profile: 'photo' } as never, 'photo'),
  ]
  await rindle.attach(shown, ada, 'avatar')
  await rindle.attach(shown, ada, 'cover')
  await rindle.attach({ id: assetId(5), profile: 'logo' }, ada, 'gallery')
})
afterAll(async () => {
  await rindle.stop()
  await database.drop()
})

/** How long ago those changed that are listed, in hours. */
async function assets(options: Parameters<typeof rindle.listAssets>[0] = {}): Promise<readonly number[]> {
  return (await rindle.listAssets(options)).assets.map(({ id }) => Number(id.slice(-2)))
}

async function variants(options: Parameters<typeof rindle.listVariants>[0] = {}): Promise<readonly string[]> {
  const { variants: listed } = await rindle.listVariants(options)
  return listed.map(({ assetId: id, name }) => `${Number(id.slice(-2))} ${name}`)
}

describe('a list of assets', () => {
  it('has the latest change first', async () => {
    expect(await assets()).toEqual([1, 2, 3, 4, 5, 6, 7])
    const { assets: listed, next } = await rindle.listAssets({ limit: 1 })
    expect(listed).toEqual([expect.objectContaining({ profile: 'photo', state: 'ready', filename: 'a.jpg' })])
    expect(next).toMatch(/^\d{4}-\d\d-\d\d .*_01900000-/)
  })

  it('is of some states, one profile, one owner, one reason, or what changed since', async () => {
    expect(await assets({ state: 'quarantined' })).toEqual([2, 3])
    expect(await assets({ state: ['degraded', 'quarantined', 'degraded'] })).toEqual([2, 3, 4, 6])
    expect(await assets({ profile: 'logo' })).toEqual([3, 5])
    expect(await assets({ owner: { type: 'member', id: 'ada' } })).toEqual([1, 5])
    expect(await assets({ owner: { type: 'member', id: 'ben' } })).toEqual([])
    expect(await assets({ error: 'mime_not_allowed' })).toEqual([2])
    expect(await assets({ error: 'unknown_profile' })).toEqual([3])
    expect(await assets({ error: 'promotion_failed:unknown_profile' })).toEqual([3])
    expect(await assets({ error: 'unknown' })).toEqual([])
    expect(await assets({ error: 'original_missing' })).toEqual([5])
    expect(await assets({ since: hoursAgo(2.5) })).toEqual([1, 2])
    expect(await assets({ state: ['quarantined', 'staged'], profile: 'photo', since: hoursAgo(6.5) })).toEqual([2])
  })

  it('knows a profile that is configured no longer, and refuses one that never was', async () => {
    expect(await assets({ profile: 'retired' as 'photo' })).toEqual([6])
    await expect(assets({ profile: 'foto' as 'photo' })).rejects.toMatchObject({ code: 'unknown_profile' })
  })

  it('continues after a page, with any filter, and ends', async () => {
    for (const options of [
      {},
      { state: ['ready', 'degraded', 'quarantined'] as const },
      { profile: 'photo' as const },
    ]) {
      const whole = await assets(options)
      const paged: number[] = []
      let after: string | null = null
      do {
        const page: Awaited<ReturnType<typeof rindle.listAssets>> = await rindle.listAssets({
          ...options,
          limit: 2,
          ...(after === null ? {} : { after }),
        })
        expect(page.assets.length).toBeLessThanOrEqual(2)
        paged.push(...page.assets.map(({ id }) => Number(id.slice(-2))))
        after = page.next
      } while (after !== null)
      expect(paged).toEqual(whole)
    }
    expect((await rindle.listAssets({ limit: 7 })).next).toBeNull()
  })

  it('tells rows apart that changed in the same microsecond, in whatever time zone the database is', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z')
    const old = { state: 'staged', profile: 'photo', storage: 'main', filename: 'b.jpg', updatedAt: at }
    const ids = [91, 92, 93].map(assetId)
    await rindle.prisma.mediaAsset.createMany({
      data: ids.map((id) => ({ ...old, id, storageKey: `photo/${id}/b.jpg` })),
    })
    await rindle.prisma.$executeRawUnsafe(
      `alter database "${new URL(database.url).pathname.slice(1)}" set timezone = 'Asia/Kolkata'`,
    )
    const zoned = createRindle({
      database: database.url,
      storages: { main: memoryStorage() },
      jobs: pgBossJobs(),
      profiles,
    })
    const listed: string[] = []
    let after: string | null = (await zoned.listAssets({ limit: 7 })).next
    while (after !== null) {
      const page: Awaited<ReturnType<typeof zoned.listAssets>> = await zoned.listAssets({ limit: 1, after })
      listed.push(...page.assets.map(({ id }) => id))
      after = page.next
    }
    await zoned.stop()
    expect(listed).toEqual(ids.toReversed())
    await rindle.prisma.mediaAsset.deleteMany({ where: { id: { in: ids } } })
  })

  it.each([
    [{ limit: 0 }, 'limit must be a whole number from 1 to 1000.'],
    [{ limit: 1_001 }, 'limit must be'],
    [{ after: 'next' }, '`after` must be the `next` of another page.'],
    [{ after: `2026-13-99 00:00:00+00_${assetId(1)}` }, '`after` must be'],
    [{ after: `2026-02-31 00:00:00+00_${assetId(1)}` }, '`after` must be'],
    [{ since: new Date(Number.NaN) }, '`since` must be a valid date.'],
    [{ state: 'redy' as 'ready' }, 'There is no state "redy". The states are: staged, '],
    [{ state: [] }, 'No state is named.'],
  ])('refuses %j', async (options, message) => {
    await expect(rindle.listAssets(options)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(message),
    })
  })
})

describe('a list of variants', () => {
  it('is narrowed by the same, profile and owner being those of their assets, and by name', async () => {
    expect(await variants({ limit: 3 })).toEqual(['1 thumb', '1 wide', '4 thumb'])
    expect(await variants({ state: 'failed' })).toEqual(['4 thumb', '6 thumb'])
    expect(await variants({ state: ['failed', 'missing'] })).toEqual(['4 thumb', '5 thumb', '6 thumb'])
    expect(await variants({ state: 'failed', error: 'corrupt_media', profile: 'photo' })).toEqual(['4 thumb'])
    expect(await variants({ error: 'corrupt_media', since: hoursAgo(5) })).toEqual(['4 thumb'])
    expect(await variants({ owner: { type: 'member', id: 'ada' }, variant: 'wide' })).toEqual(['1 wide', '5 wide'])
    expect(await variants({ state: 'failed', variant: 'wide' })).toEqual([])
  })

  it('looks through a bounded number of rows for a page, which then is short and has a next', async () => {
    const at = new Date(Date.now() - 60 * 86_400_000)
    await rindle.prisma.$executeRawUnsafe(
      `insert into rindle.media_variants (id, asset_id, name, state, output_kind, recipe, recipe_digest, updated_at)
       select gen_random_uuid(), $1::uuid, 'old_' || n, 'failed', 'image', '{}', repeat('0', 64),
         $2::timestamptz - n * interval '1 second'
       from generate_series(1, 5010) as n`,
      assetId(1),
      at,
    )
    const first = await rindle.listVariants({ state: 'failed', variant: 'old_5009', since: new Date(0) })
    expect(first.variants).toEqual([])
    expect(first.next).not.toBeNull()
    const second = await rindle.listVariants({ state: 'failed', variant: 'old_5009', after: first.next ?? '' })
    expect(second).toMatchObject({ variants: [{ name: 'old_5009' }], next: null })
    await rindle.prisma.mediaVariant.deleteMany({ where: { name: { startsWith: 'old_' } } })
  })

  it('continues after a page', async () => {
    const { next } = await rindle.listVariants({ limit: 3 })
    expect(await variants({ limit: 2, after: next ?? '' })).toEqual(['4 wide', '5 thumb'])
    await expect(variants({ state: 'degraded' as 'failed' })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
