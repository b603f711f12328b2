import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { jpeg } from '../application.ts'
import { useApplication } from '../use-application.ts'
import { fixture, hashOfTree, unpack } from './unpack.ts'

const profile = `
  accept: { types: ['image/*', 'text/plain', 'application/pdf'], maxBytes: 1_000_000 },
  slots: { avatar: 'one', cover: 'one', photos: 'many', papers: 'many', gallery: 'many' },
  variants: {},`
const cli = useApplication({ config: { profile } })

let rails: string
let payload: string

beforeAll(async () => {
  const { directory } = cli.application
  rails = await unpack('active-storage', directory)
  payload = await unpack('payload', directory)
})
beforeEach(async () => {
  await cli.client.executeSql('truncate rindle.media_assets cascade')
  await cli.client.executeSql('drop table if exists public.active_storage_attachments, public.active_storage_blobs')
})

const TO_PHOTO = ['--profile', 'photo'] as const

interface Imported {
  readonly would_import?: number
  readonly imported?: number
  readonly already_imported: number
  readonly problems: readonly { readonly key: string; readonly outcome: string; readonly reason: string | null }[]
}

async function imported(...argv: readonly string[]): Promise<Imported> {
  const { stdout, stderr } = await cli.command('import', ...argv, '--format', 'json')
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Imported
}

/** What is attached, as `owner slot: filenames`. */
async function attached(): Promise<readonly string[]> {
  const { rows } = await cli.client.executeSql(
    `select owner_type || ':' || owner_id || ' ' || slot || ': ' || string_agg(filename, ', ' order by position) as line
     from rindle.media_attachments join rindle.media_assets as asset on asset.id = asset_id
     group by owner_type, owner_id, slot order by 1`,
  )
  return rows.map(({ line }) => String(line))
}

async function assetCount(): Promise<number> {
  const { rows } = await cli.client.executeSql('select count(*)::int as count from rindle.media_assets')
  return Number(rows[0]?.['count'])
}

describe('from a folder', () => {
  async function folder(name: string, paths: readonly string[]): Promise<string> {
    const directory = join(cli.application.directory, name)
    for (const path of paths) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), await jpeg())
    }
    return directory
  }

  test('judges every file first, then imports it once, with the owner and slot of its path', async () => {
    const directory = await folder('members', ['7/cover/Été 1.JPG', '8/cover/two.jpg', '8/notes.jpg', '.hidden/a.jpg'])
    await writeFile(join(directory, '9.jpg'), '<!doctype html><script>alert(1)</script>')
    const args = [
      'folder',
      'members',
      ...TO_PHOTO,
      '--template',
      '{owner_id}/{slot}/{filename}',
      '--owner-type',
      'member',
    ]
    expect(await imported(...args)).toMatchObject({ would_import: 2, unmatched: 2, dry_run: true })
    expect(await assetCount()).toBe(0)
    const before = await hashOfTree(directory)
    expect(await imported(...args, '--live')).toMatchObject({ imported: 2, already_imported: 0 })
    expect(await imported(...args, '--live')).toMatchObject({ imported: 0, already_imported: 2 })
    expect(await attached()).toEqual(['member:7 cover: Été 1.JPG', 'member:8 cover: two.jpg'])
    expect(await hashOfTree(directory)).toBe(before)
  })

  test('reports what is refused, and writes a line for every file', async () => {
    const directory = await folder('mixed', ['good.jpg'])
    await writeFile(join(directory, 'page.jpg'), '<!doctype html><script>alert(1)</script>')
    await writeFile(join(directory, 'empty.jpg'), '')
    await symlink('/etc/hosts', join(directory, 'link.jpg'))
    const dry = await cli.command(
      'import',
      'folder',
      'mixed',
      ...TO_PHOTO,
      '--report',
      'report.ndjson',
      '--concurrency',
      '1',
    )
    expect(dry).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Add --live to import.') })
    expect(dry.stdout).toContain('refused: page.jpg  ')
    expect(dry.stdout).toMatch(/would_import: +1\n/)
    const lines = (await readFile(join(cli.application.directory, 'report.ndjson'), 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { key: 'empty.jpg', outcome: 'refused', reason: 'upload_rejected' },
      { key: 'good.jpg', outcome: 'imported' },
      { key: 'page.jpg', outcome: 'refused' },
    ])
  })

  test('takes the objects of a storage, by a copy or where they are', async () => {
    await folder('media/Old Files', ['A/One.JPG', 'Two.JPG'])
    const args = ['folder', 'Old Files/', '--storage', 'main', ...TO_PHOTO]
    expect(await imported(...args)).toMatchObject({ would_import: 2 })
    expect(await imported(...args, '--live', '--in-place')).toMatchObject({ imported: 2 })
    const { rows } = await cli.client.executeSql(
      'select storage_key from rindle.media_assets where in_place order by 1',
    )
    expect(rows.map((row) => row['storage_key'])).toEqual(['Old Files/A/One.JPG', 'Old Files/Two.JPG'])
    expect(await imported(...args, '--live')).toMatchObject({ imported: 0, already_imported: 2 })
  })

  test('refuses what cannot be meant, and says what to write', async () => {
    const refused: readonly (readonly [argv: readonly string[], message: string])[] = [
      [['folder', 'nowhere', '--profile', 'photo'], 'There is no directory'],
      [['folder', '.'], 'Name a --profile, or a --map.'],
      [['folder', '.', ...TO_PHOTO, '--in-place'], '--in-place needs --storage'],
      [['payload', 'rindle.config.ts', ...TO_PHOTO, '--files', '.'], 'Cannot read rindle.config.ts as JSON'],
      [['payload', 'media.json', ...TO_PHOTO], 'Say where the files are'],
      [['active-storage', 'one.jpg', ...TO_PHOTO, '--files', '.'], 'Cannot open the database one.jpg'],
      [
        ['medialibrary', 'media.json', ...TO_PHOTO, '--files', '.', '--time-zone', 'Mars'],
        'There is no time zone "Mars"',
      ],
    ]
    for (const [argv, message] of refused) {
      const { exitCode, stderr } = await cli.command('import', ...argv)
      expect(stderr).toContain(message)
      expect(exitCode).not.toBe(0)
    }
  })
})

describe('from Active Storage', () => {
  const FILES = ['--files', 'active-storage/storage'] as const
  const EXPECTED = [
    'album:1 papers: report.pdf',
    'album:1 photos: grüße an alle.jpg, photo.webp, still.gif, no extension',
    'album:2 photos: grüße an alle.jpg',
    'member:1 avatar: portrait.jpg',
    'member:2 avatar: turned.jpg',
  ]

  test('imports what Rails attached, once, and leaves variants out and the source as it is', async () => {
    const before = await hashOfTree(rails)
    const args = ['active-storage', 'active-storage/active-storage.sqlite3', ...FILES, ...TO_PHOTO]
    const facts = { variants: 3, unattached: 2, missing: 0, damaged: 0, errors: 0, refused: 5 }
    expect(await imported(...args)).toMatchObject({ would_import: 7, ...facts })
    const first = await imported(...args, '--live')
    expect(first).toMatchObject({ imported: 7, already_imported: 0, ...facts })
    expect(await attached()).toEqual(EXPECTED)
    expect(await imported(...args, '--live')).toMatchObject({ imported: 0, already_imported: 7, ...facts })
    expect(await attached()).toEqual(EXPECTED)
    expect(await hashOfTree(rails)).toBe(before)
    const { rows } = await cli.client.executeSql(
      `select created_at from rindle.media_assets where filename = 'portrait.jpg'`,
    )
    expect(rows[0]?.['created_at']).toEqual(new Date('2026-11-29T14:14:06.019Z'))
  })

  test('reads PostgreSQL, maps by kind, and reports what is damaged, missing or not mapped', async () => {
    await copyToPostgres(join(rails, 'active-storage.sqlite3'))
    const damaged = join(rails, 'storage/a7/v6/a7v6dc6ltq1yw9poseqoyik0nrvu')
    const whole = await readFile(damaged)
    await writeFile(damaged, Buffer.concat([whole, Buffer.from([0])]))
    try {
      const maps = ['--map', 'Member.avatar=photo/cover@user', '--map', 'Album.photos=photo/gallery']
      const args = ['active-storage', cli.database.url, ...FILES, ...maps]
      const report = await imported(...args, '--live', '--unattached')
      expect(report).toMatchObject({ imported: 5, damaged: 1, unmapped: [{ kind: 'Album.papers', files: 5 }] })
      expect(report.problems).toContainEqual(
        expect.objectContaining({
          key: 'a7v6dc6ltq1yw9poseqoyik0nrvu',
          outcome: 'damaged',
          reason: 'checksum_mismatch',
        }),
      )
      expect(await attached()).toEqual([
        EXPECTED[1]?.replace('photos', 'gallery'),
        EXPECTED[2]?.replace('photos', 'gallery'),
        'user:2 cover: turned.jpg',
      ])
      const rest = await imported(...args, ...TO_PHOTO, '--live', '--unattached')
      expect(rest).toMatchObject({ imported: 2, already_imported: 5, missing: 1 })
      expect(rest.problems).toContainEqual(expect.objectContaining({ outcome: 'missing' }))
    } finally {
      await writeFile(damaged, whole)
    }
  })

  test('asks which service, where there are several', async () => {
    await copyToPostgres(join(rails, 'active-storage.sqlite3'))
    await cli.client.executeSql(`update public.active_storage_blobs set service_name = 'amazon' where id = 3`)
    const args = ['active-storage', cli.database.url, ...FILES, ...TO_PHOTO]
    expect((await cli.command('import', ...args)).stderr).toContain('several services: amazon, local')
    expect(await imported(...args, '--service', 'local')).toMatchObject({ would_import: 6 })
  })
})

describe('from Payload', () => {
  test('imports an upload collection, attached as the documents refer to it', async () => {
    const { media, posts } = JSON.parse(await readFile(fixture('payload-rows.json'), 'utf8')) as Record<string, unknown>
    await cli.application.write('media.json', JSON.stringify({ docs: media, totalDocs: 13 }))
    await cli.application.write('posts.json', JSON.stringify(posts))
    const before = await hashOfTree(payload)
    const relations = ['--relation', 'posts.json:hero=post/cover', '--relation', 'posts.json:gallery=post/gallery']
    const args = ['payload', 'media.json', '--files', 'payload/files', ...relations, ...TO_PHOTO]
    expect(await imported(...args, '--live')).toMatchObject({ imported: 3, unattached: 10 })
    expect(await attached()).toEqual(['post:1 cover: portrait.jpg', 'post:1 gallery: logo.png, turned.jpg'])
    expect(await imported(...args, '--live', '--unattached')).toMatchObject({
      imported: 6,
      already_imported: 3,
      refused: 4,
    })
    expect(await hashOfTree(payload)).toBe(before)
    expect(await readdir(join(payload, 'files'))).toHaveLength(21)
  })

  test('follows no path out of the directory', async () => {
    await cli.application.write('media.json', JSON.stringify([{ id: 1, filename: '../payload.sqlite3' }]))
    const report = await imported('payload', 'media.json', '--files', 'payload/files', ...TO_PHOTO, '--unattached')
    expect(report).toMatchObject({ would_import: 0, errors: 1, problems: [{ reason: 'invalid_input' }] })
  })
})

describe('from medialibrary', () => {
  test('imports the rows of its table, in their order and in their time zone', async () => {
    const directory = join(cli.application.directory, 'public')
    const rows = [
      { id: 1, order_column: 2, file_name: 'one.jpg', name: 'one', collection_name: 'photos' },
      { id: 2, order_column: 1, file_name: 'two.jpg', name: 'two', collection_name: 'photos' },
      { id: 3, order_column: null, file_name: 'cover.jpg', name: 'cover', collection_name: 'cover' },
    ].map((row) => ({
      model_type: 'App\\Models\\PhotoAlbum',
      model_id: 5,
      uuid: `0${row.id}`,
      mime_type: 'image/jpeg',
      disk: 'public',
      conversions_disk: 'public',
      size: 9,
      manipulations: [],
      custom_properties: {},
      generated_conversions: { thumb: true },
      responsive_images: [],
      created_at: '2024-07-01 12:00:00',
      updated_at: null,
      ...row,
    }))
    for (const { id, file_name: name } of rows) {
      await mkdir(join(directory, 'media', `${id}`, 'conversions'), { recursive: true })
      await writeFile(join(directory, 'media', `${id}`, name), await jpeg())
      await writeFile(join(directory, 'media', `${id}`, 'conversions', 'thumb.jpg'), await jpeg())
    }
    await cli.application.write('media.json', JSON.stringify(rows))
    const zone = ['--time-zone', 'Europe/Berlin', '--template', 'media/{id}/{file_name}']
    const args = ['medialibrary', 'media.json', '--files', 'public', ...zone, ...TO_PHOTO]
    expect(await imported(...args, '--live', '--tenant', 'acme')).toMatchObject({ imported: 3, missing: 0 })
    expect(await imported(...args, '--live', '--tenant', 'acme')).toMatchObject({ imported: 0, already_imported: 3 })
    expect(await imported(...args, '--live')).toMatchObject({ errors: 3, problems: [{ reason: 'conflict' }, {}, {}] })
    expect(await attached()).toEqual(['photo_album:5 cover: cover.jpg', 'photo_album:5 photos: two.jpg, one.jpg'])
    const { rows: times } = await cli.client.executeSql('select distinct created_at from rindle.media_assets')
    expect(times).toEqual([{ created_at: new Date('2024-07-01T10:00:00Z') }])
  })
})

/** The tables as Rails' own migrations make them in PostgreSQL, with the rows of a SQLite file. */
async function copyToPostgres(path: string): Promise<void> {
  await cli.client.executeSql(`create table public.active_storage_blobs (id bigserial primary key, key varchar not null
    unique, filename varchar not null, content_type varchar, metadata text, service_name varchar not null,
    byte_size bigint not null, checksum varchar, created_at timestamp(6) without time zone not null)`)
  await cli.client.executeSql(`create table public.active_storage_attachments (id bigserial primary key, name varchar not
    null, record_type varchar not null, record_id bigint not null, blob_id bigint not null references
    public.active_storage_blobs, created_at timestamp(6) without time zone not null)`)
  using database = new DatabaseSync(path, { readOnly: true })
  for (const table of ['active_storage_blobs', 'active_storage_attachments']) {
    const rows = database.prepare(`select * from ${table}`).all()
    await cli.client.executeSql(
      `insert into public.${table} select * from jsonb_populate_recordset(null::public.${table}, $1::jsonb)`,
      [JSON.stringify(rows)],
    )
  }
}
