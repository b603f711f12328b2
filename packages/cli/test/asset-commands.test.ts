import { type Database, openDatabase } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, configText, jpeg, makeApplication } from './application.ts'
import { type Finished, rindle } from './captured-io.ts'

const UNKNOWN = '01900000-0000-7000-8000-000000000000'
const DRY = 'Dry run: nothing was changed.'

let database: TestDatabase
let application: Application
let client: Database

beforeAll(async () => {
  database = await createTestDatabase()
  client = openDatabase(database.url)
  application = await makeApplication()
  await application.write('rindle.config.ts', configText({}))
  await application.write('one.jpg', await jpeg())
})

afterAll(async () => {
  await client.close()
  await application[Symbol.asyncDispose]()
  await database.drop()
})

function command(...argv: readonly string[]): Promise<Finished> {
  return rindle(argv, { cwd: application.directory, env: { DATABASE_URL: database.url } })
}

/** An asset as it waits for its promotion, or for its two variants to be made. */
async function uploaded(isPromoted = false): Promise<string> {
  const { stdout } = await command('upload', 'photo', 'one.jpg')
  const id = /asset (\S+)/.exec(stdout)?.[1] ?? ''
  if (!isPromoted) return id
  await client.executeSql(`update rindle.media_assets set state = 'processing', kind = 'image' where id = $1`, [id])
  await client.executeSql(
    `insert into rindle.media_variants (id, asset_id, name, state, output_kind, recipe, recipe_digest)
     select gen_random_uuid(), $1, name, 'queued', 'image', '{"kind":"image","format":"webp"}', repeat('0', 64)
     from unnest(array['small', 'tiny']) as name`,
    [id],
  )
  return id
}

describe('cancel', () => {
  test('names what it cancels, and has nothing to do the second time', async () => {
    const id = await uploaded(true)
    const title = 'Rindle: cancelling of the work on an asset...\n'
    expect(await command('cancel', id, '--dry-run')).toEqual({
      stdout: `${title}would be cancelled: small\nwould be cancelled: tiny\n  cancelled: 2\nDone.\n`,
      stderr: `${DRY}\n`,
      exitCode: 0,
    })
    expect(await command('cancel', id)).toEqual({
      stdout: `${title}cancelled: small\ncancelled: tiny\n  cancelled: 2\nDone.\n`,
      stderr: 'Make them after all with `rindle requeue <assetId>`.\n',
      exitCode: 0,
    })
    expect(await command('cancel', id)).toEqual({
      stdout: `${title}  cancelled: 0\nDone.\n`,
      stderr: 'There is no work to cancel.\n',
      exitCode: 0,
    })
    const { stdout } = await command('cancel', id, '--format', 'json')
    expect(JSON.parse(stdout)).toEqual({ cancelled: 0, interrupted: false, variants: [], dry_run: false })
    const requeued = await command('requeue', id, '--dry-run')
    expect(requeued.stdout).toContain('  selected: 2\n  enqueued: 2\n')
    expect(requeued.stderr).toBe(`${DRY}\n`)
  })

  test('says that there is no such asset, in JSON as the one document', async () => {
    expect(await command('cancel', UNKNOWN)).toMatchObject({
      stderr: `rindle: There is no asset ${UNKNOWN}.\n`,
      exitCode: 1,
    })
    const { stdout, stderr, exitCode } = await command('cancel', 'me.jpg', '--format', 'json')
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'not_found' } })
    expect(stderr).toBe('')
    expect(exitCode).toBe(1)
  })
})

describe('purge', () => {
  const summary = (detached: number, enqueued: number, dryRun: boolean): string =>
    'Rindle: purge of an asset...\n' +
    `  found:    1\n  detached: ${detached}\n  enqueued: ${enqueued}\n  skipped:  0\n  dry_run:  ${dryRun}\nDone.\n`

  test('looks, and does it when it is told', async () => {
    const id = await uploaded()
    expect(await command('purge', id)).toEqual({
      stdout: summary(0, 0, true),
      stderr: 'Dry run: nothing was changed. Do it with --live.\n',
      exitCode: 0,
    })
    expect(await command('purge', id, '--live')).toEqual({
      stdout: summary(0, 1, false),
      stderr: 'A worker of the queue purge deletes its objects, then its rows.\n',
      exitCode: 0,
    })
  })

  test('refuses an asset that is attached, unless it is told to take it away', async () => {
    const id = await uploaded()
    await client.executeSql(
      `insert into rindle.media_attachments (id, asset_id, owner_type, owner_id, slot)
       values (gen_random_uuid(), $1, 'member', '7', 'cover')`,
      [id],
    )
    const refused = await command('purge', id, '--live')
    expect(refused.stderr).toBe(
      `rindle: Asset ${id} is attached to member:7 (cover). Detach it first, or purge it with the option detach.\n`,
    )
    expect(refused.exitCode).toBe(1)
    const json = await command('purge', id, '--format', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'conflict', details: { attachments: 1 } } })
    expect((await command('purge', id, '--detach')).stdout).toBe(summary(1, 0, true))
    expect((await command('purge', id, '--detach', '--no-dry-run')).stdout).toBe(summary(1, 1, false))
  })

  test.each([
    [['purge', UNKNOWN, '--liv'], 'Unknown option --liv. Did you mean --live? See `rindle purge --help`.'],
    [['purge', UNKNOWN, '--live', '--dry-run'], '--live and --dry-run exclude each other.'],
    [['purge'], 'Usage: rindle purge <assetId>.'],
    [['cancel', UNKNOWN, '--dryrun'], 'Unknown option --dryrun. Did you mean --dry-run?'],
    [['cancle', UNKNOWN], 'Unknown command "cancle". Did you mean "cancel"?'],
  ])('refuses %j in one line', async (argv, message) => {
    const { exitCode, stderr } = await command(...argv)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(exitCode).toBe(2)
  })
})

describe('a dry run', () => {
  test.each(['reprobe', 'requeue'])('of %s says that nothing was changed', async (name) => {
    const id = await uploaded()
    await client.executeSql(`update rindle.media_assets set state = 'ready' where id = $1`, [id])
    const { stderr, exitCode } = await command(name, id, '--dry-run')
    expect(stderr).toContain(DRY)
    expect(exitCode).toBe(0)
  })

  test.each([
    'abort-incomplete-uploads',
    'backfill-metadata',
    'recover-lost-work',
    'regenerate-variants',
    'verify-storage',
  ])('of %s says that nothing was changed, in JSON too', async (name) => {
    expect((await command(name, '--dry-run')).stderr).toContain(DRY)
    expect(JSON.parse((await command(name, '--dry-run', '--format', 'json')).stdout)).toMatchObject({ dry_run: true })
    expect(JSON.parse((await command(name, '--format', 'json')).stdout)).toMatchObject({ dry_run: false })
  })
})
