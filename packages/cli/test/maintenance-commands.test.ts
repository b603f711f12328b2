import { existsSync } from 'node:fs'
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../src/index.ts'
import { capturedIo } from './captured-io.ts'
import { useApplication } from './use-application.ts'

const ANALYZER = `const colours = { name: 'colours', analyze: async () => ({ main: 'blue' }) }`
const OLD = new Date(Date.now() - 100 * 86_400_000)

const config = { before: ANALYZER, profile: 'analyzers: [colours],' }
const cli = useApplication({ config, each: 'copied' })
const { command, here } = cli

let assetId: string

beforeAll(async () => {
  assetId = await cli.readyAsset()
})

afterEach(async () => {
  await rm(join(cli.application.directory, 'work'), { recursive: true, force: true })
})

const DRY = 'Dry run: nothing was changed. Add --live to do it.\n'

describe('maintenance', () => {
  test('ends overdue uploads, then deletes their remains', async () => {
    await cli.client.executeSql(
      `insert into rindle.media_assets (id, profile, storage, storage_key, state, filename)
       values ('01900000-0000-7000-8000-000000000001', 'photo', 'main', 'staging/photo/a/b.jpg', 'staged', 'a.jpg')`,
    )
    await cli.client.executeSql(
      `insert into rindle.media_upload_sessions (id, asset_id, state, upload_strategy, upload_key, expires_at)
       values ('01900000-0000-7000-8000-000000000002', '01900000-0000-7000-8000-000000000001', 'signed',
         'presigned_put', 'staging/photo/a/b.jpg', now() - interval '1 hour')`,
    )
    const aborted = await command('abort-incomplete-uploads')
    expect(aborted.stdout).toBe(
      'Rindle: ending uploads past their deadline...\n' +
        '  sessions_found:   1\n  sessions_expired: 1\n  remote_aborted:   0\n  errors:           0\nDone.\n',
    )
    expect(aborted.exitCode).toBe(0)

    const cleanup = (deleted: number, dryRun: boolean): string =>
      'Rindle: cleanup of expired uploads...\n' +
      `  sessions_found:   1\n  sessions_deleted: ${deleted}\n  objects_deleted:  0\n  objects_missing:  1\n` +
      '  objects_late:     0\n' +
      `  errors:           0\n  dry_run:          ${dryRun}\nDone.\n`
    expect(await command('cleanup-orphans')).toMatchObject({ stdout: cleanup(0, true), stderr: DRY, exitCode: 0 })
    expect(await command('cleanup-orphans', '--live')).toMatchObject({ stdout: cleanup(1, false), stderr: '' })
    const again = await command('cleanup-orphans', '--no-dry-run', '--format', 'json', '--storage', 'main')
    expect(JSON.parse(again.stdout)).toMatchObject({ sessions_found: 0, dry_run: false, interrupted: false })
  })

  test('lists objects that no row knows, and deletes them with --live', async () => {
    const key = 'photo/019a3b1c-7d2e-7f00-8000-000000000001/original-stray.jpg'
    const path = join(cli.application.directory, 'media', key)
    await mkdir(dirname(path))
    await writeFile(path, 'stray')
    await utimes(path, OLD, OLD)
    const dry = await command('scan-orphans')
    expect(dry.stdout).toBe(
      'Rindle: looking for objects that no row knows...\n' +
        `orphan main ${key}  5 B  ${OLD.toISOString()}\n` +
        '  scanned: 4\n  matched: 1\n  deleted: 0\n  bytes:   5\n  errors:  0\n  dry_run: true\nDone.\n',
    )
    expect(dry.stderr).toBe(DRY)
    expect(existsSync(path)).toBe(true)
    const live = await command('scan-orphans', '--live', '--prefix', 'photo/019a3b1c-7', '--format', 'json')
    expect(JSON.parse(live.stdout)).toMatchObject({
      scanned: 1,
      deleted: 1,
      orphans: [{ storage: 'main', key, byte_size: 5 }],
    })
    expect(existsSync(path)).toBe(false)
  })

  test('sweeps what killed workers have left', async () => {
    const path = join(cli.application.directory, 'work', 'run-abandoned')
    await mkdir(path, { recursive: true })
    await utimes(path, OLD, OLD)
    const summary = (deleted: number, dryRun: boolean): string =>
      'Rindle: sweep of abandoned work files...\n' +
      `  scanned: 1\n  matched: 1\n  deleted: ${deleted}\n  bytes:   0\n  errors:  0\n  dry_run: ${dryRun}\nDone.\n`
    expect(await command('sweep-orphaned-temp-files')).toMatchObject({ stdout: summary(0, true), stderr: DRY })
    expect(await command('sweep-orphaned-temp-files', '--live')).toMatchObject({ stdout: summary(1, false) })
    expect(existsSync(path)).toBe(false)
  })

  test('runs analyzers again, and counts an original that is gone as failed', async () => {
    await cli.client.executeSql(`update rindle.media_assets set metadata = '{}' where id = $1`, [assetId])
    const summary = (updated: number): string =>
      'Rindle: running the analyzers and making placeholders...\n' +
      `  scanned:      1\n  updated:      ${updated}\n  placeholders: 0\n  failed:       0\nDone.\n`
    expect(await command('backfill-metadata')).toMatchObject({ stdout: summary(1), exitCode: 0 })
    expect(await command('backfill-metadata', '--analyzer', 'colours')).toMatchObject({ stdout: summary(0) })
    await cli.client.executeSql(`update rindle.media_assets set storage_key = 'photo/gone' where id = $1`, [assetId])
    expect(await command('backfill-metadata')).toMatchObject({
      stdout: expect.stringContaining('failed:       1\n'),
      exitCode: 1,
    })
  })

  test('finds work whose job is gone', async () => {
    await cli.client.executeSql(`update rindle.media_assets set state = 'deleted', updated_at = $2 where id = $1`, [
      assetId,
      OLD,
    ])
    const summary = (found: number, enqueued: number): string =>
      'Rindle: looking for work whose job is gone...\n' +
      `  found:    ${found}\n  enqueued: ${enqueued}\n  errors:   0\nDone.\n`
    expect(await command('recover-lost-work', '--dry-run')).toMatchObject({
      stdout: summary(1, 0),
      stderr: 'Dry run: nothing was changed.\n',
    })
    expect(await command('recover-lost-work')).toMatchObject({ stdout: summary(1, 1), stderr: '' })
    expect(await command('recover-lost-work', '--older-than-sec', '1')).toMatchObject({ stdout: summary(0, 0) })
  })

  test('purges unattached assets with --live', async () => {
    await cli.client.executeSql('update rindle.media_assets set updated_at = $2 where id = $1', [assetId, OLD])
    const summary = (enqueued: number, skipped: number, dryRun: boolean): string =>
      'Rindle: purge of unattached assets...\n' +
      `  found:    1\n  enqueued: ${enqueued}\n  skipped:  ${skipped}\n  errors:   0\n  dry_run:  ${dryRun}\nDone.\n`
    expect(await command('purge-unattached')).toMatchObject({ stdout: summary(0, 0, true), stderr: DRY })
    expect(await command('purge-unattached', '--live')).toMatchObject({ stdout: summary(1, 0, false) })
    expect(await command('purge-unattached', '--live', '--profile', 'photo')).toMatchObject({
      stdout: summary(0, 1, false),
    })
  })

  test('prunes old runs with --live', async () => {
    await cli.client.executeSql('update rindle.media_processing_runs set finished_at = $1', [OLD])
    const { rows } = await cli.client.executeSql('select count(*)::int as count from rindle.media_processing_runs')
    const count = Number(rows[0]?.['count'])
    expect(count).toBeGreaterThan(0)
    const summary = (deleted: number, dryRun: boolean): string =>
      'Rindle: pruning of processing runs...\n' +
      `  runs_found:   ${count}\n  runs_deleted: ${deleted}\n  dry_run:      ${dryRun}\nDone.\n`
    expect(await command('prune-runs')).toMatchObject({ stdout: summary(0, true), stderr: DRY })
    expect(await command('prune-runs', '--live')).toMatchObject({ stdout: summary(count, false) })
  })

  test.each([
    'abort-incomplete-uploads',
    'cleanup-orphans',
    'scan-orphans',
    'sweep-orphaned-temp-files',
    'backfill-metadata',
    'recover-lost-work',
    'purge-unattached',
    'prune-runs',
  ])('%s ends with its summary when it is interrupted, or when nothing is left to do', async (name) => {
    await cli.client.executeSql('truncate rindle.media_assets, rindle.media_processing_runs, pgboss.job cascade')
    expect((await command(name)).exitCode).toBe(0)
    await cli.client.executeSql(
      `insert into rindle.media_assets (id, profile, storage, storage_key, state, filename, kind, content_type, byte_size,
         updated_at)
       select gen_random_uuid(), 'photo', 'main', 'photo/' || state || '/a.jpg', state, 'a.jpg', 'image', 'image/jpeg', 1,
         now() - interval '100 days'
       from unnest(array['ready', 'available', 'deleted']) as state`,
    )
    await cli.client.executeSql(
      `insert into rindle.media_upload_sessions (id, asset_id, state, upload_strategy, upload_key, expires_at)
       select gen_random_uuid(), id, step, 'presigned_put', 'staging/' || step, now() - interval '1 hour'
       from rindle.media_assets, unnest(array['signed', 'expired']) as step where state = 'ready'`,
    )
    await mkdir(join(cli.application.directory, 'work', 'run-1'), { recursive: true })
    const io = capturedIo({ ...here(), signal: AbortSignal.abort() })
    expect(await run([name, ...(name === 'prune-runs' ? ['--live'] : [])], io)).toBe(130)
    expect(io.stdout.text).toMatch(/\n {2}\w+: +0\n[^]*Interrupted\.\n$/)
  })

  test.each([
    [['cleanup-orphans', '--storage', 'mian'], 'There is no storage "mian". Configured storages: main.'],
    [['scan-orphans', '--grace-sec', 'soon'], '--grace-sec must be a number of seconds from 0.'],
    [['scan-orphans', '--live', '--dry-run'], 'Use --live or --dry-run, not both.'],
    [['backfill-metadata', '--analyzer', 'colors'], 'There is no analyzer "colors". Configured analyzers: colours.'],
    [['backfill-metadata', '--profile', 'foto'], 'There is no profile "foto". Did you mean "photo"?'],
    [['purge-unattached', '--grace-sec', '-1'], '--grace-sec must be a number of seconds from 0.'],
    [['sweep-orphaned-temp-file'], 'Did you mean "sweep-orphaned-temp-files"?'],
  ])('refuses %j in one line', async (argv, message) => {
    const { exitCode, stderr } = await command(...argv)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(exitCode).toBe(2)
  })
})
