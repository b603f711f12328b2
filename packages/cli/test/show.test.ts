import { beforeAll, expect, test } from 'vitest'
import type { Finished } from './captured-io.ts'
import { useApplication } from './use-application.ts'

const cli = useApplication({ each: 'copied' })
const { command } = cli

/** An asset that nobody has worked on. */
let waiting: string
/** An asset with all its variants, attached to an owner. */
let ready: string

beforeAll(async () => {
  ready = await cli.readyAsset('--owner', 'post:1', '--slot', 'cover')
  waiting = idIn(await command('upload', 'photo', 'one.jpg'))
})

async function sql(text: string, values: unknown[] = []): Promise<readonly Record<string, unknown>[]> {
  return (await cli.client.executeSql(text, values)).rows
}

function idIn({ stdout }: Finished): string {
  return /asset (\S+)/.exec(stdout)?.[1] ?? ''
}

test('an asset is shown in sections: its fields, variants, sessions, attachments and runs', async () => {
  const { exitCode, stdout } = await command('show', ready)
  expect(stdout).toMatch(new RegExp(`^asset ${ready} ready\n {2}profile +photo\n {2}filename +one\\.jpg\n`))
  expect(stdout).toMatch(/ {2}dimensions +96 × 64\n/)
  expect(stdout).toMatch(
    /\nvariants \(2\)\n {2}name +state .*\n {2}small +ready .* 32 × 21 .*\n {2}tiny +ready .* 8 × 8 /,
  )
  expect(stdout).toMatch(/\nupload sessions \(1\)\n.*\n {2}[0-9a-f-]{36} {2}completed {2}proxied\n/)
  expect(stdout).toMatch(/\nattachments \(1\)\n.*\n {2}post:1 {2}cover {2}0 /)
  expect(stdout).toMatch(/\nruns \(3\)\n {2}variant .*\n {2}- +1 +succeeded .*\n {2}(small|tiny) /)
  expect(stdout).not.toContain('jobs (')
  expect(exitCode).toBe(0)
})

test('an asset that waits is shown with its job', async () => {
  const { stdout } = await command('show', waiting)
  expect(stdout).toMatch(/\njobs \(1\)\n {2}queue +state .*\n {2}rindle_promote {2}created {2}0 /)
})

test('a wait or a failure is shown with its message and its beginning', async () => {
  const since = '2026-01-02T03:04:05Z'
  const message = 'The storage refused.'
  await sql(
    `update rindle.media_assets set state = 'analyzing', waiting_since = $2::timestamptz,
       error_reason = 'storage_denied', error_message = $3::text where id = $1::uuid`,
    [ready, since, message],
  )
  await sql(
    `update rindle.media_variants set waiting_since = $2::timestamptz, error_reason = 'storage_denied',
       error_message = $3::text where asset_id = $1::uuid and name = 'tiny'`,
    [ready, since, message],
  )
  const { stdout } = await command('show', ready)
  await sql(
    `update rindle.media_assets set state = 'ready', waiting_since = null, error_reason = null, error_message = null
     where id = $1::uuid`,
    [ready],
  )
  await sql(
    `update rindle.media_variants set waiting_since = null, error_reason = null, error_message = null
     where asset_id = $1::uuid`,
    [ready],
  )
  expect(stdout).toContain(`  reason      storage_denied: ${message}\n  waits       since ${since}\n`)
  expect(stdout).toMatch(new RegExp(`\nreasons \\(1\\)\n.*\n {2}tiny {5}${since}  ${message}\n`))
})

test('the text tracks of an asset are listed', async () => {
  await sql(
    `insert into rindle.media_tracks (id, asset_id, kind, lang, label, is_default, storage_key, byte_size, cue_count)
     values (gen_random_uuid(), $1::uuid, 'captions', 'pt-BR', 'Legendas', true, 'photo/track', 2048, 7)`,
    [waiting],
  )
  const { stdout } = await command('show', waiting)
  expect(stdout).toMatch(/\ntracks \(1\)\n {2}id +kind .*\n {2}[0-9a-f-]{36} +captions +pt-BR +Legendas +yes +7 +2/)
})

test('every line fits into 80 columns, keys and checksums aside', async () => {
  const { stdout } = await command('show', ready)
  const lines = stdout.split('\n').filter((line) => !/^ {2}(key|sha256) /.test(line))
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('JSON holds every column, and no secret of a session', async () => {
  await sql(
    `update rindle.media_upload_sessions set upload_strategy = 'resumable', resumable_protocol = 'tus',
       session_uri = 'https://secret', multipart_upload_id = 'secret'
     where asset_id = $1::uuid`,
    [ready],
  )
  const text = await command('show', ready)
  const { stdout } = await command('show', ready, '--format', 'json')
  expect(JSON.parse(stdout)).toMatchObject({
    asset: { id: ready, state: 'ready', byte_size: expect.any(Number), created_at: expect.stringMatching(/Z$/) },
    variants: [{ name: 'small', width: 32 }, { name: 'tiny' }],
    sessions: [{ state: 'completed' }],
    attachments: [{ owner_type: 'post', owner_id: '1', slot: 'cover' }],
    runs: expect.arrayContaining([expect.objectContaining({ variant_name: 'small', state: 'succeeded' })]),
    jobs: [],
  })
  expect(text.stdout + stdout).not.toContain('secret')
})

test('an unknown asset is reported, whether or not it could be an id', async () => {
  const absent = '019a3b1c-7d2e-7f00-8000-000000000001'
  expect(await command('show', absent)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `rindle: There is no asset ${absent} in this database.\n`,
  })
  expect((await command('show', 'me.jpg')).stderr).toBe(
    'rindle: There is no asset "me.jpg": it is not an id of Rindle.\n',
  )
})

test('an asset that was purged is known by its runs', async () => {
  const rows = await sql(
    `insert into rindle.media_processing_runs (id, asset_id, worker, state, finished_at)
     values (gen_random_uuid(), gen_random_uuid(), 'test', 'succeeded', now()) returning asset_id`,
  )
  const { exitCode, stdout } = await command('show', String(rows[0]?.['asset_id']))
  expect(stdout).toMatch(/^asset \S+ was deleted; its runs are kept\n\nruns \(1\)\n/)
  expect(exitCode).toBe(0)
})
