import { type Asset, type DeliveryRequest, defineProfile, type Owner, type RindleEvent } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { fromPgClient } from '@rindle/prisma'
import { image } from '@rindle/processor-image/recipes'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploy } from '../operations/deployment.ts'
import { type Application, startApplication } from '../support/application.ts'
import { insertReadyAssets } from './ready-assets.ts'

const OWNERS = 200
const variants = { thumb: image.crop(80, 80, { format: 'webp' }) } as const
const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
/** Everybody may see the thumbnails, and only the owners the originals. */
const mayDeliver = ({ asset, variant, actor }: DeliveryRequest) => {
  if (actor === 'broken') throw new Error('The policy cannot be read.')
  if (actor === asset?.id) return true
  return variant === 'thumb' && actor !== 'banned'
}
const profiles = {
  avatar: defineProfile({
    storage: 'main',
    accept,
    variants,
    slots: { avatar: 'one' },
    delivery: { authorize: mayDeliver },
  }),
  plain: defineProfile({ storage: 'main', accept, slots: { avatar: 'one' } }),
}

// The clock of URLs stands, so that two calls give one asset the same.
const moment = new Date()
const now = (): Date => moment

let application: Application<typeof profiles>
let pool: pg.Pool
let queries: string[]
let owners: readonly Owner[]

beforeAll(async () => {
  application = await startApplication({ profiles, now })
  pool = new pg.Pool({ connectionString: application.databaseUrl })
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown
    const record = (...given: unknown[]): unknown => {
      const [statement] = given as [string | { readonly text: string }]
      queries.push(typeof statement === 'string' ? statement : statement.text)
      return query(...given)
    }
    Object.assign(client, { query: record })
  })
  queries = []
  const client = await pool.connect()
  owners = await insertReadyAssets(fromPgClient(client), {
    profile: 'avatar',
    count: OWNERS,
    variants: profiles.avatar.variants,
  })
  client.release()
})
afterAll(async () => {
  await pool.end()
  await application[Symbol.asyncDispose]()
})

describe('a list of 200 owners with avatars', () => {
  it('renders with two queries, and with one more where assets were read without their variants', async () => {
    const connectionString = application.databaseUrl
    const rindle = await deploy(application, profiles, {
      database: { pool },
      jobs: pgBossJobs({ connectionString }),
      now,
    })
    const signed: RindleEvent<'rindle.delivery.signed'>[] = []
    rindle.on('rindle.delivery.signed', (event) => void signed.push(event))

    queries = []
    const attachments = await rindle.attachmentsFor(owners, ['avatar'])
    const assets = attachments.map(({ asset }) => rindle.narrow(asset, 'avatar'))
    const urls = await rindle.urlsFor(assets, { variants: ['thumb'] })
    expect(queries).toHaveLength(2)
    expect(urls.size).toBe(OWNERS)
    for (const { id } of assets) {
      expect(urls.get(id)).toEqual({ original: null, variants: { thumb: expect.stringMatching(/^http.*\/media\//) } })
    }
    expect(signed).toHaveLength(OWNERS)

    queries = []
    const pictures = await Promise.all(
      assets.map((asset) => rindle.picture(asset, { variants: ['thumb'], alt: 'A member' })),
    )
    expect(queries).toEqual([])
    expect(new Set(pictures.map(({ html }) => html)).size).toBe(OWNERS)

    const bare = assets.map(({ variants: _variants, ...asset }): Asset<'avatar'> => asset)
    queries = []
    expect(await rindle.urlsFor(bare, { variants: ['thumb'] })).toEqual(urls)
    expect(queries).toHaveLength(1)

    queries = []
    signed.length = 0
    const refused = await rindle.urlsFor(assets, { variants: ['thumb'], original: true, actor: 'banned' })
    expect(new Set([...refused.values()].flatMap((one) => [one.original, one.variants.thumb]))).toEqual(new Set([null]))
    expect(signed).toEqual([])
    expect(queries).toEqual([])
  })
})

describe('URLs of many assets', () => {
  async function someAssets(count: number) {
    const rows = await application.rindle.prisma.mediaAsset.findMany({ take: count, orderBy: { id: 'asc' } })
    const read = await Promise.all(rows.map(({ id }) => application.rindle.asset(id)))
    return read.flatMap((asset) => (asset === null ? [] : [application.rindle.narrow(asset, 'avatar')]))
  }

  it('are null where they may not be delivered, and the rest has its own', async () => {
    const [mine, other, gone] = await someAssets(3)
    if (mine === undefined || other === undefined || gone === undefined) throw new Error('There are no assets.')
    const quarantined = { ...gone, state: 'quarantined' } as const
    const unfinished = { ...other, id: '01900000-0000-7900-8000-000000000001', variants: [] }
    const urls = await application.rindle.urlsFor([mine, other, quarantined, unfinished, mine], {
      variants: ['thumb'],
      original: true,
      onNotReady: 'placeholder',
      actor: mine.id,
    })
    const kinds = [...urls].map(
      ([
        id,
        {
          original,
          variants: { thumb },
        },
      ]) => [id, original !== null, thumb !== null],
    )
    expect(kinds).toEqual([
      [mine.id, true, true],
      [other.id, false, true],
      [quarantined.id, false, false],
      [unfinished.id, false, false],
    ])
  })

  it('are those of the originals when no variants are named', async () => {
    const [mine] = await someAssets(1)
    if (mine === undefined) throw new Error('There is no asset.')
    const urls = await application.rindle.urlsFor([mine], { actor: mine.id })
    expect(urls.get(mine.id)).toEqual({
      original: await application.rindle.url(mine, { actor: mine.id }),
      variants: {},
    })
    expect(await application.rindle.urlsFor([])).toEqual(new Map())
  })

  it('are null for a variant that the profile of one asset does not have, and an error when none has it', async () => {
    const [mine] = await someAssets(1)
    if (mine === undefined) throw new Error('There is no asset.')
    const plain = { ...mine, id: '01900000-0000-7900-8000-000000000002', profile: 'plain' } as const
    const urls = await application.rindle.urlsFor([mine, plain], { variants: ['thumb'] })
    expect(urls.get(plain.id)).toEqual({ original: null, variants: { thumb: null } })
    const wrong = application.rindle.urlsFor([mine], { variants: ['thum' as 'thumb'] })
    await expect(wrong).rejects.toMatchObject({ code: 'unknown_variant', message: expect.stringContaining('thumb') })
  })

  it('are not hidden by an authorizer that cannot answer', async () => {
    const failing = application.rindle.urlsFor(await someAssets(2), { variants: ['thumb'], actor: 'broken' })
    await expect(failing).rejects.toThrow('The policy cannot be read.')
  })
})
