import { defineProfile, type Rindle } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'

const accept = { types: ['image/jpeg'], maxBytes: 1_000_000 } as const
const thumb = image.crop(8, 8, { format: 'webp' })
const small = image.fit(16, null, { format: 'webp' })
const profiles = {
  photo: defineProfile({ storage: 'main', accept, variants: { thumb, small } }),
  other: defineProfile({ storage: 'main', accept, variants: { thumb } }),
}

let application: Application<typeof profiles>
let rindle: Rindle<typeof profiles>
let photos: readonly string[]
let other: string

beforeAll(async () => {
  application = await startApplication({ profiles })
  rindle = application.rindle
  const workers = await application.work()
  const upload = async (profile: keyof typeof profiles): Promise<string> =>
    (await settled(rindle, (await rindle.upload(profile, await quadrants(20, 20), { filename: 'a.jpg' })).id)).id
  photos = [await upload('photo'), await upload('photo'), await upload('photo')]
  other = await upload('other')
  await workers.stop()
})
afterAll(() => application[Symbol.asyncDispose]())

/** As after a night on which a disk was full: thumbs failed of that, and one of another cause. */
beforeEach(async () => {
  await sql('delete from pgboss.job')
  await sql(`update rindle.media_variants set state = 'ready', error_reason = null, updated_at = now()`)
  await sql(`update rindle.media_variants set state = 'failed', error_reason = 'insufficient_disk',
    updated_at = now() - interval '1 hour' where name = 'thumb'`)
  await sql(
    `update rindle.media_variants set error_reason = 'corrupt_media' where asset_id = '${photos[0]}' and name = 'thumb'`,
  )
  await sql(`update rindle.media_variants set state = 'cancelled' where asset_id = '${photos[1]}' and name = 'small'`)
  await sql(`update rindle.media_assets set state = 'degraded'`)
})

const sql = (text: string): Promise<number> => rindle.prisma.$executeRawUnsafe(text)

async function queued(): Promise<readonly string[]> {
  const rows = await rindle.prisma.mediaVariant.findMany({ where: { state: 'queued' }, orderBy: [{ assetId: 'asc' }] })
  return rows.map(({ assetId, name }) => `${assetId} ${name}`)
}

describe('requeueing many', () => {
  it('only counts, until it is told to do it', async () => {
    const counts = { selected: 5, enqueued: 5, skipped: 0, errors: 0, interrupted: false }
    expect(await rindle.requeueAll()).toEqual({ ...counts, dryRun: true })
    expect(await queued()).toEqual([])
    expect(await rindle.requeueAll({ live: true })).toEqual({ ...counts, dryRun: false })
    expect((await queued()).length).toBe(5)
    expect((await rindle.checkInvariants()).violations).toEqual([])
    const workers = await application.work()
    for (const id of [...photos, other]) expect((await settled(rindle, id)).state).toBe('ready')
    await workers.stop()
  })

  it.each([
    ['a reason', { reason: 'insufficient_disk' }, () => [photos[1], photos[2], other].map((id) => `${id} thumb`)],
    ['a profile', { profile: 'other' }, () => [`${other} thumb`]],
    ['names', { variants: ['small'] }, () => [`${photos[1]} small`]],
    ['an age', { olderThanSeconds: 1_800, reason: 'corrupt_media' }, () => [`${photos[0]} thumb`]],
  ] as const)('takes only those of %s', async (_what, options, expected) => {
    await rindle.requeueAll({ ...options, live: true })
    expect(await queued()).toEqual(expected().toSorted())
  })

  it('leaves those that are younger than asked for', async () => {
    expect(await rindle.requeueAll({ olderThanSeconds: 7_200, live: true })).toMatchObject({ selected: 0 })
    expect(await queued()).toEqual([])
  })

  it('skips assets that cannot be delivered, and variants that nobody declares', async () => {
    await sql(`update rindle.media_assets set state = 'quarantined' where id = '${other}'`)
    await sql(`update rindle.media_variants set name = 'gone' where asset_id = '${photos[1]}' and name = 'small'`)
    expect(await rindle.requeueAll({ live: true })).toMatchObject({ selected: 5, enqueued: 3, skipped: 2, errors: 0 })
    await sql(`update rindle.media_variants set name = 'small' where name = 'gone'`)
  })

  it('refuses names that can only be mistyped', async () => {
    await expect(rindle.requeueAll({ profile: 'foto' as 'photo' })).rejects.toMatchObject({ code: 'unknown_profile' })
    await expect(rindle.requeueAll({ variants: ['thum'] })).rejects.toMatchObject({ code: 'unknown_variant' })
    await expect(rindle.requeueAll({ olderThanSeconds: -1 })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
