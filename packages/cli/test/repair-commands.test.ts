import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { run } from '../src/index.ts'
import { configText } from './application.ts'
import { capturedIo, type Finished, rindle } from './captured-io.ts'
import { useApplication } from './use-application.ts'

const UNKNOWN = '01900000-0000-7000-8000-000000000000'

const cli = useApplication({ each: 'copied' })
const { command, here } = cli

let assetId: string

beforeAll(async () => {
  assetId = await cli.readyAsset()
})

/** A change to the next version of the application; each is another file, because Node loads one once. */
interface Change {
  readonly config: string
  readonly from: string
  readonly to: string
}

const LARGER: Change = { config: 'larger.config.ts', from: 'image.fit(32', to: 'image.fit(48' }
const RENAMED: Change = { config: 'renamed.config.ts', from: 'tiny:', to: 'small_again:' }

async function nextVersion({ config, from, to }: Change, ...argv: readonly string[]): Promise<Finished> {
  await cli.application.write(config, configText({}).replace(from, to))
  return command(...argv, '--config', config)
}

async function sql(text: string): Promise<void> {
  await cli.client.executeSql(text)
}

describe('regenerate-variants', () => {
  test('prints its fixed summary, and the second time skips the variants that it has enqueued', async () => {
    const first = await nextVersion(LARGER, 'regenerate-variants')
    expect(first.stdout).toBe(
      'Rindle: broad regeneration scan for stale/missing variants...\n' +
        '  enqueued: 1\n  skipped:  0\n  errors:   0\nDone.\n',
    )
    expect(first.stderr).toBe('')
    expect(first.exitCode).toBe(0)
    const second = await nextVersion(LARGER, 'regenerate-variants', '--profile', 'photo', '--variant', 'small')
    expect(second.stdout).toContain('  enqueued: 0\n  skipped:  1\n')
    expect(second.exitCode).toBe(0)
  })

  test('changes nothing in a dry run', async () => {
    const dry = await nextVersion(LARGER, 'regenerate-variants', '--dry-run')
    expect(dry.stdout).toContain('  enqueued: 1\n')
    expect(dry.stderr).toBe('Dry run: nothing was changed.\n')
    expect((await command('show', assetId)).stdout).toMatch(new RegExp(`^asset ${assetId} ready\n`))
  })

  test('reports variants that are no longer declared, and purges them with --prune', async () => {
    const reported = await nextVersion(RENAMED, 'regenerate-variants', '--format', 'json', '--dry-run')
    expect(JSON.parse(reported.stdout)).toEqual({
      enqueued: 1,
      skipped: 0,
      errors: 0,
      interrupted: false,
      marked_stale: 0,
      planned: 1,
      purged: 0,
      undeclared: [{ profile: 'photo', variant: 'tiny', count: 1 }],
      dry_run: true,
      last_id: assetId,
    })
    const { stdout, stderr } = await nextVersion(RENAMED, 'regenerate-variants', '--prune')
    expect(stdout).toContain('undeclared photo/tiny: 1 variant\n')
    expect(stderr).toBe('Purged: 1.\n')
    expect((await command('show', assetId)).stdout).toMatch(/tiny +purged/)
  })

  test.each([
    [['--profile', 'foto'], 'There is no profile "foto". Did you mean "photo"?'],
    [['--variant', 'smal'], 'There is no variant "smal". Declared variants: small, tiny.'],
    [['--concurrency', '0'], '--concurrency must be a whole number from 1 to 1000.'],
    [['--after', '7'], 'must be the id of a row, not "7"'],
  ])('refuses %j in one line', async (options, message) => {
    const { exitCode, stderr } = await command('regenerate-variants', ...options)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(exitCode).toBe(2)
  })

  test('stops when it is interrupted, and prints the summary so far', async () => {
    const io = capturedIo({ ...here(), signal: AbortSignal.abort() })
    expect(await run(['regenerate-variants'], io)).toBe(130)
    expect(io.stdout.text).toContain('  enqueued: 0\n  skipped:  0\n  errors:   0\nInterrupted.\n')
  })
})

describe('requeue', () => {
  test('prints its fixed summary, also when there was nothing to do', async () => {
    const { exitCode, stdout } = await command('requeue', assetId)
    expect(stdout).toBe(
      'Rindle: requeue of failed and cancelled variants...\n' +
        '  selected: 0\n  enqueued: 0\n  skipped:  0\n  errors:   0\nDone.\n',
    )
    expect(exitCode).toBe(0)
  })

  test('refuses a variant and an asset that do not exist', async () => {
    const variant = await command('requeue', assetId, '--variants', 'tiny, smal')
    expect(variant.stderr).toBe(`rindle: Asset ${assetId} has no variant "smal". It has: small, tiny.\n`)
    expect(variant.exitCode).toBe(2)
    const asset = await command('requeue', UNKNOWN)
    expect(asset.stderr).toBe(`rindle: There is no asset ${UNKNOWN}.\n`)
    expect(asset.exitCode).toBe(1)
  })
})

describe('add-track and remove-track', () => {
  test('add a track that show lists, and take it away again', async () => {
    await sql(`update rindle.media_assets set kind = 'video'`)
    await cli.application.write('film.srt', '1\n00:00:00,000 --> 00:00:01,000\nGuten Tag\n')
    const added = await command('add-track', assetId, 'film.srt', '--kind', 'subtitles', '--lang', 'de', '--default')
    const [, trackId = ''] = /track_id: (\S+)/.exec(added.stdout) ?? []
    expect(added.stdout).toBe(
      `Rindle: adding a text track...\n  track_id: ${trackId}\n  kind:     subtitles\n  lang:     de\n` +
        '  label:    Deutsch\n  default:  yes\nDone.\n',
    )
    expect((await command('show', assetId)).stdout).toContain(`${trackId}  subtitles  de        Deutsch  yes`)
    const removed = await command('remove-track', assetId, trackId)
    expect(removed).toMatchObject({ stdout: expect.stringContaining('  removed: 1\n'), stderr: '', exitCode: 0 })
    const again = await command('remove-track', assetId, trackId)
    expect(again).toMatchObject({ stderr: 'The asset has no such track.\n', exitCode: 0 })
  })

  test('refuse a file that is no track, or not there, and a kind and a language that do not exist', async () => {
    await cli.application.write('notes.txt', 'No cues.\n')
    const add = async (file: string, ...options: readonly string[]) =>
      (await command('add-track', assetId, file, '--lang', 'en', ...options)).stderr
    expect(await add('notes.txt')).toMatch(/^rindle: .*neither WebVTT/)
    expect(await add('absent.vtt')).toBe('rindle: Cannot read absent.vtt: it does not exist.\n')
    expect(await add('.')).toMatch(/^rindle: Cannot read .*: it is a directory\.\n$/)
    expect(await add('notes.txt', '--kind', 'lyrics')).toContain('captions')
    const lang = await command('add-track', assetId, 'notes.txt', '--lang', 'not a tag')
    expect(lang.stderr).toMatch(/^rindle: /)
    expect((await command('remove-track', UNKNOWN, UNKNOWN)).stderr).toBe(`rindle: There is no asset ${UNKNOWN}.\n`)
  })
})

describe('release', () => {
  test('lets a worker promote a quarantined asset again, and says why it had been refused', async () => {
    await sql(`update rindle.media_assets set state = 'quarantined', error_reason = 'promotion_failed:storage_denied'`)
    const dry = await command('release', assetId, '--dry-run')
    const { exitCode, stdout } = await command('release', assetId)
    expect(dry).toEqual({ stdout, stderr: 'Dry run: nothing was changed.\n', exitCode })
    expect(stdout).toBe(
      `Rindle: release of a quarantined asset...\n  asset_id:     ${assetId}\n  state:        validating\n` +
        '  error_reason: promotion_failed:storage_denied\nDone.\n',
    )
    expect(exitCode).toBe(0)
  })

  test('refuses an asset that is not quarantined, or not there', async () => {
    const ready = await command('release', assetId)
    expect(ready.stderr).toBe(`rindle: Asset ${assetId} is ready: only a quarantined asset can be released.\n`)
    expect(ready.exitCode).toBe(1)
    expect((await command('release', UNKNOWN)).stderr).toBe(`rindle: There is no asset ${UNKNOWN}.\n`)
  })
})

describe('reprobe', () => {
  test('prints what the bytes say of themselves', async () => {
    const { exitCode, stdout, stderr } = await command('reprobe', assetId)
    expect(stdout).toContain('  content_type:    image/jpeg\n  kind:            image\n  width:           96\n')
    expect(stderr).toBe('Nothing has changed.\n')
    expect(exitCode).toBe(0)
    const json = await command('reprobe', assetId, '--format', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({ height: 64, duration_ms: null, changed: [] })
  })

  test('refuses a malformed id', async () => {
    const { exitCode, stderr } = await command('reprobe', 'me.jpg')
    expect(stderr).toBe('rindle: There is no asset "me.jpg": it is not an id of Rindle.\n')
    expect(exitCode).toBe(1)
  })
})

describe('verify-storage', () => {
  test('prints its fixed summary, and what to do about missing variants', async () => {
    const first = await command('verify-storage')
    expect(first.stdout).toBe(
      'Rindle: looking for the objects of variants and originals...\n' +
        '  checked:     2\n  present:     2\n  missing:     0\n  fsm_blocked: 0\n  errors:      0\nDone.\n',
    )
    expect(first.exitCode).toBe(0)
    await rm(join(cli.application.directory, 'media', 'photo', assetId), { recursive: true })
    const second = await command('verify-storage')
    expect(second.stdout).toContain(`\ndata loss: the original of asset ${assetId} is gone\n  checked:     2\n`)
    expect(second.stderr).toBe('Make the missing variants again with `rindle regenerate-variants`.\n')
    expect(second.exitCode).toBe(1)
    const json = await command('verify-storage', '--format', 'json', '--concurrency', '3')
    expect(JSON.parse(json.stdout)).toMatchObject({ checked: 2, missing: 2, fsm_blocked: 0, lost_originals: [assetId] })
    expect(json.stderr).toBe('')
  })

  test('ends well when only variants are missing, and with an error when a storage does not answer', async () => {
    expect((await command('verify-storage', '--variant', 'tiny', '--profile', 'photo')).exitCode).toBe(0)
    // A file where the directory of the keys is expected.
    const directory = join(cli.application.directory, 'media', 'photo')
    await rm(directory, { recursive: true })
    await symlink('photo', directory)
    const { exitCode, stdout } = await command('verify-storage')
    expect(stdout).toContain('  errors:      3\n')
    expect(exitCode).toBe(1)
  })
})

test('a database that does not answer is reported in one line', async () => {
  const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }
  const { exitCode, stderr } = await rindle(['regenerate-variants'], { cwd: cli.application.directory, env })
  expect(stderr).toMatch(/^rindle: .*\n$/)
  expect(exitCode).toBe(2)
})
