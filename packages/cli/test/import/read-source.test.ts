import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { activeStorageSource } from '../../src/import/active-storage.ts'
import { defaultOwnerType } from '../../src/import/default-owner-type.ts'
import type { FoundFile } from '../../src/import/found-file.ts'
import { mappingOf } from '../../src/import/mapping.ts'
import { fillTemplate, pathMatcher } from '../../src/import/path-template.ts'
import { relationOf } from '../../src/import/payload.ts'
import { openTables } from '../../src/import/source-tables.ts'
import { sourceTime } from '../../src/import/source-time.ts'

describe('a time of a database', () => {
  test.each([
    ['2026-11-29 14:14:06.019584', 'UTC', '2026-11-29T14:14:06.019Z'],
    ['2026-11-29T14:14:19.492Z', 'Asia/Tokyo', '2026-11-29T14:14:19.492Z'],
    ['2026-11-29 14:14:06+02', 'UTC', '2026-11-29T12:14:06.000Z'],
    ['2026-11-29 14:14:06-0330', 'UTC', '2026-11-29T17:44:06.000Z'],
    ['2024-07-01 12:00:00', 'Europe/Berlin', '2024-07-01T10:00:00.000Z'],
    ['2024-01-01 12:00:00', 'Europe/Berlin', '2024-01-01T11:00:00.000Z'],
    ['2024-03-31 03:00:00', 'Europe/Berlin', '2024-03-31T01:00:00.000Z'],
  ])('%s in %s is %s', (text, zone, at) => expect(sourceTime(text, zone)?.toISOString()).toBe(at))

  test.each([null, undefined, '', 'yesterday', '2026-13-01 00:00:00'])('%s is none', (text) =>
    expect(sourceTime(text)).toBeUndefined(),
  )
})

test.each([
  ['Member', 'member'],
  ['Blog::PostImage', 'blog_post_image'],
  ['App\\Models\\PhotoAlbum', 'photo_album'],
  ['post', 'post'],
])('%s owns as %s', (name, type) => expect(defaultOwnerType(name)).toBe(type))

describe('the template of a path', () => {
  test('reads the parts that it names', () => {
    expect(pathMatcher('{owner_type}/{owner_id}/{slot}/{filename}')('album/7/photos/Été (1).jpg')).toEqual({
      owner_type: 'album',
      owner_id: '7',
      slot: 'photos',
      filename: 'Été (1).jpg',
    })
    expect(pathMatcher('{owner_id}.{any}')('7.jpg')).toMatchObject({ owner_id: '7' })
    expect(pathMatcher('a+b/{owner_id}/{any}')('aab/7/c')).toBeNull()
    expect(pathMatcher('{owner_id}')('a/b')).toBeNull()
  })

  test('refuses placeholders that are unknown or there twice', () => {
    expect(() => pathMatcher('{id}')).toThrow('--template names {id}')
    expect(() => pathMatcher('{slot}/{slot}')).toThrow('twice')
    expect(fillTemplate('m/{id}/{file_name}', { id: '7', file_name: 'a.jpg' })).toBe('m/7/a.jpg')
    expect(() => fillTemplate('{uuid}', { id: '7', uuid: null })).toThrow('--template names {uuid}')
  })
})

test('tables are read page by page, each row once, whatever the ids look like', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-import-'))
  try {
    const AT = { checksum: null, created_at: '2026-01-01 00:00:00' }
    const blobs = Array.from({ length: 1_200 }, (_, index) => ({
      id: index + 1,
      key: `k${index}`,
      filename: 'a.jpg',
      ...AT,
    }))
    const rows = blobs.map(({ id }) => ({ id, blob_id: id, record_type: 'A', record_id: 1, name: 'files', ...AT }))
    const tables = { active_storage_blobs: blobs, active_storage_attachments: rows }
    await writeFile(join(directory, 'tables.json'), JSON.stringify(tables))
    await using open = await openTables('tables.json', directory, 'active_storage_blobs')
    await expect(activeStorageSource(open, { service: 'local', isOnDisk: true })).rejects.toThrow(
      'has only one service',
    )
    const source = await activeStorageSource(open, { service: undefined, isOnDisk: true })
    expect(await source.count()).toBe(1_200)
    const found: FoundFile[] = []
    for await (const page of source.files()) found.push(...(page as FoundFile[]))
    expect(found.map(({ key }) => key)).toEqual(blobs.map(({ key }) => key))
    expect(found.map(({ places }) => places[0]?.position)).toEqual([...blobs.keys()])
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('a mapping takes the longest name that it knows, then the profile', () => {
  const { placeOf, profiles } = mappingOf(['A::Post.image=photo/cover@article', 'Post.image=scan'], 'rest')
  const place = { ownerType: 'post', ownerId: '1', slot: 'image', position: 2 }
  expect(placeOf({ ...place, type: 'A::Post' })).toEqual({
    profile: 'photo',
    owner: { type: 'article', id: '1' },
    slot: 'cover',
    position: 2,
  })
  expect(placeOf({ ...place, type: 'B::Post' })).toMatchObject({ profile: 'scan', slot: 'image' })
  expect(placeOf({ ...place, type: 'Page' })).toMatchObject({ profile: 'rest', owner: { type: 'post' } })
  expect(profiles).toEqual(['photo', 'scan', 'rest'])
  expect(() => mappingOf(['Album=photo'], undefined)).toThrow('--map must be <type>.<slot>=<profile>')
  expect(() => relationOf('hero')).toThrow('--relation must be <file>:<field>')
  expect(relationOf('a/b.json:layout.image=post/cover')).toEqual({
    file: 'a/b.json',
    field: 'layout.image',
    ownerType: 'post',
    slot: 'cover',
  })
  expect(mappingOf(['Post.image=scan'], undefined).placeOf({ ...place, type: 'Page' })).toBeNull()
})
