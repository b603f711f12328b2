import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { byRunLength } from '../support/run-length.ts'

const PROGRAM = fileURLToPath(new URL('../../bench/src/bin.ts', import.meta.url))
const DRAWN = fileURLToPath(new URL('../../docs/drawn', import.meta.url))
const IS_MEASURED = byRunLength('benches that measure', { sample: false, short: true, long: true })

interface Run {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function bench(...args: readonly string[]): Promise<Run> {
  return benchWith({}, ...args)
}

function benchWith(variables: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Run> {
  const env = { ...process.env, ...variables }
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...process.execArgv, PROGRAM, ...args],
      { env },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode, stdout, stderr }),
    )
  })
}

/** The pictures and tables that the documentation includes, by name. */
function drawn(): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(DRAWN).map((name) => [name, readFileSync(join(DRAWN, name), 'utf8')]))
}

describe.skipIf(!IS_MEASURED)('pnpm bench', () => {
  test('prints one line of JSON per figure, with both sides and the machine', async () => {
    const { exitCode, stdout } = await bench('sign', '--quick', '--json')
    const side = { median: expect.any(Number), minimum: expect.any(Number), maximum: expect.any(Number) }
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toStrictEqual([
      {
        name: 'sign',
        ratio: expect.any(Number),
        budget: 1.2,
        samples: { unit: 'ms', better: 'lower', floor: side, rindle: side },
        machine: {
          cpu: expect.any(String),
          cores: expect.any(Number),
          memoryBytes: expect.any(Number),
          platform: `${process.platform}-${process.arch}`,
          node: process.version,
          loadAverage: expect.any(Number),
        },
      },
    ])
    expect(exitCode).toBe(0)
  })

  test('exits with 1 when a budget is missed', async () => {
    const { exitCode, stdout } = await bench('sign', '--quick', '--budget', '0')
    expect(stdout).toContain('MISSED')
    expect(exitCode).toBe(1)
  })

  test('exits with 0 when every budget is kept', async () => {
    const { exitCode, stdout } = await bench('sign', '--quick', '--budget', '1000')
    expect(stdout).toContain('OK')
    expect(exitCode).toBe(0)
  })

  test('reports a bench that fails, continues with the others, and exits with 1', async () => {
    const noPhotographs = { RINDLE_CORPUS: import.meta.dirname }
    const { exitCode, stdout, stderr } = await benchWith(noPhotographs, 'time-to-ready', 'sign', '--quick')
    expect(stderr).toContain('time-to-ready failed: Error: ENOENT')
    expect(stdout.split('\nSummary\n')[1]).toContain('  sign ')
    expect(exitCode).toBe(1)
  })

  test('draws the pictures of the documentation as they are kept, each with words for those who cannot see it', async () => {
    const kept = drawn()
    const { exitCode, stderr } = await bench('--draw')
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    expect(drawn()).toEqual(kept)
    const pictures = Object.entries(kept).filter(([name]) => name.endsWith('.svg'))
    expect(pictures.length).toBeGreaterThan(2)
    const labelled = pictures.filter(([, svg]) => /^<svg [^>]*role="img" aria-label="[^"]{40,}"/.test(svg))
    expect(labelled).toEqual(pictures)
  })
})

describe('pnpm bench, asked for what it has not,', () => {
  test('names every bench when it is asked for an unknown one, and exits with 2', async () => {
    const { exitCode, stdout, stderr } = await bench('images', 'speed')
    expect(stderr).toContain('There is no bench named speed.')
    for (const name of ['images', 'small-images', 'time-to-ready', 'job-latency', 'backlog', 'completion', 'upload']) {
      expect(stderr).toContain(`  ${name} `)
    }
    expect(stdout).toBe('')
    expect(exitCode).toBe(2)
  })

  test.each(['--budget fast', '--budget -1', '--minutes 0', '--minutes long', '--fast'])(
    'exits with 2 for %s',
    async (options) => {
      const { exitCode, stderr } = await bench('sign', ...options.split(' '))
      expect(stderr).toContain('Usage: pnpm bench')
      expect(exitCode).toBe(2)
    },
  )
})
