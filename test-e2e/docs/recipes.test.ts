import path from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { createClient } from '@rindle/client'
import { defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ServedApplication, serveApplication } from '../http/served-application.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { codeBlocks, repository } from './code-blocks.ts'
import { type SavedPage, savePage } from './saved-page.ts'

const ARE_RUN = byRunLength('recipes for transactions and for Uppy, as their pages write them', {
  sample: false,
  short: true,
  long: true,
})

describe.skipIf(!ARE_RUN)('the recipe for a transaction', () => {
  /** A file of the page exports its function, and what holds its connections. */
  interface Recipe {
    createMember(name: string, picture: File): Promise<number | string>
    readonly db?: { readonly $client?: pg.Pool; destroy?(): Promise<void> }
    readonly knex?: { destroy(): Promise<void> }
    readonly pool?: pg.Pool
  }

  const PAGE = 'docs/recipes/transactions.md'
  const profiles = {
    avatar: defineProfile({
      storage: 'main',
      accept: { types: ['image/*'], maxBytes: 1_000_000 },
      variants: { thumb: image.crop(160, 160, { format: 'webp' }) },
      slots: { avatar: 'one' },
    }),
  }
  const EXAMPLE_CLIENT = path.join(repository, 'examples/next/generated/prisma/client.ts')
  // The columns of the page, and those that the Prisma client of the example has besides.
  const MEMBERS = `create table members (
    id uuid primary key default gen_random_uuid(), name text not null check (name <> ''),
    about text not null default '', created_at timestamptz not null default now())`
  const names = codeBlocks(PAGE).flatMap(({ name }) => (name?.startsWith('members-with-') ? [name] : []))

  let application: Application<typeof profiles>
  let pool: pg.Pool
  let prisma: { $disconnect(): Promise<void> }
  let page: SavedPage

  beforeAll(async () => {
    application = await startApplication({ profiles })
    vi.stubEnv('DATABASE_URL', application.databaseUrl)
    pool = new pg.Pool({ connectionString: application.databaseUrl })
    await pool.query(MEMBERS)
    const { PrismaClient } = (await import(EXAMPLE_CLIENT)) as {
      readonly PrismaClient: new (options: { readonly adapter: PrismaPg }) => typeof prisma
    }
    prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: application.databaseUrl }) })
    page = await savePage(PAGE, { rindle: application.rindle, prisma })
  })

  afterAll(async () => {
    vi.unstubAllEnvs()
    await prisma.$disconnect()
    await pool.end()
    await application[Symbol.asyncDispose]()
    await page[Symbol.asyncDispose]()
  })

  test.each(names)('%s leaves the member and the picture, or neither', async (name) => {
    const recipe = (await import(page.path(name))) as Recipe
    try {
      const picture = new File([await quadrants(20, 20)], 'me.jpg')
      const id = await recipe.createMember('Ada', picture)
      const attached = await application.rindle.attachmentFor({ type: 'member', id }, 'avatar')
      expect(attached?.asset.filename).toBe('me.jpg')
      const before = await traces()
      // An empty name breaks the rule of the table.
      await expect(recipe.createMember('', picture)).rejects.toThrow()
      expect(await traces()).toEqual(before)
    } finally {
      await recipe.pool?.end()
      await recipe.knex?.destroy()
      await (recipe.db?.destroy?.() ?? recipe.db?.$client?.end())
    }
  })

  test('an upload that came first is attached in a transaction', async () => {
    const { rindle } = application
    const userId = 12
    const picture = new File([await quadrants(20, 20)], 'me.jpg')
    await using workers = { ...(await application.work()), [Symbol.asyncDispose]: async () => workers.stop() }
    const uploaded = async (): Promise<string> => {
      const { id } = await rindle.upload('avatar', picture, { actorId: String(userId) })
      await settled(rindle, id)
      return id
    }
    const given = { rindle, prisma, userId }
    for (const block of ['block-2.ts', 'block-3.ts']) {
      const assetId = await uploaded()
      await using copy = await savePage(PAGE, { ...given, assetId })
      await import(copy.path(block))
      const { rows } = await pool.query('select slot from rindle.media_attachments where asset_id = $1', [assetId])
      expect(rows).toEqual([{ slot: 'avatar' }])
    }
  })

  /** How many members and assets there are, and which files are stored. */
  async function traces(): Promise<object> {
    const { rows } = await pool.query(
      'select (select count(*) from members) as members, (select count(*) from rindle.media_assets) as assets',
    )
    const keys: string[] = []
    for await (const { key } of application.storage.list('')) keys.push(key)
    return { ...rows[0], keys: keys.toSorted() }
  }
})

describe.skipIf(!ARE_RUN)('the recipe for Uppy', () => {
  /** The part of Uppy in use: its own types need those of a browser. */
  interface UppyLike {
    addFile(file: object): void
    upload(): Promise<{
      readonly successful?: readonly { readonly meta: Record<string, unknown> }[]
      readonly failed?: readonly { readonly name: string; readonly error: string | null }[]
    }>
  }

  let served: ServedApplication
  let page: SavedPage

  beforeAll(async () => {
    served = await serveApplication()
    await served.application.work()
    page = await savePage('docs/recipes/uppy.md', {})
  })

  afterAll(async () => {
    await served[Symbol.asyncDispose]()
    await page[Symbol.asyncDispose]()
  })

  test('shows a refused file as failed, in a sentence, and gives the ids of the others', async () => {
    const core = '@uppy/core'
    const { default: Uppy } = (await import(core)) as { readonly default: new () => UppyLike }
    const { uploadWithRindle } = (await import(page.path('rindle-uploader.ts'))) as {
      readonly uploadWithRindle: (uppy: UppyLike, profile: string, client: object) => void
    }
    const uppy = new Uppy()
    uploadWithRindle(uppy, 'photo', createClient({ baseUrl: served.url, headers: { 'x-actor': 'ann' } }))
    const picture = await quadrants(20, 20)
    uppy.addFile({ name: 'a.jpg', type: 'image/jpeg', data: new Blob([picture]) })
    uppy.addFile({ name: 'b.jpg', type: 'image/jpeg', data: new Blob(['This is no picture.']) })
    const { successful = [], failed = [] } = await uppy.upload()
    expect(failed.map(({ name, error }) => [name, error])).toEqual([['b.jpg', 'Files of this type are not accepted.']])
    const ids = successful.map(({ meta }) => String(meta['assetId']))
    const assets = await Promise.all(ids.map((id) => served.rindle.asset(id)))
    expect(assets.map((asset) => [asset?.filename, asset?.state])).toEqual([['a.jpg', 'ready']])
  })
})
