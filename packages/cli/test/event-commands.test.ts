import { beforeAll, describe, expect, test, vi } from 'vitest'
import { useApplication } from './use-application.ts'

const cli = useApplication({
  config: { profile: `on: { ready: () => { throw new Error('No such row.') } },` },
  each: 'copied',
})
const { command } = cli

const TARGET = 'profile:photo'
let assetId: string
let eventId: string

/** One event was given up, for an asset that is ready. */
beforeAll(async () => {
  assetId = await cli.readyAsset()
  await cli.client.executeSql(`update rindle.media_deliveries set state = 'dead', settled_at = now(), claimed_by = null,
    claimed_until = null, attempts = 20, error_reason = 'handler_failed', error_message = 'No such row.'`)
  await cli.client.executeSql('delete from rindle.media_workers')
  await cli.client.executeSql('delete from pgboss.job')
  const { rows } = await cli.client.executeSql('select id from rindle.media_events')
  eventId = String(rows[0]?.['id'])
})

describe('deliveries', () => {
  test('lists the targets, with what waits and what was given up', async () => {
    expect(await command('deliveries')).toEqual({
      exitCode: 0,
      stdout:
        'name           kind     state   waiting  dead  workers  events\n' +
        'profile:photo  handler  active  0        1     0        asset.ready\n',
      stderr: '',
    })
    expect(JSON.parse((await command('deliveries', '--format', 'json')).stdout)).toMatchObject({
      targets: [{ name: TARGET, kind: 'handler', pending: 0, dead: 1, paused_at: null }],
    })
  })

  test('lists the events of a target, by their state, with the reason', async () => {
    const { stdout } = await command('deliveries', TARGET, '--state', 'dead')
    expect(stdout).toMatch(
      new RegExp(`^event .*reason\\n${eventId} +asset.ready +${assetId} +dead +20 +- .* handler_failed\\n$`),
    )
    expect(await command('deliveries', TARGET, '--state', 'pending')).toMatchObject({
      stderr: 'No delivery matches.\n',
    })
    const json = await command('deliveries', TARGET, '--format', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      deliveries: [{ target: TARGET, state: 'dead', event: { id: eventId, asset_id: assetId } }],
      next: null,
    })
  })

  test('says which targets there are', async () => {
    expect(await command('deliveries', 'serach')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`Declared targets: ${TARGET}.`),
    })
    expect(await command('deliveries', '--state', 'dead')).toMatchObject({ exitCode: 2 })
  })
})

describe('redeliver', () => {
  test('brings back what was given up, of one event or of a target', async () => {
    const summary = (found: number, redelivered: number, dryRun: boolean): string =>
      `Rindle: redelivery of events...\n  found:       ${found}\n  redelivered: ${redelivered}\n  dry_run:     ${dryRun}\nDone.\n`
    const dry = await command('redeliver', '--target', TARGET, '--dry-run')
    expect(dry).toEqual({ exitCode: 0, stdout: summary(1, 0, true), stderr: 'Dry run: nothing was changed.\n' })
    expect((await command('redeliver', '--target', TARGET, '--until', '7d')).stdout).toBe(summary(0, 0, false))
    expect((await command('redeliver', eventId)).stdout).toBe(summary(1, 1, false))
    expect((await command('redeliver', '--target', TARGET)).stdout).toBe(summary(0, 0, false))
    expect((await command('deliveries')).stdout).toContain('active  1        0')
  })

  test('wants to know what', async () => {
    expect(await command('redeliver')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('an event, a target or a time'),
    })
    expect(await command('redeliver', '--until', 'never')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--until'),
    })
  })
})

describe('pause-deliveries and resume-deliveries', () => {
  test('stop deliveries and continue them, and say what was so before', async () => {
    const pause = await command('pause-deliveries', TARGET)
    expect(pause.stdout).toBe(`Rindle: pausing of deliveries...\n  target:  ${TARGET}\n  changed: true\nDone.\n`)
    expect(await command('pause-deliveries', TARGET)).toMatchObject({
      exitCode: 0,
      stderr: 'Nothing to change: it was in that state already.\n',
    })
    expect((await command('deliveries')).stdout).toContain('paused')
    expect((await command('resume-deliveries', TARGET, '--format', 'json')).stdout).toContain('"changed": true')
    expect((await command('deliveries')).stdout).toContain('active')
    expect(await command('pause-deliveries', 'nobody')).toMatchObject({ exitCode: 1 })
  })
})

describe('forget-target', () => {
  test('counts, and forgets with --live', async () => {
    expect((await command('forget-target', TARGET)).stdout).toContain('  deliveries: 1\n')
    expect((await command('forget-target', TARGET, '--live')).stdout).toContain('  deliveries: 1\n')
    expect((await command('deliveries')).stderr).toBe('No handler and no webhook is configured.\n')
  })
})

describe('prune-events', () => {
  test('deletes events that nobody waits for', async () => {
    await cli.client.executeSql(`update rindle.media_events set occurred_at = now() - interval '40 days'`)
    expect((await command('prune-events')).stdout).toContain('  events_found:   1\n  events_deleted: 0\n')
    expect((await command('prune-events', '--live')).stdout).toContain('  events_deleted: 1\n')
  })
})

describe('a worker', () => {
  test('tries an event again that was brought back', async () => {
    await command('redeliver', eventId)
    await cli.whileWorking(async () => {
      await vi.waitFor(
        async () => {
          const { rows } = await cli.client.executeSql('select attempts, error_message from rindle.media_deliveries')
          expect(rows).toEqual([{ attempts: 1, error_message: 'No such row.' }])
        },
        { timeout: 20_000, interval: 50 },
      )
    })
  })
})

describe('requeue --all', () => {
  test('counts the failed variants of all assets, and enqueues them with --live', async () => {
    await cli.client.executeSql(`update rindle.media_variants set state = 'failed', error_reason = 'insufficient_disk'`)
    const counted = (enqueued: number): string =>
      `Rindle: requeue of failed and cancelled variants...\n  selected: 2\n  enqueued: ${enqueued}\n  skipped:  0\n  errors:   0\nDone.\n`
    const dry = await command('requeue', '--all', '--reason', 'insufficient_disk')
    expect(dry).toEqual({
      exitCode: 0,
      stdout: counted(2),
      stderr: 'Dry run: nothing was changed. Add --live to do it.\n',
    })
    expect(await command('requeue', '--all', '--reason', 'insufficient_disk', '--live')).toMatchObject({
      stdout: counted(2),
    })
    expect((await command('requeue', '--all', '--live')).stdout).toContain('selected: 0')
  })

  test.each([
    [['requeue'], 'Name an asset, or use --all.'],
    [['requeue', 'ASSET', '--all'], 'not both'],
    [['requeue', 'ASSET', '--reason', 'x'], '--reason works with --all'],
    [['requeue', 'ASSET', '--live'], '--live works with --all'],
    [['requeue', '--all', '--live', '--dry-run'], 'not both'],
  ])('%j is refused', async (argv, message) => {
    expect(await command(...argv)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) })
  })
})
