import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const repository = resolve(import.meta.dirname, '../..')

let scratch: string
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'rindle-ci-test-'))
})
afterEach(() => rm(scratch, { recursive: true, force: true }))

/** Calls a function of `.ci/run` and returns its output. */
async function call(name: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const program = `. ${join(repository, '.ci/run')}; scratch=${scratch}; ${name}`
  const env = { ...process.env, ...environment }
  // Its input is a socket, by which bash would take itself for a remote shell and read the startup file of the user.
  return (await promisify(execFile)('/bin/bash', ['--norc', '-c', program], { env })).stdout
}

type Outcomes = Readonly<Record<string, Readonly<Record<string, 'passed' | 'failed' | 'skipped'>>>>

/** Leaves a report of a lane, as vitest writes it: the outcome of every test of every file. */
async function report(lane: string, outcomes: Outcomes): Promise<void> {
  const testResults = Object.entries(outcomes).map(([file, tests]) => ({
    name: join(repository, file),
    status: Object.values(tests).includes('failed') ? 'failed' : 'passed',
    assertionResults: Object.entries(tests).map(([fullName, status]) => ({
      fullName,
      status,
      failureMessages: ['no'],
    })),
  }))
  await writeFile(join(scratch, `${lane}.json`), JSON.stringify({ testResults }))
}

test('the full lane runs exactly the files in which the bare lane skipped a test', async () => {
  await report('bare', { 'a.test.ts': { one: 'passed' }, 'b.test.ts': { one: 'passed', two: 'skipped' } })
  expect(await call('files_with_skipped_tests')).toBe('b.test.ts\n')
})

test('the closing line counts every test once, as it ended where all of its file could run', async () => {
  await report('bare', {
    'a.test.ts': { one: 'passed' },
    'b.test.ts': { one: 'passed', two: 'skipped', three: 'skipped' },
  })
  await report('full', { 'b.test.ts': { one: 'passed', two: 'passed', three: 'skipped' } })
  expect(await call('count_tests')).toBe('3 passed, 0 failed, 1 skipped\n')
})

test('the closing line counts as failed what failed in either lane, and names it', async () => {
  await report('bare', { 'b.test.ts': { one: 'failed', two: 'skipped', old: 'failed' } })
  await report('full', { 'b.test.ts': { one: 'passed', two: 'failed' } })
  const printed = await call('count_tests').catch(({ stdout }: { stdout: string }) => stdout)
  for (const name of ['one', 'two', 'old']) expect(printed).toContain(`  FAILED  b.test.ts > ${name} `)
  expect(printed.trimEnd().split('\n').at(-1)).toBe('0 passed, 3 failed')
})

test('a run without a report, or without a test that passed, has failed', async () => {
  await expect(call('count_tests')).rejects.toThrow()
  await report('bare', { 'a.test.ts': { one: 'skipped' } })
  await expect(call('count_tests')).rejects.toThrow()
})

test('a command beside other steps is printed with its own step, and fails that one alone', async () => {
  const steps = 'begin eval "sleep 0.2; echo late; false"; step other echo other; step own begun; echo "${failed[@]}"'
  expect(await call(steps)).toBe('\n=== other\nother\n\n=== own\nlate\nown\n')
  expect(await call('begin echo done; step own begun; echo ${#failed[@]}')).toBe('\n=== own\ndone\n0\n')
})

test('the PATH of the bare lane has every program but the optional ones', async () => {
  const [plain, mixed] = [join(scratch, 'plain'), join(scratch, 'mixed')]
  for (const [directory, name] of [
    [plain, 'other'],
    [mixed, 'needed'],
    [mixed, 'ffmpeg'],
    [mixed, 'chromium'],
  ] as const) {
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, name), '#!/bin/sh\necho here\n')
    await chmod(join(directory, name), 0o755)
  }
  const before = [plain, mixed, process.env['PATH']].join(delimiter)
  const [first, second = ''] = (await call('bare_path', { PATH: before })).trimEnd().split(delimiter)
  expect(first).toBe(plain)
  expect(await readdir(second)).toEqual(['needed'])
  expect((await promisify(execFile)(join(second, 'needed'))).stdout).toBe('here\n')
})

describe('a cell', () => {
  const run = async (...args: string[]): Promise<{ code: unknown; printed: string }> => {
    try {
      const { stdout } = await promisify(execFile)(join(repository, '.ci/run'), args)
      return { code: 0, printed: stdout }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
      return { code, printed: stdout + stderr }
    }
  }

  test('is chosen by options, and its tests by files', async () => {
    const state = 'echo "$postgres/$node_major/$is_cell/${files[*]}"'
    expect(await call(`read_arguments; ${state}`)).toBe('/24/false/\n')
    expect(await call(`read_arguments a.test.ts; ${state}`)).toBe('/24/false/a.test.ts\n')
    expect(await call(`read_arguments --node 22 a --postgres debian b; ${state}`)).toBe('debian/22/true/a b\n')
  })

  test('of an option that does not exist, or that lacks its value, is refused with the usage', async () => {
    expect(await run('--mysql', '8')).toMatchObject({ code: 2, printed: expect.stringContaining('--mysql') })
    expect(await run('--node')).toMatchObject({ code: 2, printed: expect.stringContaining('major version') })
  })

  test('that cannot be had is skipped with the reason, which is neither a success nor a failure', async () => {
    // No package of npm is asked for: npx is one that has everything.
    const npx = join(scratch, 'npx')
    await writeFile(npx, '#!/bin/sh\necho v24.0.0\n')
    await chmod(npx, 0o755)
    const skipped = call('postgres=9; prepare_cell', { PATH: `${scratch}${delimiter}${process.env['PATH']}` })
    await expect(skipped).rejects.toMatchObject({
      code: 77,
      stdout: expect.stringMatching(/^SKIPPED: Node 24, PostgreSQL 9: .*14.*\n$/),
    })
  })

  test('of the workflow is one that can be had', async () => {
    const workflow = await readFile(join(repository, '.github/workflows/ci.yml'), 'utf8')
    const [, majors = ''] = /postgres: \[(.*)\]/.exec(workflow) ?? []
    const known = (await call('echo "${!npm_postgres[*]}"')).trim().split(' ')
    expect(majors.split(', ')).toHaveLength(3)
    for (const major of majors.split(', ')) expect(known).toContain(major)
  })
})
