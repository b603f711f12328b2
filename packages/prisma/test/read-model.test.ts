import { type Database, type MediaAsset, openDatabase } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DIGEST } from './legal-rows.ts'

let testDatabase: TestDatabase
let database: Database

// A server far from UTC, where a driver that forgets the offset is wrong by hours.
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  const setUp = openDatabase(testDatabase.url)
  await setUp.executeSql(`alter database "${new URL(testDatabase.url).pathname.slice(1)}" set timezone = 'Asia/Tokyo'`)
  await setUp.close()
  database = openDatabase(testDatabase.url)
})

afterAll(async () => {
  await database.close()
  await testDatabase.drop()
})

const ID = '01890000-0000-7000-8000-000000000001'
const AT = new Date('2026-01-02T03:04:05.678Z')

beforeEach(async () => {
  await database.executeSql('truncate rindle.media_assets cascade')
  await database.executeSql(
    `insert into rindle.media_assets (id, profile, storage, storage_key, filename, state, byte_size, metadata, created_at, updated_at)
     values ($1, 'avatar', 'main', 'k', 'a.jpg', 'staged', 9007199254740993, $2, $3, $3)`,
    [ID, { exif: [1] }, AT],
  )
  await database.executeSql(
    `insert into rindle.media_variants (id, asset_id, name, state, output_kind, recipe, recipe_digest)
     values (gen_random_uuid(), $1, 'thumb', 'planned', 'image', '{}', $2)`,
    [ID, DIGEST],
  )
})

test('rows that SQL wrote are read with their types, times and sizes unchanged', async () => {
  const asset = await database.prisma.mediaAsset.findUniqueOrThrow({ where: { id: ID }, include: { variants: true } })
  expect(asset).toMatchObject({
    id: ID,
    state: 'staged',
    kind: null,
    storageKey: 'k',
    byteSize: 9007199254740993n,
    metadata: { exif: [1] },
    createdAt: AT,
    updatedAt: AT,
    variants: [{ name: 'thumb', progress: 0, attempt: 0 }],
  })
})

test('times that Prisma compares with and writes are the same instants in SQL', async () => {
  expect(await database.prisma.mediaAsset.count({ where: { createdAt: AT } })).toBe(1)
  const later = new Date(AT.getTime() + 1_000)
  const updated: MediaAsset = await database.prisma.mediaAsset.update({ where: { id: ID }, data: { createdAt: later } })
  const { rows } = await database.executeSql('select created_at, updated_at from rindle.media_assets where id = $1', [
    ID,
  ])
  expect(rows).toEqual([{ created_at: later, updated_at: updated.updatedAt }])
})

test('it is one client, made when it is first asked for', () => {
  expect(database.prisma).toBe(database.prisma)
})
