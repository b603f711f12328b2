import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../src/commands.ts'
import { parseCommandLine } from '../src/parse-command-line.ts'
import { rindle } from './captured-io.ts'

describe('help', () => {
  test('lists every command, and the options that all of them take', async () => {
    const { exitCode, stdout } = await rindle(['--help'])
    expect(exitCode).toBe(0)
    for (const { usage } of COMMANDS) expect(stdout).toContain(`rindle ${usage}`)
    for (const option of ['--config', '--database-url', '--format', '--help', '--version']) {
      expect(stdout).toContain(option)
    }
  })

  test('answers help for a command as its --help does', async () => {
    expect((await rindle(['help', 'doctor'])).stdout).toBe((await rindle(['doctor', '--help'])).stdout)
    expect((await rindle(['help'])).stdout).toBe((await rindle(['--help'])).stdout)
  })

  test('fits into 80 columns', async () => {
    for (const argv of [['--help'], ...COMMANDS.map(({ name }) => [name, '--help'])]) {
      const { stdout } = await rindle(argv)
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    }
  })

  test.each(COMMANDS.map(({ name }) => name))('of %s has an example', async (name) => {
    const { exitCode, stdout } = await rindle([name, '--help'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/Examples:\n {2}rindle /)
  })

  test.each(COMMANDS.flatMap(({ examples }) => examples.map(([commandLine]) => commandLine)))(
    'shows an example that is understood: %s',
    async (commandLine) => {
      const parsed = await parseCommandLine(commandLine.split(' '), COMMANDS)
      expect(parsed).toHaveProperty('execute')
    },
  )

  test('is what an empty command line gets, as an error', async () => {
    const { exitCode, stdout, stderr } = await rindle([])
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Commands:')
  })
})

test('the version is that of the package', async () => {
  const { exitCode, stdout } = await rindle(['--version'])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
})

test('a completion script is printed, and its requests are answered', async () => {
  const script = await rindle(['completion'])
  expect(script.exitCode).toBe(0)
  expect(script.stdout).toContain('--get-yargs-completions')
  const commands = await rindle(['--get-yargs-completions', 'rindle', 'up'])
  expect(commands.stdout).toContain('upload')
  const options = await rindle(['--get-yargs-completions', 'rindle', 'migrate', '--st'])
  expect(options.stdout.split('\n')).toContain('--status')
})

describe('a wrong command line', () => {
  test.each([
    ['migarte', 'Unknown command "migarte". Did you mean "migrate"? See `rindle --help`.'],
    ['frobnicate', 'Unknown command "frobnicate". See `rindle --help`.'],
    ['migrate --stauts', 'Unknown option --stauts. Did you mean --status? See `rindle migrate --help`.'],
    ['migrate --databse-url x', 'Unknown option --databse-url. Did you mean --database-url?'],
    ['migrate --quux', 'Unknown option --quux. See `rindle migrate --help`.'],
    ['migrate now', 'Unexpected argument "now". See `rindle migrate --help`.'],
    ['upload photo', 'Usage: rindle upload <profile> <files..>. See `rindle upload --help`.'],
    ['migrate --database-url', '--database-url needs a value. See `rindle migrate --help`.'],
    ['migrate --format xml', '--format must be one of text, json, not "xml".'],
    ['import foldr x', '<source> must be one of folder, active-storage, payload, medialibrary, not "foldr".'],
    ['hold 7', 'Give --reason.'],
    ['export user 7', 'Give --directory.'],
    ['init --lane viedo', '--lane must be one of image, av, not "viedo".'],
    ['show --config a --config b id', '--config is given more than once.'],
    ['upload photo a.jpg --owner user:1', '--owner and --slot go together'],
    ['upload photo a.jpg --owner user --slot cover', '--owner must be type:id'],
    ['upload photo a.jpg b.jpg --owner u:1 --slot cover', '--slot takes one file'],
    ['upload photo a.jpg --wait --timeout-sec soon', '--timeout-sec must be a number of seconds'],
    ['worker --queues promte', 'There is no queue "promte". Did you mean "promote"?'],
    ['worker --concurrency many', '--concurrency must be numbers from 1 to 1000'],
    ['worker --health-port 99999', '--health-port must be a port from 1 to 65535'],
    ['worker --drain-timeout-sec -1', '--drain-timeout-sec must be a number from 0 to 86400.'],
    ['doctor --ofline', 'Unknown option --ofline. Did you mean --offline? See `rindle doctor --help`.'],
    ['doctor --origin app.example', '--origin must look like https://app.example, not "app.example".'],
    ['runtime-status --limit none', '--limit must be a whole number from 1 to 100.'],
    ['runtime-status --older-than-sec soon', '--older-than-sec must be a number of seconds from 0.'],
    ['check --limit 0', '--limit must be a whole number from 1 to 10000.'],
    ['worker --queues purge --concurrency process=2', 'names rindle_process, but --queues does not'],
  ])('is told in one line what to do: %s', async (commandLine, message) => {
    const { exitCode, stdout, stderr } = await rindle(commandLine.split(' '))
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
    expect(exitCode).toBe(2)
  })

  test('is one document with --format json', async () => {
    const { exitCode, stdout, stderr } = await rindle(['migarte', '--format', 'json'])
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'invalid_input', message: expect.stringContaining('Did you mean "migrate"?') },
    })
    expect(stderr).toBe('')
    expect(exitCode).toBe(2)
  })

  test('shows a control character instead of sending it to the terminal', async () => {
    const { stderr } = await rindle(['migrate', 'a\u001B[31mb'])
    expect(stderr).toContain('\\u{1b}[31m')
    expect(stderr).not.toContain('\u001B')
  })
})

test('the values of positional arguments stay text', async () => {
  const { stderr } = await rindle(['show', '007'])
  expect(stderr).toContain('There is no asset "007"')
})
