import { once } from 'node:events'
import { createServer } from 'node:net'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { run } from '../src/index.ts'
import { type Application, configText, makeApplication } from './application.ts'
import { type CapturedIo, capturedIo, type Finished, rindle } from './captured-io.ts'
import { startRindle } from './start-rindle.ts'

const UNREACHABLE = 'postgres://nobody:s3cret@127.0.0.1:1/nothing'
const LINE = /^(\[(OK|WARN|ERROR)\] [a-z_]+(\.[a-z_]+)? \([a-z_]+\) \S.*| {2}Fix: \S.*\.)$/

let database: TestDatabase
let application: Application

beforeAll(async () => {
  database = await createTestDatabase()
  application = await makeApplication()
  await application.write('rindle.config.ts', configText({}))
})

afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await database.drop()
})

function doctor(...argv: readonly string[]): Promise<Finished> {
  return rindle(['doctor', ...argv], { cwd: application.directory, env: { DATABASE_URL: database.url } })
}

function isOfError(line: string, before = ''): boolean {
  return line.startsWith('[ERROR]') || (line.startsWith('  Fix:') && before.startsWith('[ERROR]'))
}

/** A terminal, on which the doctor was run. */
async function onTerminal(columns: number, env: Record<string, string> = {}): Promise<CapturedIo> {
  const io = capturedIo({ cwd: application.directory, env: { DATABASE_URL: UNREACHABLE, ...env } })
  io.stdout.isTTY = true
  io.stdout.columns = columns
  await run(['doctor'], io)
  return io
}

describe('doctor', () => {
  test('prints a line for each check, what to do below those that are wrong, and counts', async () => {
    const { exitCode, stdout, stderr } = await doctor()
    const [listed = '', repeated = ''] = stdout.split('\n\nErrors:\n')
    const lines = listed.split('\n')
    const last = repeated.trimEnd().split('\n').at(-1) ?? ''
    for (const line of lines) expect(line).toMatch(LINE)
    expect(stdout).toContain('[OK] profile.recipes (photo) 2 valid\n')
    expect(stdout).toContain(
      '[ERROR] workers.promote (workers) no live worker: uploads stay unverified\n' +
        '  Fix: Start `rindle worker`, or call rindle.work(), for the queue rindle_promote.\n',
    )
    const count = (label: string): number => lines.filter((line) => line.startsWith(`[${label}]`)).length
    const counted = `${count('OK')} ok, ${count('WARN')} warnings?, ${count('ERROR')} errors?`
    expect(last).toMatch(new RegExp(`^${count('OK') + count('WARN') + count('ERROR')} checks: ${counted}\\.$`))
    expect(stderr).toBe('')
    expect(exitCode).toBe(1)
  })

  test('repeats the errors below the list, where they are seen', async () => {
    const { stdout } = await doctor()
    const [listed = '', repeated = ''] = stdout.split('\n\nErrors:\n')
    const errors = listed.split('\n').filter((line, index, all) => isOfError(line, all[index - 1]))
    expect(errors.length).toBeGreaterThan(2)
    expect(repeated.trimEnd().split('\n').slice(0, -1)).toEqual(errors)
  })

  test('omits passed checks with --quiet, and counts them all the same', async () => {
    const { stdout, exitCode } = await doctor('--quiet')
    const lines = stdout.trimEnd().split('\n')
    expect(lines.at(-1)).toMatch(/^\d+ checks: [1-9]\d* ok, [1-9]\d* warnings?, [1-9]\d* errors\.$/)
    expect(lines.slice(0, -1).filter((line) => !/^(\[(WARN|ERROR)\]| {2}Fix:) /.test(line))).toEqual([])
    expect(stdout).toContain('[ERROR] workers.promote (workers)')
    expect(exitCode).toBe(1)
    const json = JSON.parse((await doctor('--quiet', '--format', 'json')).stdout)
    expect(json.counts.ok).toBeGreaterThan(0)
    expect(json.checks).toHaveLength(json.counts.warn + json.counts.error)
    const well = await doctor('--quiet', '--offline')
    expect(well.stdout).toMatch(/^\d+ checks: \d+ ok, 0 warnings, 0 errors\.\n$/)
  })

  test('tells the same as one document', async () => {
    const { exitCode, stdout } = await doctor('--format', 'json')
    const { checks, counts, interrupted } = JSON.parse(stdout)
    expect(checks).toContainEqual({
      id: 'workers.promote',
      component: 'workers',
      status: 'error',
      summary: 'no live worker: uploads stay unverified',
      fix: expect.stringContaining('rindle worker'),
    })
    expect(counts.ok + counts.warn + counts.error).toBe(checks.length)
    expect(interrupted).toBe(false)
    expect(exitCode).toBe(1)
  })

  test('ends well when nothing is worse than a warning, which offline is easy', async () => {
    const { exitCode, stdout } = await rindle(['doctor', '--offline', 'photo'], {
      cwd: application.directory,
      env: { DATABASE_URL: UNREACHABLE },
    })
    expect(stdout).not.toMatch(/database|storage\.write|workers\./)
    expect(stdout).toMatch(/\n\d+ checks: \d+ ok, 0 warnings, 0 errors\.\n$/)
    expect(exitCode).toBe(0)
  })

  test('reports a database that does not answer, and does not tell its password', async () => {
    const env = { DATABASE_URL: UNREACHABLE }
    const { exitCode, stdout, stderr } = await rindle(['doctor'], { cwd: application.directory, env })
    expect(stdout).toContain('[ERROR] database.reachable (database) The database cannot be reached: ')
    expect(stdout + stderr).not.toContain('s3cret')
    expect(exitCode).toBe(1)
    const flag = await doctor('--database-url', UNREACHABLE)
    expect(flag.stdout).toContain('[ERROR] database.reachable')
  })

  test('refuses a mistyped profile, and a flag that the configuration does not heed', async () => {
    const profile = await doctor('foto')
    expect(profile.stderr).toBe('rindle: There is no profile "foto". Did you mean "photo"?\n')
    expect(profile.exitCode).toBe(2)
    await using other = await createTestDatabase()
    await application.write('fixed.config.ts', configText({ database: JSON.stringify(database.url) }))
    const fixed = await doctor('--config', 'fixed.config.ts', '--database-url', other.url)
    expect(fixed.stderr).toContain('connects to a database other than the one of --database-url')
    expect(fixed.exitCode).toBe(2)
  })

  test('explains a configuration that cannot be used at all', async () => {
    await application.write('wrong.config.ts', configText({}).replace('image.crop(8,', 'image.crop(-8,'))
    const { exitCode, stderr } = await doctor('--config', 'wrong.config.ts')
    expect(stderr).toMatch(/^rindle: wrong\.config\.ts: [^]*variants\.tiny\.width: .*>=1/)
    expect(exitCode).toBe(2)
  })
})

describe('on a terminal', () => {
  test('lines are wrapped at words and coloured', async () => {
    const { stdout } = await onTerminal(80)
    expect(stdout.text).toContain('\u001B[32m[OK]\u001B[39m node.version (node) Node ')
    expect(stdout.text).toContain('\u001B[31m[ERROR]\u001B[39m database.reachable (database) ')
    // eslint-disable-next-line no-control-regex
    const widths = stdout.text.split('\n').map((line) => line.replaceAll(/\u001B\[\d+m/g, '').length)
    expect(Math.max(...widths)).toBeLessThanOrEqual(80)
    expect(stdout.text).toMatch(/cannot be reached: the\n {2}connection was refused; /)
  })

  test('NO_COLOR is heeded', async () => {
    const { stdout } = await onTerminal(80, { NO_COLOR: '1' })
    expect(stdout.text).not.toContain('\u001B')
  })
})

describe('Ctrl-C', () => {
  test('ends it between two checks, with the findings so far', async () => {
    const stop = new AbortController()
    const io = capturedIo({ cwd: application.directory, env: { DATABASE_URL: database.url }, signal: stop.signal })
    io.stdout.on('written', () => io.stdout.text.includes('database.version') && stop.abort())
    expect(await run(['doctor'], io)).toBe(130)
    expect(io.stdout.text).toMatch(
      /\[OK\] database\.version [^\n]*\nInterrupted\. \d+ checks: \d+ ok, 0 warnings, 0 errors\.\n$/,
    )
  })

  test('ends a process that waits for a server which never answers', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as { port: number }
    const env = { DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/nothing` }
    const process = startRindle(['doctor'], { cwd: application.directory, env })
    await Promise.all([process.printed('work_directory.space'), once(silent, 'connection')])
    const startedAt = performance.now()
    process.child.kill('SIGINT')
    expect(await process.ended).toBe(130)
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    expect(process.stdout()).toMatch(/\nInterrupted\. \d+ checks: /)
    expect(process.stderr()).toBe('')
  })
})
