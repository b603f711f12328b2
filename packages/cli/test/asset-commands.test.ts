import { beforeAll, describe, expect, test } from 'vitest'
import { run } from '../src/index.ts'
import { collect } from '../src/list/collect.ts'
import { sinceOf, untilOf } from '../src/list/since.ts'
import { capturedIo } from './captured-io.ts'
import { useApplication } from './use-application.ts'

const UNKNOWN = '01900000-0000-7000-8000-000000000000'
const DRY = 'Dry run: nothing was changed.'

const cli = useApplication()
const { command } = cli

/** An asset as it waits for its promotion, or for its two variants to be made. */
async function uploaded(isPromoted = false): Promise<string> {
  const { stdout } = await command('upload', 'photo', 'one.jpg')
  const id = /asset (\S+)/.exec(stdout)?.[1] ?? ''
  if (!isPromoted) return id
  await cli.client.executeSql(`update rindle.media_assets set state = 'processing', kind = 'image' where id = $1`, [id])
  await cli.client.executeSql(
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
    const title = 'Rindle: cancelling the work on an asset...\n'
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

  test('reports an unknown asset, in JSON as the one document', async () => {
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

  test('reports, and purges with --live', async () => {
    const id = await uploaded()
    expect(await command('purge', id)).toEqual({
      stdout: summary(0, 0, true),
      stderr: 'Dry run: nothing was changed. Add --live to do it.\n',
      exitCode: 0,
    })
    expect(await command('purge', id, '--live')).toEqual({
      stdout: summary(0, 1, false),
      stderr: 'A worker of the queue purge deletes its objects, then its rows.\n',
      exitCode: 0,
    })
  })

  test('refuses an attached asset, unless --detach is given', async () => {
    const id = await uploaded()
    await cli.client.executeSql(
      `insert into rindle.media_attachments (id, asset_id, owner_type, owner_id, slot)
       values (gen_random_uuid(), $1, 'member', '7', 'cover')`,
      [id],
    )
    const refused = await command('purge', id, '--live')
    expect(refused.stderr).toBe(
      `rindle: Asset ${id} is attached to member:7 (cover). Detach it first, or use the option detach.\n`,
    )
    expect(refused.exitCode).toBe(1)
    const json = await command('purge', id, '--format', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'conflict', details: { attachments: 1 } } })
    expect((await command('purge', id, '--detach')).stdout).toBe(summary(1, 0, true))
    expect((await command('purge', id, '--detach', '--no-dry-run')).stdout).toBe(summary(1, 1, false))
  })

  test.each([
    [['purge', UNKNOWN, '--liv'], 'Unknown option --liv. Did you mean --live? See `rindle purge --help`.'],
    [['purge', UNKNOWN, '--live', '--dry-run'], 'Use --live or --dry-run, not both.'],
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

describe('list', () => {
  const ids = [1, 2, 3].map((n) => `01900000-0000-7000-8000-00000000000${n}`)

  beforeAll(async () => {
    await cli.client.executeSql('truncate rindle.media_assets cascade')
    for (const [index, id] of ids.entries()) {
      await cli.client.executeSql(
        `insert into rindle.media_assets (id, profile, storage, storage_key, state, filename, byte_size, error_reason, updated_at)
         values ($1::uuid, 'photo', 'main', $1::text, 'quarantined', 'a.jpg', 1234, 'promotion_failed:unknown_profile', now() - $2::interval)`,
        [id, `${index + 1} hours`],
      )
    }
    await cli.client.executeSql(
      `insert into rindle.media_variants (id, asset_id, name, state, output_kind, recipe, recipe_digest, error_reason, attempt)
       values (gen_random_uuid(), $1, 'small', 'failed', 'image', '{}', repeat('0', 64), 'corrupt_media', 3)`,
      [ids[0]],
    )
  })

  test('prints a table, and how to continue', async () => {
    const { stdout, stderr, exitCode } = await command('list', '--state', 'quarantined', '--limit', '2')
    expect(stdout).toBe(
      'id                                    state        profile  size     changed  reason\n' +
        `${ids[0]}  quarantined  photo    1.23 kB  60 min   promotion_failed:unknown_profile\n` +
        `${ids[1]}  quarantined  photo    1.23 kB  2 h      promotion_failed:unknown_profile\n`,
    )
    const next = /^There is more. Continue with --after '(.+)'\n$/.exec(stderr)?.[1] ?? ''
    expect(exitCode).toBe(0)
    const rest = await command('list', '--state', 'quarantined', '--after', next)
    expect(rest.stdout.split('\n')[1]).toMatch(new RegExp(`^${ids[2]} `))
    expect(rest.stderr).toBe('')
  })

  test('fits a terminal of 80 columns', async () => {
    const io = capturedIo({ cwd: cli.application.directory, env: { DATABASE_URL: cli.database.url, NO_COLOR: '1' } })
    Object.assign(io.stdout, { isTTY: true, columns: 80 })
    expect(await run(['list'], io)).toBe(0)
    const lines = io.stdout.text.trimEnd().split('\n')
    expect(lines.slice(0, 3)).toEqual([
      'id                                    state        profile  size     changed',
      `${ids[0]}  quarantined  photo    1.23 kB  60 min`,
      '  promotion_failed:unknown_profile',
    ])
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    Object.assign(io.stdout, { columns: 40, text: '' })
    await run(['list'], io)
    expect(io.stdout.text.split('\n')[1]).toBe(`${ids[0]}  q…`)
  })

  test('gives one document with the cursor of the next page', async () => {
    const assets = JSON.parse((await command('list', '--limit', '1', '--format', 'json')).stdout)
    expect(assets).toMatchObject({ assets: [{ id: ids[0], byte_size: 1234, updated_at: expect.any(String) }] })
    expect(Object.keys(assets.assets[0]).filter((key) => !/^[a-z0-9_]+$/.test(key))).toEqual([])
    const rest = JSON.parse((await command('list', '--after', assets.next, '--format', 'json')).stdout)
    expect(rest).toMatchObject({ assets: [{ id: ids[1] }, { id: ids[2] }], next: null })
    const variants = JSON.parse(
      (await command('list', 'variants', '--error', 'corrupt_media', '--format', 'json')).stdout,
    )
    expect(variants).toMatchObject({ variants: [{ asset_id: ids[0], name: 'small', attempt: 3 }], next: null })
    expect((await command('list', 'variants', '--variant', 'small')).stdout).toMatch(
      new RegExp(`\n${ids[0]}  small  failed  3        \\d+ s +corrupt_media\n$`),
    )
  })

  test('takes every filter that assets have, and refuses those for variants', async () => {
    const idsOf = async (...flags: string[]) => {
      const { stdout } = await command('list', ...flags, '--format', 'json')
      return JSON.parse(stdout).assets.map(({ id }: { id: string }) => id)
    }
    expect(await idsOf('--filename', 'A.')).toEqual(ids)
    expect(await idsOf('--filename', 'b')).toEqual([])
    expect(await idsOf('--created-from', '1h')).toEqual(ids)
    expect(await idsOf('--created-before', '1h')).toEqual([])
    expect(await idsOf('--kind', 'video')).toEqual([])
    expect(await idsOf('--tenant', 'acme')).toEqual([])
    expect(await idsOf('--slot', 'cover')).toEqual([])
    const unfit = await command('list', 'variants', '--kind', 'video')
    expect([unfit.exitCode, unfit.stderr]).toEqual([2, expect.stringContaining('--kind works only for assets.')])
    const undated = await command('list', '--created-from', 'yesterday')
    expect(undated.stderr).toContain('--created-from must be an age such as')
  })

  test('ends well when nothing matches', async () => {
    expect(await command('list', '--owner', 'user:42')).toEqual({
      stdout: '',
      stderr: 'Nothing found.\n',
      exitCode: 0,
    })
    const { stdout } = await command('list', '--state', 'ready', '--since', '7d', '--format', 'json')
    expect(JSON.parse(stdout)).toEqual({ assets: [], next: null, interrupted: false })
  })

  test.each([
    [['--state', 'quarantine'], 'There is no state "quarantine". Did you mean "quarantined"?'],
    [['variants', '--state', 'degraded'], 'There is no state "degraded". The states are planned, '],
    [['--profile', 'foto'], 'There is no profile "foto".'],
    [['--owner', 'ada'], '--owner must be type:id, as in user:42; not "ada".'],
    [['--since', 'yesterday'], '--since must be an age such as 90min, 24h or 7d, or a date such as 2026-01-31'],
    [['--limit', '1001'], '--limit must be a whole number from 1 to 1000.'],
    [['--after', 'x'], '`after` must be the `next` of another page.'],
    [['--variant', 'small'], '--variant works only for variants'],
    [['variant'], '"variant"'],
    [['--stat', 'ready'], 'Unknown option --stat. Did you mean --state?'],
  ])('refuses %j in one line', async (argv, message) => {
    const { exitCode, stderr } = await command('list', ...argv)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(exitCode).toBe(2)
  })
})

describe('a page of rare rows', () => {
  const pages: Record<string, { rows: readonly number[]; next: string | null }> = {
    first: { rows: [], next: 'second' },
    second: { rows: [1], next: 'third' },
    third: { rows: [2, 3], next: 'fourth' },
  }
  const read = async ({ after = 'first' }: { limit: number; after?: string }) =>
    pages[after] ?? { rows: [4], next: null }

  test('is filled from as many short ones as it takes', async () => {
    const { signal } = new AbortController()
    expect(await collect(signal, { limit: 3 }, read)).toEqual({ rows: [1, 2, 3], next: 'fourth', interrupted: false })
    expect(await collect(signal, { limit: 9 }, read)).toEqual({ rows: [1, 2, 3, 4], next: null, interrupted: false })
  })

  test('is what there is so far when it is interrupted', async () => {
    const end = await collect(AbortSignal.abort(), { limit: 3, after: 'second' }, read)
    expect(end).toEqual({ rows: [1], next: 'third', interrupted: true })
  })
})

describe('the time that a list begins at', () => {
  const now = new Date('2026-05-06T12:00:00Z')

  test.each([
    ['90min', '2026-05-06T10:30:00.000Z'],
    ['24 h', '2026-05-05T12:00:00.000Z'],
    ['1.5d', '2026-05-05T00:00:00.000Z'],
    ['2w', '2026-04-22T12:00:00.000Z'],
    ['30s', '2026-05-06T11:59:30.000Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T08:00+02:00', '2026-01-31T06:00:00.000Z'],
  ])('is read from %s', (text, time) => {
    expect(sinceOf(text, now)?.toISOString()).toBe(time)
  })

  test.each(['', '7', '-1d', '1y', '1', '31.1.2026', '2026-02-31', '2026-02-28x', '2026-13-01', 'd'])(
    'is not read from "%s"',
    (text) => {
      expect(() => sinceOf(text, now)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
    },
  )
})

test('the time at which a hold ends lies ahead, or is a date', () => {
  const now = new Date('2026-05-06T12:00:00Z')
  expect(untilOf('90d', now)?.toISOString()).toBe('2026-08-04T12:00:00.000Z')
  expect(untilOf('2027-01-31', now)?.toISOString()).toBe('2027-01-31T00:00:00.000Z')
  expect(() => untilOf('soon', now)).toThrow('--until must be a time from now')
})

describe('a dry run', () => {
  test.each(['reprobe', 'requeue'])('of %s says that nothing was changed', async (name) => {
    const id = await uploaded()
    await cli.client.executeSql(`update rindle.media_assets set state = 'ready' where id = $1`, [id])
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
