import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { run } from '../src/index.ts'
import { capturedIo } from './captured-io.ts'
import { useApplication } from './use-application.ts'

const cli = useApplication({ each: 'copied' })
const { command, here } = cli

let assetId: string

beforeAll(async () => {
  await command('schedule')
  assetId = await cli.readyAsset('--owner', 'user:1', '--slot', 'cover')
})

const HEAD = 'assets:   ready 1\nvariants: ready 2\nsessions: completed 1\n\n'

/** The table of the queues, with so many workers of each. */
function queues(workers: number): string {
  const names = ['fetch', 'promote', 'process', 'media', 'purge', 'maintenance', 'events']
  const rows = names.map((name) => `${name.padEnd(11)}  0        -        0        0     ${workers}`)
  return ['queue        waiting  longest  running  dead  workers', ...rows, '', ''].join('\n')
}

/** One variant failed long ago, and there is no worker. */
async function goWrong(): Promise<void> {
  await cli.client.executeSql(`update rindle.media_variants set state = 'failed', error_reason = 'processing_failed',
    error_message = 'It is too big.', updated_at = now() - interval '3 hours' where name = 'tiny'`)
  await cli.client.executeSql(`delete from rindle.media_workers`)
}

describe('runtime-status', () => {
  test('says that nothing is wrong, and ends with 0', async () => {
    await cli.whileWorking(async () => {
      expect(await command('runtime-status')).toEqual({
        exitCode: 0,
        stdout: `${HEAD}${queues(1)}No problems: nothing is degraded or stuck.\n`,
        stderr: '',
      })
    })
  })

  test('names each problem and the command for it, in 80 columns, and ends with 1', async () => {
    await goWrong()
    const { exitCode, stdout } = await command('runtime-status', '--limit', '1')
    expect(exitCode).toBe(1)
    expect(stdout).toBe(
      'assets:   ready 1\nvariants: failed 1, ready 1\nsessions: completed 1\n\n' +
        queues(0) +
        '[ERROR] no_worker: 7\n  rindle_fetch: no job waits\n' +
        '  Start a worker that serves these queues. Until then their jobs wait.\n  Fix: rindle worker\n\n' +
        `[ERROR] failed_work: 1, the oldest for 3 h\n  asset ${assetId} tiny: failed, processing_failed: It is too big.\n` +
        '  Fix the cause, then enqueue these variants again.\n  Fix: rindle requeue <assetId>\n\n' +
        '2 errors, 0 warnings, 0 notices.\n',
    )
    const io = capturedIo(here())
    Object.assign(io.stdout, { isTTY: true, columns: 80 })
    expect(await run(['runtime-status'], { ...io, env: { ...io.env, NO_COLOR: '1' } })).toBe(1)
    expect(Math.max(...io.stdout.text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('is one JSON document with only the requested parts', async () => {
    await goWrong()
    const { exitCode, stdout } = await command('runtime-status', '--format', 'json', '--profile', 'photo')
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      taken_at: expect.stringMatching(/^\d{4}-/),
      profile: 'photo',
      counts: { variants: { failed: 1, ready: 1 }, is_partial: false },
      queues: expect.arrayContaining([
        {
          queue: 'rindle_promote',
          waiting: 0,
          oldest_wait_seconds: null,
          running: 0,
          dead: 0,
          oldest_dead_seconds: null,
          workers: 0,
        },
      ]),
      findings: [
        { class: 'no_worker' },
        {
          class: 'failed_work',
          severity: 'error',
          count: 1,
          threshold_seconds: 0,
          is_at_least: false,
          oldest_age_seconds: expect.any(Number),
          examples: [
            {
              asset_id: assetId,
              variant_name: 'tiny',
              session_id: null,
              target: null,
              event_id: null,
              queue: null,
              task: null,
              state: 'failed',
              reason: 'processing_failed',
              message: 'It is too big.',
              age_seconds: expect.any(Number),
            },
          ],
          recommendation: { verb: 'requeueVariants', command: 'rindle requeue <assetId>' },
        },
      ],
    })
    const young = await command('runtime-status', '--format', 'json', '--older-than-sec', '86400')
    expect(JSON.parse(young.stdout).findings).toMatchObject([{ class: 'no_worker' }])
    const unknown = await command('runtime-status', '--profile', 'foto')
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Did you mean "photo"?') })
  })

  test('ends with 0 on warnings, and with 1 from the requested severity on', async () => {
    await cli.client.executeSql(`update rindle.media_variants set state = 'cancelled' where name = 'tiny'`)
    await cli.client.executeSql(`update rindle.media_variants set recipe_digest = repeat('0', 64) where name = 'small'`)
    await cli.whileWorking(async () => {
      const { exitCode, stdout } = await command('runtime-status')
      expect(exitCode).toBe(0)
      expect(stdout).toContain('[WARN] recipe_drift: 1')
      expect(stdout).toContain('[NOTICE] cancelled_work: 1')
      expect(stdout).toContain('0 errors, 1 warning, 1 notice.\n')
      const endOf = async (...argv: readonly string[]): Promise<number> =>
        (await command('runtime-status', ...argv)).exitCode
      expect(await endOf('--fail-on', 'warn')).toBe(1)
      const green = ['--severity', 'recipe_drift=ignore']
      expect(await endOf('--fail-on', 'warn', ...green)).toBe(0)
      expect(await endOf('--fail-on', 'notice', ...green)).toBe(1)
      expect(await endOf('--fail-on', 'notice', ...green, '--threshold', 'cancelled_work=999999999')).toBe(0)
      expect(await endOf('--severity', 'cancelled_work=error')).toBe(1)
      // A finding that is left out is neither printed nor counted.
      const ignored = await command('runtime-status', ...green, '--severity', 'cancelled_work=ignore')
      expect(ignored.stdout).toContain('nothing is degraded')
    })
  })

  test.each([
    [['--threshold', 'backlog'], '--threshold must look like backlog=3600, not "backlog".'],
    [['--threshold', 'backlog=soon'], '--threshold backlog must be a number of seconds from 0.'],
    [['--threshold', 'backlog='], '--threshold backlog must be a number of seconds from 0.'],
    [['--threshold', 'back_log=1'], 'There is no class "back_log". Did you mean "backlog"?'],
    [['--threshold', 'backlog=1', '--threshold', 'backlog=2'], '--threshold names backlog more than once.'],
    [['--threshold', 'maintenance_unscheduled=1'], 'thresholds.maintenance_unscheduled: this class has no threshold'],
    [['--severity', 'backlog=red'], '--severity backlog must be one of error, warn, notice, ignore, not "red".'],
    [['--fail-on', 'red'], '--fail-on'],
  ])('refuses %j', async (argv, message) => {
    const { exitCode, stderr } = await command('runtime-status', ...argv)
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
  })
})

describe('schedule', () => {
  const HEADER = /^task +cron \(UTC\) +next +last +result +options\n/

  /** The application has scheduled one task, which has run. */
  async function haveRun(state: string, told: 'report' | 'error_reason', value: string): Promise<void> {
    await cli.client.executeSql(`update pgboss.schedule set cron = '7 7 * * *', data = data || '{"options": {"live": true}}'
      where key = 'cleanupOrphans'`)
    await cli.client.executeSql(`delete from pgboss.schedule where key <> 'cleanupOrphans'`)
    await cli.client.executeSql(
      `insert into rindle.media_maintenance_runs (task, worker, state, options, ${told}, started_at, finished_at)
       values ('cleanupOrphans', 'a:1', $1, '{}', $2, now() - interval '3 hours',
         now() - interval '3 hours' + interval '2 s')`,
      [state, value],
    )
  }

  test('says that nothing is scheduled, and schedules what deletes nothing', async () => {
    await cli.client.executeSql('delete from pgboss.schedule')
    const before = await command('schedule', '--list')
    expect(before).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('`rindle schedule`') })
    const { stdout, stderr } = await command('schedule')
    expect(stderr).toContain('Nothing was scheduled, so these tasks are now.')
    expect(stdout).toMatch(HEADER)
    expect(stdout).toMatch(/\ncleanupOrphans +0 2 \* \* \* +\d{4}-\d\d-\d\d 02:00Z +never +-\n/)
    expect(stdout.split('\n')).toHaveLength(7)
  })

  test('leaves alone what the application has scheduled, and tells how it went', async () => {
    await haveRun('succeeded', 'report', '{"sessionsFound": 3, "dryRun": false}')
    const { stdout, stderr } = await command('schedule')
    expect(stderr).toBe('')
    expect(stdout).toMatch(/\ncleanupOrphans +7 7 \* \* \* +\S+ 07:07Z +3 h ago +succeeded +live true\n/)
    expect(stdout).toMatch(
      /\ncleanupOrphans: dry_run false, sessions_found 3\n {2}\d{4}-\d\d-\d\d \d\d:\d\dZ in 2\.0 s, by a:1\n$/,
    )
    const json = await command('schedule', '--list', '--format', 'json')
    expect(JSON.parse(json.stdout)).toEqual({
      scheduled: false,
      tasks: [
        {
          task: 'cleanupOrphans',
          cron: '7 7 * * *',
          options: { live: true },
          since: expect.any(String),
          next_run_at: expect.stringMatching(/T07:07:00.000Z$/),
          due_at: expect.stringMatching(/T07:07:00.000Z$/),
          last_run: {
            state: 'succeeded',
            worker: 'a:1',
            options: {},
            report: { sessions_found: 3, dry_run: false },
            error_reason: null,
            started_at: expect.any(String),
            finished_at: expect.any(String),
          },
        },
      ],
    })
  })

  test('tells why a run failed', async () => {
    await haveRun('failed', 'error_reason', 'storage_unavailable')
    const { stdout } = await command('schedule', '--list')
    expect(stdout).toMatch(/ failed +live true\n/)
    expect(stdout).toContain('\ncleanupOrphans: storage_unavailable\n')
  })
})

describe('check', () => {
  test('says that everything agrees, and ends with 0', async () => {
    expect(await command('check')).toEqual({
      exitCode: 0,
      stdout: 'Checked 1 asset, 2 ready variants, 3 objects: 0 violations.\nDone.\n',
      stderr: '',
    })
  })

  test('lists violations, and ends with 1', async () => {
    const objects = join(cli.application.directory, 'media', 'photo', assetId)
    await rm(objects, { recursive: true })
    const { exitCode, stdout } = await command('check', '--limit', '2')
    expect(exitCode).toBe(1)
    expect(stdout).toBe(
      `original_missing: asset ${assetId}\n  The original is missing in storage.\n` +
        `ready_object_missing: asset ${assetId} small\n  Its object is missing in storage.\n` +
        '... and 1 more\nChecked 1 asset, 2 ready variants, 3 objects: 3 violations.\nDone.\n',
    )
    expect((await command('check', '--no-objects')).exitCode).toBe(0)
    const json = await command('check', '--format', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({ violation_count: 3, violations: [{ asset_id: assetId }, {}, {}] })
  })

  test('is interrupted between two pages', async () => {
    const io = capturedIo({ ...here(), signal: AbortSignal.abort() })
    expect(await run(['check'], io)).toBe(130)
    expect(io.stdout.text).toMatch(/0 violations\.\nInterrupted\.\n$/)
  })
})
