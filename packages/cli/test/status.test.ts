import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Database, openDatabase } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../src/index.ts'
import { type Application, configText, jpeg, makeApplication } from './application.ts'
import { capturedIo, type Finished, rindle } from './captured-io.ts'

let database: TestDatabase
let application: Application
let client: Database
let assetId: string

beforeAll(async () => {
  database = await createTestDatabase()
  client = openDatabase(database.url)
  application = await makeApplication()
  await application.write('rindle.config.ts', configText({}))
  await application.write('one.jpg', await jpeg())
  await working(async () => {
    const { stdout } = await command('upload', 'photo', 'one.jpg', '--wait', '--owner', 'user:1', '--slot', 'cover')
    assetId = /^asset (\S+) ready/.exec(stdout)?.[1] ?? ''
  })
})
afterAll(async () => {
  await client.close()
  await application[Symbol.asyncDispose]()
  await database.drop()
})

function here(): { cwd: string; env: { DATABASE_URL: string } } {
  return { cwd: application.directory, env: { DATABASE_URL: database.url } }
}

function command(...argv: readonly string[]): Promise<Finished> {
  return rindle(argv, here())
}

/** Does something while a worker works. */
async function working(work: () => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const io = capturedIo({ ...here(), signal: stop.signal })
  const worker = run(['worker'], io)
  while (!io.stderr.text.includes('Working')) await new Promise((resolve) => io.stderr.once('written', resolve))
  await work()
  stop.abort()
  await worker
}

const HEAD = 'assets:   ready 1\nvariants: ready 2\nsessions: completed 1\n\n'

describe('runtime-status', () => {
  test('says that nothing is wrong, and ends with 0', async () => {
    await working(async () => {
      expect(await command('runtime-status')).toEqual({
        exitCode: 0,
        stdout: `${HEAD}Nothing is degraded, and nothing is stuck.\n`,
        stderr: '',
      })
    })
  })

  test('names what is wrong and the command for it, in 80 columns, and ends with 1', async () => {
    await client.executeSql(`update rindle.media_variants set state = 'failed', error_reason = 'corrupt_media',
      updated_at = now() - interval '3 hours' where name = 'tiny'`)
    await client.executeSql(`delete from rindle.media_workers`)
    const { exitCode, stdout } = await command('runtime-status', '--limit', '1')
    expect(exitCode).toBe(1)
    expect(stdout).toBe(
      'assets:   ready 1\nvariants: failed 1, ready 1\nsessions: completed 1\n\n' +
        '[ERROR] no_worker: 5\n  rindle_promote: 0 jobs wait\n' +
        '  Start a worker that serves these queues: until then nothing in them is done.\n  Fix: rindle worker\n\n' +
        `[ERROR] failed_work: 1, the oldest for 3 h\n  asset ${assetId} tiny: failed, corrupt_media\n` +
        '  Remove the reason, then enqueue these variants again.\n  Fix: rindle requeue <assetId>\n\n' +
        '2 errors, 0 warnings.\n',
    )
    const io = capturedIo(here())
    Object.assign(io.stdout, { isTTY: true, columns: 80 })
    expect(await run(['runtime-status'], { ...io, env: { ...io.env, NO_COLOR: '1' } })).toBe(1)
    expect(Math.max(...io.stdout.text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('is one document of JSON, and only of what is asked for', async () => {
    const { exitCode, stdout } = await command('runtime-status', '--format', 'json', '--profile', 'photo')
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      takenAt: expect.stringMatching(/^\d{4}-/),
      profile: 'photo',
      counts: { variants: { failed: 1, ready: 1 } },
      findings: [
        { class: 'no_worker' },
        {
          class: 'failed_work',
          severity: 'error',
          count: 1,
          examples: [{ assetId, variantName: 'tiny', reason: 'corrupt_media' }],
          recommendation: { verb: 'requeueVariants', command: 'rindle requeue <assetId>' },
        },
      ],
    })
    const young = await command('runtime-status', '--format', 'json', '--older-than-sec', '86400')
    expect(JSON.parse(young.stdout).findings).toMatchObject([{ class: 'no_worker' }])
    const unknown = await command('runtime-status', '--profile', 'foto')
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Did you mean "photo"?') })
  })

  test('ends with 0 on mere warnings', async () => {
    await client.executeSql(`update rindle.media_variants set state = 'cancelled' where name = 'tiny'`)
    await working(async () => {
      const { exitCode, stdout } = await command('runtime-status')
      expect(exitCode).toBe(0)
      expect(stdout).toContain('[WARN] cancelled_work: 1')
      expect(stdout).toContain('0 errors, 1 warning.\n')
    })
    await client.executeSql(`update rindle.media_variants set state = 'ready', error_reason = null`)
  })
})

describe('check', () => {
  test('says that everything agrees, and ends with 0', async () => {
    expect(await command('check')).toEqual({
      exitCode: 0,
      stdout: 'Checked 1 assets, 2 ready variants, 3 objects: 0 violations.\nDone.\n',
      stderr: '',
    })
  })

  test('lists what does not, and ends with 1', async () => {
    await rm(join(application.directory, 'media', 'photo', assetId), { recursive: true })
    const { exitCode, stdout } = await command('check', '--limit', '2')
    expect(exitCode).toBe(1)
    expect(stdout).toBe(
      `original_missing: asset ${assetId}\n  The original is missing in storage.\n` +
        `ready_object_missing: asset ${assetId} small\n  Its object is missing in storage.\n` +
        '... and 1 more\nChecked 1 assets, 2 ready variants, 3 objects: 3 violations.\nDone.\n',
    )
    expect((await command('check', '--no-objects')).exitCode).toBe(0)
    const json = await command('check', '--format', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({ violationCount: 3, violations: [{ assetId }, {}, {}] })
  })

  test('is interrupted between two pages', async () => {
    const io = capturedIo({ ...here(), signal: AbortSignal.abort() })
    expect(await run(['check'], io)).toBe(130)
    expect(io.stdout.text).toMatch(/0 violations\.\nInterrupted\.\n$/)
  })
})
